// MinHash minima in plain TypeScript: what the WebAssembly kernel computes, written to be read; its test oracle.
import { plainTextHash } from './murmur3.ts';
import { mix32, type Shingling, shingleHashes } from './shingles.ts';
import { shortMinima } from './short-texts.ts';

export { mix32 } from './shingles.ts';

/** Permutations are padded to a multiple of this: four SIMD registers of four. */
export const LANES = 16;
export const MAX_PERMUTATIONS = 1024;

export interface Permutations {
  /** Odd: multiplication by an odd number permutes the 32-bit integers. */
  readonly multipliers: Uint32Array;
  readonly addends: Uint32Array;
}

/** Computes minima of one text after another; keeps its own memory. */
export interface MinhashKernel {
  /**
   * Writes, for each permutation, the least value over the text's shingles to `out` (permutations); for a text shorter
   * than a shingle, what `shortMinima` says. Linear: O(text × permutations).
   */
  minima(text: string, out: Uint32Array): void;
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

/** The kernel in plain TypeScript. (Broder 1997; permutations as linear maps: Bohman, Cooper and Frieze 2000) */
export function plainKernel({ multipliers, addends }: Permutations, shingling: Shingling): MinhashKernel {
  return {
    minima(text, out) {
      out.fill(0xffff_ffff);
      let shingles = 0;
      for (const hash of shingleHashes(text, shingling)) {
        shingles++;
        for (let p = 0; p < multipliers.length; p++) {
          const value = (Math.imul(hash, multipliers[p] ?? 1) + (addends[p] ?? 0)) >>> 0;
          if (value < (out[p] ?? 0)) out[p] = value;
        }
      }
      if (shingles === 0) shortMinima(text, shingling, plainTextHash, out);
    },
  };
}
