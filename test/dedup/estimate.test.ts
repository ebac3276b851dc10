import { Minhash } from 'minhash';
import { describe, expect, it } from 'vitest';
import { agreement, estimateJaccard, sketchShape } from '../../src/dedup/index/sketch.ts';
import { minhash } from '../../src/dedup/minhash.ts';
import { Random } from '../../src/trainer/random.ts';
import { type Pair, pairOf } from '../helpers/similar-pairs.ts';
import { type Overlap, variance } from '../helpers/sketch-theory.ts';

const PAIRS = 10_000;
const LENGTH = 5;
const shape = sketchShape(14, 8);
const values = shape.bands * shape.rows;

const random = new Random(20_261_124);
/** Any similarity; few shingles, of which most bins of one-permutation hashing get none. */
const pairs = Array.from({ length: PAIRS }, () => {
  const shingles = 15 + Math.floor(random.next() * 30);
  return pairOf(random, shingles, Math.floor(random.next() * (shingles + 1)), LENGTH);
});

function shinglesOf(text: string): Set<string> {
  return new Set(Array.from({ length: text.length - LENGTH + 1 }, (_, at) => text.slice(at, at + LENGTH)));
}

const overlapOf = ({ shingles, shared }: Pair): Overlap => ({ union: 2 * shingles - shared, common: shared });

/** What the estimates of all pairs say together, in standard deviations and ratios that theory expects to be 0 and 1. */
function judge(estimates: readonly number[], varianceOf: (pair: Pair) => number): { bias: number; spread: number } {
  let error = 0;
  let squares = 0;
  let expected = 0;
  for (const [at, pair] of pairs.entries()) {
    const difference = (estimates[at] ?? Number.NaN) - pair.jaccard;
    error += difference;
    squares += difference ** 2;
    expected += varianceOf(pair);
  }
  return { bias: error / Math.sqrt(expected), spread: squares / expected };
}

async function estimatesBy(algorithm: string, ignore: readonly string[]): Promise<number[]> {
  const signer = await minhash.createSigner(minhash.options.parse({ algorithm, ignore, shingle: LENGTH }));
  const both = new Uint32Array(2 * signer.words);
  return pairs.map(({ a, b }) => {
    signer.sign(a, both, 0);
    signer.sign(b, both, signer.words);
    return estimateJaccard(agreement(both, 0, both, signer.words, shape), shape);
  });
}

/** The npm package's estimates. Shared shingles are hashed once: the minimum of a union is the least of the minima. */
function referenceEstimates(): number[] {
  const [common, a, b] = [0, 1, 2].map(() => new Minhash({ numPerm: values, seed: 7 }));
  if (common === undefined || a === undefined || b === undefined) return [];
  return pairs.map((pair) => {
    const [inA, inB] = [shinglesOf(pair.a), shinglesOf(pair.b)];
    common.hashvalues.fill(common.maxHash);
    for (const shingle of inA) if (inB.has(shingle)) common.update(shingle);
    for (const [side, own, other] of [
      [a, inA, inB],
      [b, inB, inA],
    ] as const) {
      for (const [p, value] of common.hashvalues.entries()) side.hashvalues[p] = value;
      for (const shingle of own) if (!other.has(shingle)) side.update(shingle);
    }
    return a.jaccard(b);
  });
}

describe(`the estimated Jaccard similarity of ${PAIRS} pairs`, () => {
  it('is of pairs whose similarity is what they are made to have', () => {
    for (const { a, b, jaccard } of pairs.slice(0, 200)) {
      const [x, y] = [shinglesOf(a), shinglesOf(b)];
      const common = [...x].filter((shingle) => y.has(shingle)).length;
      expect(common / (x.size + y.size - common)).toBe(jaccard);
    }
  });

  it.each([
    ['permutations', ['space']],
    ['permutations', ['space', 'width', 'case', 'digits', 'punctuation']],
    ['one-permutation', ['space']],
  ] as const)('by %s, ignoring %j, is unbiased and has the variance of the theory', async (algorithm, ignore) => {
    const { bias, spread } = judge(await estimatesBy(algorithm, ignore), (pair) =>
      variance({ algorithm, ...shape }, overlapOf(pair)),
    );
    // Three standard deviations: the variance of a sample of 10,000 is within 1.4 % of the true one.
    expect(Math.abs(bias)).toBeLessThan(3);
    expect(Math.abs(spread - 1)).toBeLessThan(3 * Math.sqrt(2 / PAIRS));
  });

  it('by the npm package minhash is the same: unbiased, with the variance of whole values', async () => {
    const whole = { algorithm: 'permutations', ...shape, bits: 32 } as const;
    const theirs = referenceEstimates();
    const { bias, spread } = judge(theirs, (pair) => variance(whole, overlapOf(pair)));
    expect(Math.abs(bias)).toBeLessThan(3);
    expect(Math.abs(spread - 1)).toBeLessThan(3 * Math.sqrt(2 / PAIRS));
    for (const algorithm of ['permutations', 'one-permutation'] as const) {
      const ours = await estimatesBy(algorithm, ['space']);
      const difference = ours.reduce((sum, estimate, at) => sum + estimate - (theirs[at] ?? Number.NaN), 0);
      const both = pairs.reduce(
        (sum, pair) => sum + variance({ algorithm, ...shape }, overlapOf(pair)) + variance(whole, overlapOf(pair)),
        0,
      );
      expect(Math.abs(difference) / Math.sqrt(both)).toBeLessThan(3);
    }
  });

  it('of equal texts is 1, whatever white space they have', async () => {
    const signer = await minhash.createSigner(minhash.options.parse({}));
    const both = new Uint32Array(2 * signer.words);
    const text = pairs[0]?.a ?? '';
    signer.sign(text, both, 0);
    signer.sign(`${text.slice(0, 9)}\n　${text.slice(9)}`, both, signer.words);
    expect(estimateJaccard(agreement(both, 0, both, signer.words, shape), shape)).toBe(1);
  });
});
