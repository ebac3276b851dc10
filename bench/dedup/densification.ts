// Filling empty bins in rounds, as `one-permutation` does, against optimal densification: bias and error on sets of known similarity.
import { mix32 } from '../../src/kernels/minhash.ts';
import { wasmOnePermutation } from '../../src/kernels/minhash-wasm.ts';
import { type Shingling, shingleHashes } from '../../src/kernels/shingles.ts';
import { Random } from '../../src/trainer/random.ts';
import { pairOf } from '../../test/helpers/similar-pairs.ts';

const SHINGLING: Shingling = { unit: 'character', length: 5, ignore: ['space'] };
const EMPTY = 0xffff_ffff;
const SEED = 1;

/**
 * One-permutation minima whose empty bins copy another bin's value: for bin i the first non-empty one among hash(i, 1),
 * hash(i, 2), … (Shrivastava 2017, Optimal Densification for Fast and Accurate Minwise Hashing, algorithm 1).
 */
export function densified(text: string, bins: number): Uint32Array {
  const minima = new Uint32Array(bins).fill(EMPTY);
  const first = mix32(SEED);
  for (const hash of shingleHashes(text, SHINGLING)) {
    const product = BigInt((hash ^ first) >>> 0) * BigInt(bins);
    const bin = Number(product >> 32n);
    minima[bin] = Math.min(minima[bin] ?? EMPTY, Number(product & 0xffff_ffffn));
  }
  if (!minima.some((value) => value !== EMPTY)) return minima;
  return minima.map((value, bin) => {
    for (let attempt = 1, at = bin; value === EMPTY; attempt++) {
      at = mix32(mix32((SEED + bin) >>> 0) ^ mix32(Math.imul(attempt, 0x9e3779b9) >>> 0)) % bins;
      const found = minima[at] ?? EMPTY;
      if (found !== EMPTY) return found;
    }
    return value;
  });
}

export interface Errors {
  readonly shingles: number;
  /** Mean error in standard deviations of that mean, by the theory of independent permutations. */
  readonly bias: { readonly rounds: number; readonly densified: number };
  /** Mean squared error in units of J (1 − J) / bins, the variance of independent permutations. */
  readonly error: { readonly rounds: number; readonly densified: number };
}

/** Estimates from whole values on `pairs` pairs of texts of `shingles` shingles each, two thirds of them shared: J = ½. */
export function compare(shingles: number, bins: number, pairs: number, seed: number): Errors {
  const random = new Random(seed);
  const kernel = wasmOnePermutation(bins, SEED, SHINGLING, 'scalar');
  const rounds = (text: string): Uint32Array => {
    const out = new Uint32Array(bins);
    kernel.minima(text, out);
    return out;
  };
  const sums = { rounds: { error: 0, squares: 0 }, densified: { error: 0, squares: 0 } };
  let expected = 0;
  for (let made = 0; made < pairs; made++) {
    const { a, b, jaccard } = pairOf(random, shingles, Math.round((2 * shingles) / 3));
    expected += (jaccard * (1 - jaccard)) / bins;
    for (const [name, sign] of [
      ['rounds', rounds],
      ['densified', (text: string) => densified(text, bins)],
    ] as const) {
      const [x, y] = [sign(a), sign(b)];
      const difference = x.filter((value, bin) => value === y[bin]).length / bins - jaccard;
      sums[name].error += difference;
      sums[name].squares += difference ** 2;
    }
  }
  return {
    shingles,
    bias: { rounds: sums.rounds.error / Math.sqrt(expected), densified: sums.densified.error / Math.sqrt(expected) },
    error: { rounds: sums.rounds.squares / expected, densified: sums.densified.squares / expected },
  };
}

/** Markdown rows. */
export function densificationTable(): string[] {
  return [
    '| shingles of a text | rounds | optimal densification |',
    '| ---: | ---: | ---: |',
    ...[6, 15, 30, 60, 120, 240, 600]
      .map((shingles) => compare(shingles, 112, 2000, 14))
      .map(({ shingles, error }) => `| ${shingles} | ${error.rounds.toFixed(2)} | ${error.densified.toFixed(2)} |`),
  ];
}
