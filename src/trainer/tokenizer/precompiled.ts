// SentencePiece's compiled normalization table (`Precompiled`): a double-array trie from character sequences to text.
import type { Normalize } from './compose.ts';

/** A sequence of at most this many bytes is looked up as one before its characters are. */
const WHOLE = 5;

/** Texts of these characters alone hold no sequence of several characters: each is looked up by itself. */
const SINGLE = /^[ -~\u3000-\u3098\u309b-\u30ff\u4e00-\u9fff\uff01-\uff60\n]*$/u;

/**
 * What the library's `Precompiled` step does: of each user-perceived character of fewer than 6 bytes, else of each code
 * point, the shortest prefix in the table stands for the whole. Layout: u32 bytes of the trie, the trie (Yata's Darts, units
 * of 32 bits), then texts that end with NUL.
 */
export function precompiled(base64: string): Normalize {
  const blob = Buffer.from(base64, 'base64');
  const size = blob.readUInt32LE(0);
  const trie = Uint32Array.from({ length: size >> 2 }, (_, i) => blob.readUInt32LE(4 + 4 * i));
  const texts = blob.subarray(4 + size);
  const known = new Map<string, string | undefined>();
  const lookUp = (key: string): string | undefined => {
    if (known.has(key)) return known.get(key);
    const at = shortestPrefix(trie, Buffer.from(key, 'utf8'));
    const end = at === undefined ? -1 : texts.indexOf(0, at);
    const text = at === undefined ? undefined : texts.toString('utf8', at, end < 0 ? texts.length : end);
    if (known.size >= 100_000) known.clear();
    known.set(key, text);
    return text;
  };
  const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });
  const characters = (text: string): string => {
    let out = '';
    for (const character of text) out += lookUp(character) ?? character;
    return out;
  };
  return (text) => {
    if (SINGLE.test(text)) return characters(text);
    let out = '';
    for (const { segment } of segmenter.segment(text)) {
      const whole = Buffer.byteLength(segment) <= WHOLE ? lookUp(segment) : undefined;
      out += whole ?? characters(segment);
    }
    return out;
  };
}

/** Value of the shortest key that `bytes` begins with. */
function shortestPrefix(trie: Uint32Array, bytes: Uint8Array): number | undefined {
  const offset = (unit: number) => (unit >>> 10) << ((unit & 0x200) >>> 6);
  let node = offset(trie[0] ?? 0);
  for (const byte of bytes) {
    if (byte === 0) return undefined;
    node ^= byte;
    const unit = trie[node] ?? 0;
    if ((unit & 0x800000ff) >>> 0 !== byte) return undefined;
    node ^= offset(unit);
    if (((unit >>> 8) & 1) === 1) return (trie[node] ?? 0) & 0x7fffffff;
  }
  return undefined;
}
