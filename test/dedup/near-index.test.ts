// The index of minhash in its modes: which documents it knows, what it takes, and what happens when that is too much.
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { falseDropRate, filterBytesPerDocument, KeyFilter } from '../../src/dedup/index/key-filter.ts';
import { NearIndex, type NearIndexOptions, signatureWords } from '../../src/dedup/index/near-index.ts';
import { sketchShape } from '../../src/dedup/index/sketch.ts';
import { MemoryError } from '../../src/errors.ts';
import { NOT_SEEN, SEEN_SOMEWHERE } from '../../src/pipeline/define.ts';
import { Random } from '../../src/trainer/random.ts';

const shape = sketchShape(14, 8);

const optionsOf = (given: Partial<NearIndexOptions>): NearIndexOptions => ({
  bands: 14,
  rows: 8,
  threshold: 0.7,
  mode: 'exact',
  memory: 4e9,
  full: 'spill',
  ...given,
});

function roomOf(): {
  dir: string;
  disk: { reserve(bytes: number): Promise<void>; release(bytes: number): void };
  held: number;
} {
  const room = {
    dir: join(mkdtempSync(join(tmpdir(), 'seiryu-index-')), 'minhash'),
    held: 0,
    disk: {
      reserve: async (bytes: number): Promise<void> => {
        room.held += bytes;
      },
      release: (bytes: number): void => {
        room.held -= bytes;
      },
    },
  };
  return room;
}

/** Signatures of unlike documents, every third like an earlier one in half of its bands; crowded: a band that all share. */
function signatures(count: number, words: number): Uint32Array {
  const random = new Random(5);
  const rows = new Uint32Array(count * words);
  for (let row = 0; row < count; row++) {
    const at = row * words;
    for (let word = 0; word < words; word++) rows[at + word] = Math.floor(random.next() * 2 ** 32);
    if (row % 50 === 0) rows[at] = 7;
    if (row % 3 !== 0 || row === 0) continue;
    const earlier = Math.floor(random.next() * row) * words;
    const alike = row % 2 === 0 ? 12 : 4;
    for (let band = 0; band < alike; band++) {
      rows[at + band] = rows[earlier + band] ?? 0;
      if (words > shape.words) rows[at + shape.words + band] = rows[earlier + shape.words + band] ?? 0;
    }
  }
  return rows;
}

/** What the gate does, block by block. -1: kept */
async function decide(index: NearIndex, rows: Uint32Array, block = 500): Promise<boolean[]> {
  const { words } = index;
  const count = rows.length / words;
  const kept: boolean[] = [];
  for (let from = 0; from < count; from += block) {
    const size = Math.min(block, count - from);
    await index.settle(size);
    index.touch(rows, size, words, from * words);
    for (let row = from; row < from + size; row++) {
      const found = index.find(rows, row * words);
      if (found === NOT_SEEN) index.admit(rows, row * words);
      kept.push(found === NOT_SEEN);
    }
  }
  return kept;
}

describe('an index that is given less memory than it needs', () => {
  const rows = signatures(30_000, signatureWords(optionsOf({})));

  it('decides the same when it spills, keeps within its memory, and leaves nothing on disk', async () => {
    const whole = await decide(new NearIndex(optionsOf({}), undefined), rows);
    for (const memory of [2.5e6, 4e6]) {
      const room = roomOf();
      const index = new NearIndex(optionsOf({ memory }), room);
      expect(await decide(index, rows)).toEqual(whole);
      expect(index.bytes).toBeLessThanOrEqual(memory);
      expect(index.figures.spilled).toBeGreaterThan(500_000);
      expect(room.held).toBe(index.figures.spilled);
      index.close();
      expect(room.held).toBe(0);
      expect(existsSync(join(room.dir, 'rows'))).toBe(false);
    }
  });

  it('decides the same in blocks of any size', async () => {
    const whole = await decide(new NearIndex(optionsOf({}), undefined), rows, 7);
    expect(await decide(new NearIndex(optionsOf({ memory: 4e6 }), roomOf()), rows, 4000)).toEqual(whole);
  });

  it('stops with what to do, when it may not spill', async () => {
    const index = new NearIndex(optionsOf({ memory: 3e6, full: 'stop' }), roomOf());
    const stopped = decide(index, rows);
    await expect(stopped).rejects.toBeInstanceOf(MemoryError);
    await expect(stopped).rejects.toMatchObject({
      code: 'index.memory',
      exitCode: 4,
      fix: expect.stringMatching(/full=spill/),
    });
    expect(index.bytes).toBeLessThanOrEqual(3e6);
  });

  it('stops when even what a spilled document leaves in memory is too much', async () => {
    await expect(decide(new NearIndex(optionsOf({ memory: 1.6e6 }), roomOf()), rows)).rejects.toBeInstanceOf(
      MemoryError,
    );
  });
});

