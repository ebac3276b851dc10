import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { IndexBuilder } from '../../../src/dedup/against/build-index.ts';
import { IndexFile } from '../../../src/dedup/against/index-file.ts';
import { mergeIndexes } from '../../../src/dedup/against/merge-indexes.ts';
import { PAGE_BYTES, PageCache } from '../../../src/dedup/against/pages.ts';
import { SeiryuError } from '../../../src/errors.ts';
import type { Matching } from '../../../src/pipeline/define.ts';
import { Random } from '../../../src/trainer/random.ts';
import { freeDisk, mutated, randomWord, sketches, sketchMatch, WORDS } from '../../helpers/sketches.ts';

const COUNT = 1500;
const all = sketches(COUNT, 7);
const matching = sketchMatch();
let folder: string;
const at = (name: string): string => join(folder, name);

interface Built {
  readonly rows?: Uint32Array;
  readonly segmentDocuments?: number;
  readonly input?: string;
  readonly match?: Matching;
}

async function build(path: string, { rows = all, segmentDocuments, input = 'corpus', match = matching }: Built = {}) {
  const dedupers = [{ deduper: 'minhash', matching: match }];
  const options = { path, dedupers, disk: freeDisk };
  const builder = new IndexBuilder(segmentDocuments === undefined ? options : { ...options, segmentDocuments });
  builder.begin(input);
  for (let row = 0; row * WORDS < rows.length; row++) await builder.add(rows, row * WORDS, `s/shard-${row % 3}#${row}`);
  return builder.finish();
}

async function withIndex<T>(path: string, use: (file: IndexFile) => T | Promise<T>, cache = 1e6): Promise<T> {
  const file = await IndexFile.open(path, new PageCache(cache));
  try {
    return await use(file);
  } finally {
    file.close();
  }
}

/** All rows that share a band's key with the sketch and agree with it, by looking at each. */
function bruteForce(sketch: Uint32Array): number[] {
  const own = new Uint32Array(matching.bands);
  const other = new Uint32Array(matching.bands);
  matching.keys(sketch, 0, own);
  const found: number[] = [];
  for (let row = 0; row < COUNT; row++) {
    matching.keys(all, row * WORDS, other);
    if (own.some((key, band) => key === other[band]) && matching.agrees(all, row * WORDS, sketch, 0)) found.push(row);
  }
  return found;
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'seiryu-index-'));
  await build(at('whole.index'));
});

