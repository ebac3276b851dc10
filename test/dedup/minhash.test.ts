import fc from 'fast-check';
import { Minhash } from 'minhash';
import { describe, expect, it } from 'vitest';
import { exact } from '../../src/dedup/exact.ts';
import {
  agreement,
  bandHashes,
  estimateJaccard,
  leastAgreement,
  packSketch,
  sketchShape,
} from '../../src/dedup/index/sketch.ts';
import { minhash } from '../../src/dedup/minhash.ts';
import type { DedupIndex, Signer } from '../../src/pipeline/define.ts';
import { Random } from '../../src/trainer/random.ts';

const options = minhash.options.parse({});
const signerOf = async (given = {}): Promise<Signer> => minhash.createSigner(minhash.options.parse(given));

/** A text of distinct characters, so that every shingle is distinct and Jaccard can be set. */
function letters(random: Random, count: number): string {
  return Array.from({ length: count }, () => String.fromCharCode(0x4e00 + Math.floor(random.next() * 20_000))).join('');
}

function shinglesOf(text: string): Set<string> {
  return new Set(Array.from({ length: Math.max(0, text.length - 4) }, (_, i) => text.slice(i, i + 5)));
}

function jaccard(a: string, b: string): number {
  const [x, y] = [shinglesOf(a), shinglesOf(b)];
  const common = [...x].filter((shingle) => y.has(shingle)).length;
  return common / (x.size + y.size - common);
}

/** Two texts that share a beginning of a random share. */
function pair(random: Random): [string, string] {
  const length = 100 + Math.floor(random.next() * 300);
  const shared = letters(random, Math.floor(random.next() * length));
  return [shared + letters(random, length - shared.length), shared + letters(random, length - shared.length)];
}

describe('the MinHash estimate', () => {
  it.each([
    ['permutations', 0.85],
    // Shingles are drawn into bins without replacement, so the variance is below that of independent permutations.
    ['one-permutation', 0.6],
  ])('by %s is unbiased, with the variance of the theory, as the npm package minhash is', async (algorithm, least) => {
    const random = new Random(20_261_124);
    const signer = await signerOf({ algorithm });
    const shape = sketchShape(options.bands, options.rows);
    const permutations = options.bands * options.rows;
    const pairs = 1000;
    let ours = 0;
    let theirs = 0;
    let variance = 0;
    let squares = 0;
    for (let made = 0; made < pairs; made++) {
      const [a, b] = pair(random);
      const truth = jaccard(a, b);
      const signatures = new Uint32Array(2 * signer.words);
      signer.sign(a, signatures, 0);
      signer.sign(b, signatures, signer.words);
      const estimate = estimateJaccard(agreement(signatures, 0, signatures, signer.words, shape), shape);
      const [x, y] = [a, b].map((text) => {
        const reference = new Minhash({ numPerm: permutations, seed: made + 1 });
        for (const shingle of shinglesOf(text)) reference.update(shingle);
        return reference;
      });
      theirs += (x?.jaccard(y ?? new Minhash()) ?? 0) - truth;
      ours += estimate - truth;
      squares += (estimate - truth) ** 2;
      // A 4-bit value agrees by chance once in 16 (Li and König 2010, theorem 1).
      const p = truth + (1 - truth) / 16;
      variance += (p * (1 - p)) / permutations / (15 / 16) ** 2;
    }
    const sigma = Math.sqrt(variance) / pairs;
    expect(Math.abs(ours / pairs)).toBeLessThan(3 * sigma);
    // The same mean estimate as the reference implementation, within three standard deviations of the two together.
    expect(Math.abs(ours - theirs) / pairs).toBeLessThan(3 * Math.SQRT2 * sigma);
    expect(squares / variance).toBeGreaterThan(least);
    expect(squares / variance).toBeLessThan(1.15);
  });

  it('of two texts without a shingle in common is about 0, of equal texts 1', async () => {
    const random = new Random(5);
    const signer = await signerOf();
    const shape = sketchShape(options.bands, options.rows);
    const [a, b] = [letters(random, 400), letters(random, 400)];
    const out = new Uint32Array(3 * signer.words);
    signer.sign(a, out, 0);
    signer.sign(b, out, signer.words);
    signer.sign(`${a.slice(0, 50)}\n　${a.slice(50)}`, out, 2 * signer.words);
    expect(Math.abs(estimateJaccard(agreement(out, 0, out, signer.words, shape), shape))).toBeLessThan(0.12);
    expect(estimateJaccard(agreement(out, 0, out, 2 * signer.words, shape), shape)).toBe(1);
  });
});

