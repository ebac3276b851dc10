import fc from 'fast-check';
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
