// What the run foretells of its index and journal after a tenth of the corpus, and what it says beforehand.
import { describe, expect, it } from 'vitest';
import { NearIndex, type NearIndexOptions } from '../../src/dedup/index/near-index.ts';
import { type GrowthInput, growthOf, MemoryWatch, outlookOf } from '../../src/engine/growth.ts';
import type { RunRecord } from '../../src/engine/record.ts';
import { Random } from '../../src/trainer/random.ts';
import { checkRows, growthRows, growthText } from '../../src/watch/growth.ts';

const optionsOf = (given: Partial<NearIndexOptions>): NearIndexOptions => ({
  bands: 14,
  rows: 8,
  threshold: 0.7,
  mode: 'exact',
  memory: 4e9,
  full: 'spill',
  ...given,
});

const DOCUMENTS = 60_000;
const HEAD = 900;
const ENTRY = 350;

/** Feeds documents into an index and tells the growth after each share of them, as a run with commits would. */
function growthAlong(index: NearIndex, shares: readonly number[]) {
  const random = new Random(2);
  const row = new Uint32Array(index.words);
  let fed = 0;
  return shares.map((share) => {
    for (; fed < DOCUMENTS * share; fed++) {
      for (let word = 0; word < row.length; word++) row[word] = Math.floor(random.next() * 2 ** 32);
      index.admit(row, 0);
    }
    const journal = HEAD + fed * 72 + Math.ceil(fed / 500) * ENTRY;
    const input: GrowthInput = {
      indexes: [{ label: 'minhash', index }],
      kept: fed,
      journal,
      journalled: fed,
      journalHead: HEAD,
      read: share,
    };
    return growthOf(input);
  });
}

describe('the forecast', () => {
  it('is within 15 % for index, sketches and journal after a tenth of the corpus', () => {
    const [early, late] = growthAlong(new NearIndex(optionsOf({}), undefined), [0.1, 1]);
    for (const part of ['tables', 'sketches', 'journal'] as const) {
      const real = late?.[part].bytes ?? 0;
      expect(real).toBeGreaterThan(1e6);
      expect(Math.abs((early?.[part].atEnd ?? 0) / real - 1), part).toBeLessThan(0.15);
    }
    expect(early?.documents).toBe(DOCUMENTS);
    expect(late?.tables.atEnd).toBe(late?.tables.bytes);
  });

  it('says nothing of the end while nobody knows how long the corpus is', () => {
    const index = new NearIndex(optionsOf({}), undefined);
    const growth = growthOf({
      indexes: [{ label: 'minhash', index }],
      kept: 0,
      journal: 10,
      journalled: 0,
      journalHead: 10,
      read: undefined,
    });
    expect(growth.tables.atEnd).toBeUndefined();
    expect(growthRows(growth)[1]?.at(-1)).toBe('?');
  });

  it('is shown with what is held now and what a million documents add', () => {
    const [early] = growthAlong(new NearIndex(optionsOf({}), undefined), [0.1]);
    expect(growthText(early)).toMatch(/^\d.* → \d.* of 4.0 GB memory .*journal \d+.* kB → .*a million documents$/);
    expect(growthText(undefined)).toBeUndefined();
  });
});

describe('what is said before the stream begins', () => {
  const told = (given: Partial<NearIndexOptions>, published: number | undefined): string =>
    outlookOf([{ label: 'minhash', index: new NearIndex(optionsOf(given), undefined) }], published, {
      kept: 0,
      fetched: 0,
    }).join('\n');

  it('is nothing while the memory will do, or nobody knows', () => {
    expect(told({}, 20e9)).toBe('');
    expect(told({}, undefined)).toBe('');
  });

  it('names the documents, the memory they need and what happens, for each policy', () => {
    const published = 170e9;
    expect(told({ full: 'spill' }, published)).toMatch(
      /85,000,000 documents.*needs 1\d\.\d GB.*memory: 4.0 GB.*on disk/,
    );
    expect(told({ full: 'stop' }, published)).toMatch(/full after about 2\d %.*stops.*mode: bloom would need 5\.\d GB/);
    expect(told({ full: 'bloom' }, published)).toMatch(/goes on in Bloom mode.*full before the corpus ends/);
    expect(told({ mode: 'bloom', memory: 1e6 }, published)).toMatch(/Bloom mode.*--fresh/);
    expect(told({ mode: 'bloom', memory: 6e9 }, published)).toBe('');
  });

  it('takes what a resumed run has read for its measure', () => {
    const index = new NearIndex(optionsOf({ full: 'stop' }), undefined);
    const lines = outlookOf([{ label: 'minhash', index }], 100e9, { kept: 1000, fetched: 1e6 });
    expect(lines.join()).toContain('100,000,000 documents');
  });
});

describe('the warning', () => {
  it('comes once, at 80 % of the memory', () => {
    const index = new NearIndex(optionsOf({ memory: 1.8e6 }), undefined);
    const watch = new MemoryWatch();
    const random = new Random(4);
    const row = new Uint32Array(index.words);
    const said: number[] = [];
    for (let document = 0; document < 7000; document++) {
      for (let word = 0; word < row.length; word++) row[word] = Math.floor(random.next() * 2 ** 32);
      index.admit(row, 0);
      if (document % 100 !== 0) continue;
      const lines = watch.check([{ label: 'minhash', index }], document);
      if (lines.length > 0) said.push(index.bytes);
      for (const line of lines) expect(line).toMatch(/^minhash: [89]\d % of its memory is taken.*disk/);
    }
    expect(said).toHaveLength(1);
    expect(said[0]).toBeGreaterThanOrEqual(1.44e6);
  });
});

describe('checks in the report', () => {
  it('are shown with the share that verification kept, or would have', () => {
    const dedup: RunRecord['dedup'] = {
      'minhash.compared': 400,
      'minhash.refused': 10,
      'minhash.sampled-drops': 50,
      'minhash.sampled-drops-unlike': 1,
    };
    expect(checkRows(dedup).map((row) => row.slice(1))).toEqual([
      ['400', ''],
      ['10', '2.50 %'],
      ['50', ''],
      ['1', '2.00 %'],
    ]);
  });
});
