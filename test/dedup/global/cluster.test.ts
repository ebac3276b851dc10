import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exact } from '../../../src/dedup/exact.ts';
import { cluster, groupingMemory } from '../../../src/dedup/global/cluster.ts';
import { checkedDecisions, DecisionFiles, decide } from '../../../src/dedup/global/decisions.ts';
import { packExtra, type RowPiece, type SignatureRows } from '../../../src/dedup/global/rows.ts';
import type { Matching } from '../../../src/pipeline/define.ts';
import { freeDisk, sketches, sketchMatch, WORDS } from '../../helpers/sketches.ts';

const COUNT = 20_000;
const PIECE = 777;
/** Documents of four shards in turn, as a stream of four open shards gives them. */
const SHARDS = 4;
const shardOfRow = (row: number): number => (SHARDS - 1 - (row % SHARDS)) % SHARDS;
/** Every 50th document stands in an earlier run. */
const markOfRow = (row: number): number => (row % 50 === 49 ? 2 : 0);

const EXACT_WORDS = 4;
const ROW = EXACT_WORDS + WORDS;
const exactMatch = exact.matching?.({});
if (exactMatch === undefined) throw new Error('exact has a matching');
const matchings: readonly Matching[] = [exactMatch, sketchMatch()];
const similar = sketches(COUNT, 3);

/** Rows of an exact hash (equal for equal sketches, of every second document), a sketch, and shard and mark. */
function table(): Uint32Array {
  const all = new Uint32Array(COUNT * (ROW + 1));
  const hashes = new Map<string, number>();
  for (let row = 0; row < COUNT; row++) {
    const at = row * (ROW + 1);
    const sketch = similar.subarray(row * WORDS, (row + 1) * WORDS);
    const text = row % 2 === 0 ? sketch.join() : `other ${row}`;
    const hash = hashes.get(text) ?? hashes.size + 1;
    hashes.set(text, hash);
    all.set([hash, hash * 7, 0, 1], at);
    all.set(sketch, at + EXACT_WORDS);
    all[at + ROW] = packExtra(shardOfRow(row), markOfRow(row));
  }
  return all;
}

const all = table();

function rowsOf(words: Uint32Array, piece = PIECE): SignatureRows {
  const count = words.length / (ROW + 1);
  return {
    count,
    words: ROW,
    async *scan(): AsyncGenerator<RowPiece> {
      for (let first = 0; first < count; first += piece) {
        const size = Math.min(piece, count - first);
        yield { first, count: size, words: words.subarray(first * (ROW + 1), (first + size) * (ROW + 1)) };
      }
    },
    read: (row, out) => out.set(words.subarray(row * (ROW + 1), row * (ROW + 1) + ROW)),
  };
}

/** Components of all pairs that share a key and agree, by the definition: each row's least companion. */
function bruteForce(): { component: number[]; by: number[] } {
  const next: number[][] = Array.from({ length: COUNT }, () => []);
  const by = new Array<number>(COUNT).fill(0);
  for (const [number, [matching, at]] of [[matchings[0], 0] as const, [matchings[1], EXACT_WORDS] as const].entries()) {
    if (matching === undefined) continue;
    const keys = new Uint32Array(matching.bands);
    const buckets = new Map<string, number[]>();
    for (let row = 0; row < COUNT; row++) {
      if (markOfRow(row) !== 0) continue;
      matching.keys(all, row * (ROW + 1) + at, keys);
      for (const [band, key] of keys.entries()) {
        const bucket = buckets.get(`${band}:${key}`);
        if (bucket === undefined) buckets.set(`${band}:${key}`, [row]);
        else bucket.push(row);
      }
    }
    for (const bucket of buckets.values()) {
      for (const a of bucket) {
        for (const b of bucket) {
          if (a >= b || !matching.agrees(all, a * (ROW + 1) + at, all, b * (ROW + 1) + at)) continue;
          next[a]?.push(b);
          next[b]?.push(a);
          for (const each of [a, b]) if (by[each] === 0) by[each] = number + 1;
        }
      }
    }
  }
  const component = new Array<number>(COUNT).fill(-1);
  for (let start = 0; start < COUNT; start++) {
    if (component[start] !== -1) continue;
    const open = [start];
    component[start] = start;
    for (let row = open.pop(); row !== undefined; row = open.pop()) {
      for (const other of next[row] ?? []) {
        if (component[other] !== -1) continue;
        component[other] = start;
        open.push(other);
      }
    }
  }
  return { component, by };
}

