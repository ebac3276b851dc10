// Pairs of short texts whose Jaccard similarity is known by construction: every shingle of a text is distinct.
import type { Random } from '../../src/trainer/random.ts';

export interface Pair {
  readonly a: string;
  readonly b: string;
  /** Of their sets of shingles. */
  readonly jaccard: number;
  /** How many shingles each has, and how many both have. */
  readonly shingles: number;
  readonly shared: number;
}

const FIRST = 0x4e00;
const CHARACTERS = 20_000;

/** `count` different characters that no other call with the same `taken` gave. */
function letters(random: Random, count: number, taken: Set<number>): string {
  const found: number[] = [];
  while (found.length < count) {
    const unit = FIRST + Math.floor(random.next() * CHARACTERS);
    if (taken.has(unit)) continue;
    taken.add(unit);
    found.push(unit);
  }
  return String.fromCharCode(...found);
}

/** Two texts of `shingles` shingles of `length` characters, `shared` of them in both: those of a common beginning. */
export function pairOf(random: Random, shingles: number, shared: number, length = 5): Pair {
  const taken = new Set<number>();
  const units = shingles + length - 1;
  const beginning = letters(random, shared === 0 ? 0 : shared + length - 1, taken);
  const [a, b] = [0, 1].map(() => beginning + letters(random, units - beginning.length, taken));
  return { a: a ?? '', b: b ?? '', jaccard: shared / (2 * shingles - shared), shingles, shared };
}

/** Shares out of 10 that the union shares: shingles of a text and how many are shared, so that Jaccard is `tenths` / 10 exactly. */
export const DECILES: readonly { readonly tenths: number; readonly shingles: number; readonly shared: number }[] = [
  { tenths: 1, shingles: 110, shared: 20 },
  { tenths: 2, shingles: 111, shared: 37 },
  { tenths: 3, shingles: 104, shared: 48 },
  { tenths: 4, shingles: 105, shared: 60 },
  { tenths: 5, shingles: 111, shared: 74 },
  { tenths: 6, shingles: 112, shared: 84 },
  { tenths: 7, shingles: 119, shared: 98 },
  { tenths: 8, shingles: 117, shared: 104 },
  { tenths: 9, shingles: 114, shared: 108 },
];
