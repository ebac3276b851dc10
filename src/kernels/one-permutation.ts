// One-permutation MinHash in plain TypeScript: what the WebAssembly kernel computes, written to be read; its test oracle.
import type { MinhashKernel } from './minhash.ts';
import { plainTextHash } from './murmur3.ts';
import { mix32, type Shingling, shingleHashes } from './shingles.ts';
import { shortMinima } from './short-texts.ts';

/** Distinct shingles that empty bins are filled from; a text with more leaves none of at most 1024 bins empty. */
export const MAX_DISTINCT = 16_384;
const EMPTY = 0xffff_ffff;
const STEP = 0x9e3779b9;

/** The hash of round `round`: shingle hash XOR this, mixed from the second round on. */
const saltOf = (seed: number, round: number): number => mix32((seed + Math.imul(round, STEP)) >>> 0);

/** Bin and place in it: the upper and the lower half of hash × bins (Lemire 2019, Fast Random Integer Generation). */
function place(hash: number, bins: number): { bin: number; value: number } {
  const product = BigInt(hash) * BigInt(bins);
  return { bin: Number(product >> 32n), value: Number(product & 0xffff_ffffn) };
}

/**
 * One hash sorts each shingle into a bin, and each bin's least value counts (Li, Owen and Zhang 2012, One Permutation
 * Hashing). Bins that stay empty, in texts of few shingles, are filled in further rounds with a hash each, as in Fast
 * Similarity Sketching (Dahlgaard, Knudsen and Thorup 2017): unlike densification, which copies other bins' values, this
 * keeps the variance of independent permutations for short texts. Unbiased. O(text + bins · log bins) expected,
 * O(text + 16,384 × bins) for the worst text.
 */
export function plainOnePermutation(bins: number, seed: number, shingling: Shingling): MinhashKernel {
  return {
    minima(text, out) {
      out.fill(EMPTY);
      const first = saltOf(seed, 0);
      const distinct = new Set<number>();
      for (const hash of shingleHashes(text, shingling)) {
        lower(out, place((hash ^ first) >>> 0, bins));
        if (distinct.size < MAX_DISTINCT) distinct.add(hash);
      }
      if (distinct.size === 0) return shortMinima(text, shingling, plainTextHash, out);
      for (let round = 1; round < bins && out.includes(EMPTY); round++) {
        const salt = saltOf(seed, round);
        const filled = new Uint32Array(bins).fill(EMPTY);
        for (const hash of distinct) lower(filled, place(mix32((hash ^ salt) >>> 0), bins));
        for (const [bin, value] of filled.entries()) if (out[bin] === EMPTY) out[bin] = value;
      }
      for (let bin = out.indexOf(EMPTY); bin >= 0; bin = out.indexOf(EMPTY, bin + 1)) {
        const salt = saltOf(seed, bins + bin);
        for (const hash of distinct) lower(out, { bin, value: mix32((hash ^ salt) >>> 0) });
      }
    },
  };
}

function lower(minima: Uint32Array, { bin, value }: { bin: number; value: number }): void {
  if (value < (minima[bin] ?? 0)) minima[bin] = value;
}