const expected = bruteForce();
const folder = (): string => mkdtempSync(join(tmpdir(), 'seiryu-cluster-'));
const base = { matchings, memory: 2e9, spill: () => 1e9, disk: freeDisk };

describe('clustering', () => {
  it('of 20,000 documents is what a look at every pair gives, whatever the number of parts', async () => {
    for (const [piece, parts] of [
      [COUNT, {}],
      [PIECE, { partRows: 6000, groupRows: 8000 }],
    ] as const) {
      const { sets, by } = await cluster({ ...base, rows: rowsOf(all, piece), dir: folder(), ...parts });
      expect(Array.from({ length: COUNT }, (_, row) => sets.find(row))).toEqual(expected.component);
      expect([...by]).toEqual(expected.by);
    }
  });

  it('goes on after the last finished band, and leaves nothing of its keys', async () => {
    const small = all.subarray(0, 3000 * (ROW + 1));
    const whole = await cluster({ ...base, rows: rowsOf(small), dir: folder() });
    const dir = folder();
    const stop = new AbortController();
    const bands: number[] = [];
    const stopped = cluster({
      ...base,
      rows: rowsOf(small),
      dir,
      signal: stop.signal,
      onBand: ({ done }) => {
        bands.push(done);
        if (done === 6) stop.abort(new Error('stopped'));
      },
    });
    await expect(stopped).rejects.toThrow('stopped');
    expect(readdirSync(dir)).toEqual(['sets.bin']);
    const resumed = await cluster({ ...base, rows: rowsOf(small), dir, onBand: ({ done }) => bands.push(done) });
    expect(bands).toEqual(Array.from({ length: 15 }, (_, band) => band + 1));
    expect(resumed.by).toEqual(whole.by);
    expect(resumed.sets.parents.map((_, row) => resumed.sets.find(row))).toEqual(
      whole.sets.parents.map((_, row) => whole.sets.find(row)),
    );
  });

  it('keeps of each cluster the first in source order, and counts the others by deduper', async () => {
    const rows = rowsOf(all);
    const dir = folder();
    const clusters = await cluster({ ...base, rows, dir });
    const pieces = async function* () {
      for await (const piece of rows.scan()) yield { piece, blocks: [{ documents: piece.count, print: piece.first }] };
    };
    const labels = ['exact', 'minhash'];
    const head = await decide({ dir, identity: 'x', labels, pieces: pieces(), words: ROW, clusters, disk: freeDisk });
    expect(await checkedDecisions(dir, 'x')).toEqual(head);
    expect(await checkedDecisions(dir, 'y')).toBeUndefined();

    const first = new Map<number, number>();
    for (let row = 0; row < COUNT; row++) {
      const component = expected.component[row] ?? row;
      const best = first.get(component);
      const isBefore =
        best === undefined ||
        shardOfRow(row) < shardOfRow(best) ||
        (shardOfRow(row) === shardOfRow(best) && row < best);
      if (isBefore) first.set(component, row);
    }
    const files = new DecisionFiles(dir);
    const reasons = files.reasons(0, COUNT);
    const names = Array.from({ length: COUNT }, (_, row) => head.reasons[reasons[row] ?? 0]);
    const wanted = Array.from({ length: COUNT }, (_, row) => {
      if (markOfRow(row) !== 0) return 'minhash.earlier-run';
      if (first.get(expected.component[row] ?? row) === row) return '';
      return expected.by[row] === 1 ? 'exact.duplicate' : 'minhash.duplicate';
    });
    expect(names).toEqual(wanted);
    for (let row = 0; row < COUNT; row += 13)
      expect(files.survivor(row)).toBe(first.get(expected.component[row] ?? row));
    expect(files.block(2)).toEqual({ first: 2 * PIECE, documents: PIECE, print: 2 * PIECE });
    expect(files.block(head.blocks)).toBeUndefined();
    files.close();
  });

  it('says before it begins when its memory is too small, and how much would do', () => {
    expect(() => groupingMemory(3e8, 10_000_000)).toThrow(/dedup\.memory is 300(\.0)? MB/u);
    expect(groupingMemory(2e9, 10_000_000)).toBeGreaterThan(1.5e9);
  });
});