describe('a sketch', () => {
  const shapes = fc
    .record({ bands: fc.integer({ min: 1, max: 20 }), rows: fc.integer({ min: 1, max: 24 }) })
    .map(({ bands, rows }) => sketchShape(bands, rows));

  it('counts the values that agree, whatever bands and rows are', () => {
    fc.assert(
      fc.property(shapes, fc.integer(), fc.integer({ min: 0, max: 10 }), (shape, seed, rate) => {
        const random = new Random(seed >>> 0);
        const count = shape.bands * shape.rows;
        const a = Uint32Array.from({ length: count }, () => Math.floor(random.next() * 2 ** 32));
        const b = a.map((value) => (random.next() * 10 < rate ? Math.floor(random.next() * 2 ** 32) : value));
        const out = new Uint32Array(2 * shape.words);
        packSketch(a, shape, out, 0);
        packSketch(b, shape, out, shape.words);
        const low = (minima: Uint32Array, at: number): number => {
          const one = new Uint32Array(1);
          packSketch(minima.slice(at, at + 1), { ...shape, bands: 1, rows: 1, wordsPerBand: 1, words: 1 }, one, 0);
          return one[0] ?? 0;
        };
        let expected = 0;
        for (let at = 0; at < count; at++) if (low(a, at) === low(b, at)) expected++;
        expect(agreement(out, 0, out, shape.words, shape)).toBe(expected);
      }),
    );
  });

  it('has bands of at least 32 bits, so that a bucket is no coarser than a hash', () => {
    for (let rows = 1; rows <= 64; rows++) {
      const shape = sketchShape(3, rows);
      expect(rows * shape.bits >= 16 && shape.wordsPerBand * 32 >= rows * shape.bits).toBe(true);
      if (rows > 1) expect(rows * shape.bits).toBeGreaterThanOrEqual(32);
    }
  });

  it('gives equal bands of different places different hashes', () => {
    const hashes = new Uint32Array(3);
    bandHashes(new Uint32Array([7, 7, 7]), 0, sketchShape(3, 8), hashes);
    expect(new Set(hashes).size).toBe(3);
  });

  it('needs the agreement that its threshold asks for', () => {
    const shape = sketchShape(14, 8);
    for (const threshold of [0, 0.5, 0.7, 0.85, 1]) {
      const least = leastAgreement(threshold, shape);
      expect(estimateJaccard(least, shape)).toBeGreaterThanOrEqual(threshold - 1e-9);
      expect(estimateJaccard(least - 1, shape)).toBeLessThan(threshold);
    }
  });
});

async function fill(index: DedupIndex, signer: Signer, texts: readonly string[]): Promise<number[]> {
  const row = new Uint32Array(signer.words);
  let kept = 0;
  return texts.map((text) => {
    signer.sign(text, row, 0);
    const found = index.find(row, 0);
    if (found < 0) index.admit(row, 0, kept++);
    return found;
  });
}

describe('the MinHash index', () => {
  it('finds near-duplicates among thousands and tells which document they repeat', async () => {
    const random = new Random(9);
    const originals = Array.from({ length: 6000 }, () => letters(random, 300));
    const copies = originals.map((text) => `${text.slice(0, 150)}${letters(random, 6)}${text.slice(156)}`);
    const found = await fill(minhash.createIndex(options), await signerOf(), [...originals, ...copies]);
    expect(found.slice(0, 6000).every((number) => number === -1)).toBe(true);
    const right = found.slice(6000).filter((number, i) => number === i).length;
    expect(right / 6000).toBeGreaterThan(0.999);
  });

  it('keeps documents that share less than half', async () => {
    const random = new Random(10);
    const originals = Array.from({ length: 3000 }, () => letters(random, 300));
    // 45 % of the union is shared.
    const others = originals.map((text) => text.slice(0, 188) + letters(random, 112));
    const found = await fill(minhash.createIndex(options), await signerOf(), [...originals, ...others]);
    expect(found.filter((number) => number >= 0)).toHaveLength(0);
  });

  it('stays within its memory: at most 240 bytes a document, and 32 for the exact index', async () => {
    const random = new Random(11);
    const index = minhash.createIndex(options);
    const digests = exact.createIndex({});
    const count = 200_000;
    const row = new Uint32Array(index.words);
    for (let number = 0; number < count; number++) {
      for (let word = 0; word < row.length; word++) row[word] = Math.floor(random.next() * 2 ** 32);
      index.admit(row, 0, number);
      digests.admit(row, 0, number);
    }
    expect(index.bytes / count).toBeLessThan(240);
    expect(digests.bytes / count).toBeLessThan(32);
  });

  it('costs no more when thousands of documents fall into one bucket', async () => {
    const shape = sketchShape(14, 8);
    const index = minhash.createIndex(options);
    const random = new Random(12);
    const row = new Uint32Array(shape.words);
    // 200,000 documents with one band in common: a chain as long as that would never end.
    for (let number = 0; number < 200_000; number++) {
      for (let word = 1; word < row.length; word++) row[word] = Math.floor(random.next() * 2 ** 32);
      row[0] = 42;
      expect(index.find(row, 0)).toBe(-1);
      index.admit(row, 0, number);
    }
  });
});

describe('short and empty texts', () => {
  it('are duplicates only when they are equal but for white space', async () => {
    const texts = ['清流', '清流', '清 流', '流清', '', '', 'あ'];
    expect(await fill(minhash.createIndex(options), await signerOf(), texts)).toEqual([-1, 0, 0, -1, -1, 2, -1]);
  });
});

describe('the exact index', () => {
  it('drops equal texts and nothing else', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.string({ unit: 'binary', maxLength: 3 }), { maxLength: 60 }), async (texts) => {
        const found = await fill(exact.createIndex({}), await exact.createSigner({}), texts);
        const first = new Map<string, number>();
        const expected = texts.map((text) => {
          const number = first.get(text.toWellFormed());
          if (number === undefined) first.set(text.toWellFormed(), first.size);
          return number ?? -1;
        });
        expect(found).toEqual(expected);
      }),
    );
  });
});
