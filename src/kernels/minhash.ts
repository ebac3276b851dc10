// MinHash minima in plain TypeScript: what the WebAssembly kernel computes, written to be read; its test oracle.

/** Permutations are padded to a multiple of this: four SIMD registers of four. */
export const LANES = 16;
export const MAX_PERMUTATIONS = 1024;
export const MAX_SHINGLE = 64;

export interface Permutations {
  /** Odd: multiplication by an odd number permutes the 32-bit integers. */
  readonly multipliers: Uint32Array;
  readonly addends: Uint32Array;
}

/** Computes minima of one text after another; keeps its own memory. */
export interface MinhashKernel {
  /**
   * Writes, for each permutation, the least value over the text's shingles to `out` (permutations); all 2^32 − 1 for a
   * text without any unit that counts. Linear: O(text × permutations).
   */
  minima(text: string, out: Uint32Array): void;
}

const BASE = 0x9e3779b1;

/** The finaliser of MurmurHash3 (Appleby): every bit of the input changes every bit of the output with probability ½. */
export function mix32(value: number): number {
  let h = value ^ (value >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/**
 * The permutations of signatures: value → value · multiplier + addend (mod 2^32), multiplier odd. Constants come from the
 * SplitMix32 sequence that starts at `seed`, so any program can make them again.
 */
export function permutations(count: number, seed: number): Permutations {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x9e3779b9) >>> 0;
    return mix32(state);
  };
  const multipliers = Uint32Array.from({ length: count }, () => next() | 1);
  return { multipliers, addends: Uint32Array.from({ length: count }, next) };
}

/** White space by code unit: it never counts, so that line breaks and indents do not make two texts differ. */
export function isSpace(unit: number): boolean {
  return (
    (unit >= 0x09 && unit <= 0x0d) ||
    unit === 0x20 ||
    unit === 0x85 ||
    unit === 0xa0 ||
    unit === 0x1680 ||
    (unit >= 0x2000 && unit <= 0x200a) ||
    unit === 0x2028 ||
    unit === 0x2029 ||
    unit === 0x202f ||
    unit === 0x205f ||
    unit === 0x3000 ||
    unit === 0xfeff
  );
}

/**
 * Hashes of the shingles of `text`: `length` UTF-16 units without white space, as the polynomial Σ unit · BASE^i mod 2^32,
 * mixed. A shorter text is one shingle.
 */
export function* shingleHashes(text: string, length: number): Generator<number> {
  let leaving = 1;
  for (let i = 0; i < length; i++) leaving = Math.imul(leaving, BASE);
  const window = new Uint32Array(length);
  let rolling = 0;
  let seen = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (isSpace(unit)) continue;
    const slot = seen % length;
    rolling = (Math.imul(rolling, BASE) + unit - Math.imul(leaving, window[slot] ?? 0)) | 0;
    window[slot] = unit;
    seen++;
    if (seen >= length) yield mix32(rolling);
  }
  if (seen > 0 && seen < length) yield mix32(rolling);
}

/** The kernel in plain TypeScript. (Broder 1997; permutations as linear maps: Bohman, Cooper and Frieze 2000) */
export function plainKernel({ multipliers, addends }: Permutations, shingle: number): MinhashKernel {
  return {
    minima(text, out) {
      out.fill(0xffff_ffff);
      for (const hash of shingleHashes(text, shingle)) {
        for (let p = 0; p < multipliers.length; p++) {
          const value = (Math.imul(hash, multipliers[p] ?? 1) + (addends[p] ?? 0)) >>> 0;
          if (value < (out[p] ?? 0)) out[p] = value;
        }
      }
    },
  };
}