describe('an index that goes on in Bloom mode', () => {
  const options = optionsOf({ memory: 5e6, full: 'bloom' });
  const rows = signatures(24_000, signatureWords(options));

  it('keeps what it knows exactly, and knows what came later too', async () => {
    const index = new NearIndex(options, undefined);
    await decide(index, rows);
    expect(index.bytes).toBeLessThanOrEqual(5e6);
    let exact = 0;
    let somewhere = 0;
    for (let row = 0; row < 24_000; row++) {
      const found = index.find(rows, row * index.words);
      expect(found).not.toBe(NOT_SEEN);
      if (found === SEEN_SOMEWHERE) somewhere++;
      else exact++;
    }
    expect(exact).toBeGreaterThan(5000);
    expect(somewhere).toBeGreaterThan(5000);
  });

  it('changes over at the same document when it is built again, and when blocks are cut differently', async () => {
    const whole = await decide(new NearIndex(options, undefined), rows);
    expect(await decide(new NearIndex(options, undefined), rows, 333)).toEqual(whole);
    const again = new NearIndex(options, undefined);
    const half = 15_000;
    for (let row = 0; row < half; row++) if (whole[row]) again.admit(rows, row * again.words);
    expect(await decide(again, rows.subarray(half * again.words))).toEqual(whole.slice(half));
  });
});

describe('Bloom mode', () => {
  it('takes at most 64 bytes a document, and stops when it is full', async () => {
    const memory = 64 * 9000;
    const options = optionsOf({ mode: 'bloom', memory: memory + 200_000 });
    const index = new NearIndex(options, undefined);
    expect(filterBytesPerDocument(14)).toBeLessThan(64);
    const full = decide(index, signatures(20_000, index.words));
    await expect(full).rejects.toMatchObject({ code: 'index.memory', exitCode: 4 });
  });

  it('drops falsely as seldom as it says: measured with fingerprints cut to 18 bits, computed for 32', () => {
    const random = new Random(8);
    const filter = new KeyFilter({ bands: 14, bytes: 64 * 20_000, tagBits: 18 });
    const homes = new Uint32Array(14);
    const tags = new Uint32Array(14);
    const draw = (): void => {
      for (let band = 0; band < 14; band++) {
        homes[band] = Math.floor(random.next() * 2 ** 32);
        tags[band] = Math.floor(random.next() * 2 ** 32);
      }
    };
    for (const load of [0.5, 0.8]) {
      while (filter.documents < (filter.capacity / 0.9) * load) {
        draw();
        filter.add(homes, tags);
      }
      const looks = 60_000;
      let dropped = 0;
      for (let look = 0; look < looks; look++) {
        draw();
        if (filter.find(homes, tags) >= 0) dropped++;
      }
      const expected = looks * falseDropRate(14, load, 18);
      expect(Math.abs(dropped - expected)).toBeLessThan(4 * Math.sqrt(expected) + 0.1 * expected);
    }
    expect(falseDropRate(14, 0.9)).toBeLessThan(1e-6);
  });

  it('reports from a sample which of its drops the sketches would not have confirmed', async () => {
    const options = optionsOf({ mode: 'bloom', memory: 4e6 });
    const index = new NearIndex(options, undefined);
    const random = new Random(3);
    const row = new Uint32Array(index.words);
    for (let document = 0; document < 20_000; document++) {
      for (let word = 0; word < row.length; word++) row[word] = Math.floor(random.next() * 2 ** 32);
      // A sampled key in the first band.
      if (document < 300) row[shape.words] = (row[shape.words] ?? 0) & ~0x7ff;
      index.admit(row, 0);
      if (document >= 300) continue;
      const copy = row.slice();
      // Every other drop is of a document that shares that band and nothing else.
      if (document % 2 === 0)
        for (let word = 1; word < shape.words; word++) copy[word] = Math.floor(random.next() * 2 ** 32);
      expect(index.find(copy, 0)).toBe(SEEN_SOMEWHERE);
    }
    expect(index.counts).toEqual({ 'sampled-drops': 300, 'sampled-drops-unlike': 150 });
  });
});