describe('an index file', () => {
  it('finds what a look at every document finds, and nothing else', async () => {
    const random = new Random(11);
    await withIndex(at('whole.index'), (file) => {
      const section = file.section('minhash', matching);
      let hits = 0;
      for (let probe = 0; probe < 300; probe++) {
        const from = Math.floor(random.next() * COUNT) * WORDS;
        const sketch =
          probe % 4 === 0
            ? Uint32Array.from({ length: WORDS }, () => randomWord(random))
            : mutated(all.subarray(from, from + WORDS), 0.25 * random.next(), random);
        const expected = bruteForce(sketch);
        const found = section.find(sketch, 0);
        if (found >= 0) hits++;
        // The first of a bucket's rows that agrees, so any of those that the look at all gives.
        expect(expected.length === 0 ? [-1] : expected).toContain(found);
      }
      expect(hits).toBeGreaterThan(50);
      expect(hits).toBeLessThan(300);
    });
  });

  it('has the same bytes however its documents were divided while it was built', async () => {
    const whole = readFileSync(at('whole.index'));
    for (const segmentDocuments of [1499, 511, 97]) {
      await build(at('parts.index'), { segmentDocuments });
      expect(readFileSync(at('parts.index')).equals(whole)).toBe(true);
    }
  });

  it('names the input, the number and the id of a document', async () => {
    await build(at('a.index'), { rows: all.subarray(0, 500 * WORDS), input: 'runs/2023' });
    await build(at('b.index'), { rows: all.subarray(500 * WORDS), input: 'runs/2024' });
    const files = [
      await IndexFile.open(at('a.index'), new PageCache(0)),
      await IndexFile.open(at('b.index'), new PageCache(0)),
    ];
    await mergeIndexes(files, { path: at('ab.index'), disk: freeDisk });
    for (const file of files) file.close();
    await withIndex(at('ab.index'), (file) => {
      expect(file.nameOf(499)).toEqual({ input: 'runs/2023', number: 499, id: 's/shard-1#499' });
      expect(file.nameOf(500)).toEqual({ input: 'runs/2024', number: 0, id: 's/shard-0#0' });
      expect(file.nameOf(1499)).toEqual({ input: 'runs/2024', number: 999, id: 's/shard-0#999' });
    });
    await withIndex(at('whole.index'), (whole) =>
      withIndex(at('ab.index'), (merged) => {
        const [one, two] = [whole.section('minhash', matching), merged.section('minhash', matching)];
        for (let row = 0; row < COUNT; row += 7) expect(two.find(all, row * WORDS)).toBe(one.find(all, row * WORDS));
      }),
    );
  });

  it('holds fences, filters and the cache in memory, and no more', async () => {
    const cache = new PageCache(10 * PAGE_BYTES);
    const file = await IndexFile.open(at('whole.index'), cache);
    const section = file.section('minhash', matching);
    for (let row = 0; row < COUNT; row++) section.find(all, row * WORDS);
    expect(cache.bytes).toBe(10 * PAGE_BYTES);
    // 12 bits a key, and a fence for 511 entries.
    expect(section.bytes).toBeLessThan(COUNT * 14 * 1.6 + 14 * 64);
    file.close();
  });

  it('is refused with other parameters, and the message names both values', async () => {
    await withIndex(at('whole.index'), (file) => {
      expect(() => file.section('minhash', sketchMatch({ rows: 4, seed: 2 }))).toThrow(
        /rows is 8 in the index and 4 here.*seed is 1 in the index and 2 here/su,
      );
      expect(() => file.section('minhash', sketchMatch({ algorithm: 'permutations' }))).toThrow(
        /algorithm is "one-permutation" in the index and "permutations" here/u,
      );
      expect(() => file.section('exact', matching)).toThrow(/no signatures of exact/u);
      // The threshold is no property of signatures.
      expect(file.section('minhash', sketchMatch({ threshold: 0.9 })).find(all, 0)).toBe(0);
    });
  });

  it('does not merge with one of other parameters', async () => {
    const rows = all.subarray(0, 10 * WORDS);
    await build(at('seed.index'), { rows, match: sketchMatch({ seed: 5 }) });
    const files = [
      await IndexFile.open(at('whole.index'), new PageCache(0)),
      await IndexFile.open(at('seed.index'), new PageCache(0)),
    ];
    await expect(mergeIndexes(files, { path: at('no.index'), disk: freeDisk })).rejects.toThrow(
      /seed is 1 .*whole.* and 5/u,
    );
    for (const file of files) file.close();
  });

  it('is never believed when any of its bytes was changed, or it was cut off', async () => {
    const rows = all.subarray(0, 40 * WORDS);
    await build(at('small.index'), { rows });
    const whole = readFileSync(at('small.index'));
    const whatIsRead = async (bytes: Uint8Array): Promise<string> => {
      writeFileSync(at('bad.index'), bytes);
      return withIndex(at('bad.index'), (file) => file.verify()).then(
        () => 'whole',
        (error: unknown) => (error instanceof SeiryuError ? error.code : String(error)),
      );
    };
    expect(await whatIsRead(whole)).toBe('whole');
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), async (place, change) => {
        const damaged = Buffer.from(whole);
        damaged[place] = (damaged[place] ?? 0) ^ change;
        expect(['index.damaged', 'index.invalid']).toContain(await whatIsRead(damaged));
      }),
      { numRuns: 60 },
    );
    for (const length of [0, 5, 16, PAGE_BYTES, whole.length - 1])
      expect(await whatIsRead(whole.subarray(0, length))).toBe('index.invalid');
  });

  it('of nothing finds nothing', async () => {
    await build(at('empty.index'), { rows: new Uint32Array(0) });
    await withIndex(at('empty.index'), (file) => {
      file.verify();
      expect(file.section('minhash', matching).find(all, 0)).toBe(-1);
    });
  });
});
