// The substrings that a Unigram vocabulary is chosen from: those that repeat, counted level by level.

/** Words of code points, one after another, each followed by a separator. */
export interface Words {
  /** Character numbers; -1 separates words, and stands for characters that no piece may hold. */
  readonly characters: Int32Array;
  /** How often the word at each place stands in the sample. */
  readonly repeats: Int32Array;
}

export interface SeedPiece {
  /** Where it first stands in `characters`, and how many characters it has. */
  readonly at: number;
  readonly length: number;
  /** How often it stands in the sample. */
  readonly count: number;
}

/** Longest piece in characters (SentencePiece's max_sentencepiece_length). */
export const LONGEST = 16;

/**
 * The `most` substrings of 2 to `LONGEST` characters of the highest count × length that stand at least twice, and not
 * always before the same character (the inner nodes of a suffix tree, as SentencePiece takes them). An n-gram is counted only
 * where its first and last (n−1)-gram repeat: most places are out after a few levels. Time O(n · LONGEST), memory about
 * 32 bytes a character of the sample.
 */
export function seedPieces({ characters, repeats }: Words, most: number): SeedPiece[] {
  const n = characters.length;
  let grams: Int32Array = Int32Array.from(characters);
  let before: SeedPiece[] | undefined;
  const found: SeedPiece[] = [];
  for (let length = 2; length <= LONGEST + 1; length++) {
    const { counts, firsts, next } = count(grams, repeats);
    const kept = new Int32Array(counts.length).fill(-1);
    const level: SeedPiece[] = [];
    counts.forEach((total, gram) => {
      if (total < 2) return;
      kept[gram] = level.length;
      level.push({ at: firsts[gram] ?? 0, length, count: total });
    });
    if (before !== undefined) found.push(...branching(before, level, grams));
    if (level.length === 0) break;
    for (let at = 0; at < n; at++) {
      const gram = next[at] ?? -1;
      next[at] = gram < 0 ? -1 : (kept[gram] ?? -1);
    }
    grams = next;
    before = level;
  }
  const score = ({ count, length }: SeedPiece) => count * length;
  return found.sort((a, b) => score(b) - score(a) || a.length - b.length || a.at - b.at).slice(0, most);
}

/** Those of a level that no longer string has replaced: one with the same count holds it every time. */
function* branching(
  level: readonly SeedPiece[],
  longer: readonly SeedPiece[],
  grams: Int32Array,
): Generator<SeedPiece> {
  const replaced = new Uint8Array(level.length);
  for (const { at, count } of longer) {
    const prefix = grams[at] ?? -1;
    if (prefix >= 0 && level[prefix]?.count === count) replaced[prefix] = 1;
  }
  for (const [gram, piece] of level.entries()) if (replaced[gram] === 0) yield piece;
}

/** Numbers the pairs of neighbouring grams in order of appearance, with their counts and first places. */
function count(grams: Int32Array, repeats: Int32Array): { counts: number[]; firsts: number[]; next: Int32Array } {
  const n = grams.length;
  let alive = 0;
  for (let at = 0; at + 1 < n; at++) if ((grams[at] ?? -1) >= 0 && (grams[at + 1] ?? -1) >= 0) alive++;
  let size = 1024;
  while (size < 2 * alive) size *= 2;
  const lefts = new Int32Array(size).fill(-1);
  const rights = new Int32Array(size);
  const numbers = new Int32Array(size);
  const counts: number[] = [];
  const firsts: number[] = [];
  const next = new Int32Array(n).fill(-1);
  for (let at = 0; at + 1 < n; at++) {
    const left = grams[at] ?? -1;
    const right = grams[at + 1] ?? -1;
    if (left < 0 || right < 0) continue;
    let slot = hash(left, right) & (size - 1);
    while (lefts[slot] !== -1 && (lefts[slot] !== left || rights[slot] !== right)) slot = (slot + 1) & (size - 1);
    if (lefts[slot] === -1) {
      lefts[slot] = left;
      rights[slot] = right;
      numbers[slot] = counts.length;
      counts.push(0);
      firsts.push(at);
    }
    const gram = numbers[slot] ?? 0;
    counts[gram] = (counts[gram] ?? 0) + (repeats[at] ?? 0);
    next[at] = gram;
  }
  return { counts, firsts, next };
}

function hash(left: number, right: number): number {
  const mixed = Math.imul(Math.imul(left, 0x9e3779b1) ^ right, 0x85ebca6b);
  return mixed ^ (mixed >>> 15);
}
