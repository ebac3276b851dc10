// Synthetic signatures: documents in families whose sketches agree in a chosen share of their values.
import { minhash } from '../../src/dedup/minhash.ts';
import type { Disk, Matching } from '../../src/pipeline/define.ts';
import { Random } from '../../src/trainer/random.ts';

export const freeDisk: Disk = { reserve: async () => undefined, release: () => undefined };

/** 14 bands of 8 values of 4 bits: a word a band. */
export const OPTIONS = minhash.options.parse({});
export const WORDS = 14;
/** Bits that separate a word's eight values. */
const NIBBLE = 0xf;

export function sketchMatch(options: object = {}): Matching {
  const matching = minhash.matching?.(minhash.options.parse(options));
  if (matching === undefined) throw new Error('minhash has a matching');
  return matching;
}

export const randomWord = (random: Random): number => Math.floor(random.next() * 2 ** 32) >>> 0;

/** Changes every value of a sketch with the probability `share`. */
export function mutated(sketch: Uint32Array, share: number, random: Random): Uint32Array {
  return sketch.map((word) => {
    let changed = word;
    for (let bit = 0; bit < 32; bit += 4) {
      if (random.next() >= share) continue;
      changed ^= (1 + Math.floor(random.next() * NIBBLE)) << bit;
    }
    return changed >>> 0;
  });
}

/**
 * `count` sketches of WORDS words: about a third alone, the others copies or variants of an earlier one, so that there are
 * chains in which the ends do not agree.
 */
export function sketches(count: number, seed: number): Uint32Array {
  const random = new Random(seed);
  const all = new Uint32Array(count * WORDS);
  for (let row = 0; row < count; row++) {
    const fresh = row === 0 || random.next() < 0.35;
    const from = fresh ? -1 : Math.floor(random.next() * row);
    const sketch =
      from < 0
        ? Uint32Array.from({ length: WORDS }, () => randomWord(random))
        : mutated(all.subarray(from * WORDS, (from + 1) * WORDS), [0, 0.05, 0.15, 0.3, 0.5][row % 5] ?? 0, random);
    all.set(sketch, row * WORDS);
  }
  return all;
}
