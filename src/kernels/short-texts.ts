// Texts shorter than a shingle: equal ones get equal minima, different ones minima that agree by chance only.
import { mix32, normalised, type Shingling } from './shingles.ts';

/** MurmurHash3_x64_128 of the text's UTF-16 units as four u32 words, low word first. */
export type TextHash = (text: string, out: Uint32Array, at: number) => void;

const STEP = 0x9e3779b9;
/** Units that one call of String.fromCharCode takes: as arguments they go on the stack. */
const CHUNK = 8192;

/** What of a text counts, as a string: its units, or its words with a space between two. Linear. */
export function normalisedText(text: string, shingling: Shingling): string {
  const units = normalised(text, shingling);
  let string = '';
  for (let at = 0; at < units.length; at += CHUNK) string += String.fromCharCode(...units.subarray(at, at + CHUNK));
  if (shingling.unit === 'character') return string;
  return string
    .split(' ')
    .filter((word) => word !== '')
    .join(' ');
}

/**
 * Writes minima that are a function of the whole normalised text through 128 bits of hash: a shingle's 32 bits would make
 * some different texts equal. Minimum p is m(m(m(m(k0 + p · STEP) ^ k1) ^ k2) ^ k3) with m the finaliser `mix32`. Linear.
 */
export function shortMinima(text: string, shingling: Shingling, hash: TextHash, out: Uint32Array): void {
  const key = new Uint32Array(4);
  hash(normalisedText(text, shingling), key, 0);
  const [k0 = 0, k1 = 0, k2 = 0, k3 = 0] = key;
  for (let p = 0; p < out.length; p++)
    out[p] = mix32(mix32(mix32(mix32((k0 + Math.imul(p, STEP)) >>> 0) ^ k1) ^ k2) ^ k3);
}
