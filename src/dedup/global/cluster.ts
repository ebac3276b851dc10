// The clustering between the two passes: bands are grouped out of core, pairs are confirmed, sets are joined.
import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAll } from '../../durable-files.ts';
import { asDiskError, PipelineError } from '../../errors.ts';
import type { Disk, Matching } from '../../pipeline/define.ts';
import { formatBytes } from '../../pipeline/units.ts';
import { type Grouping, LEAST_MEMORY, openGrouping } from './buckets.ts';
import { joinBucket } from './join-bucket.ts';
import { parquetOf } from './parquet-keys.ts';
import { EXTRA_WORDS, markOf, type SignatureRows } from './rows.ts';
import { loadSets, saveSets } from './saved-sets.ts';
import { UnionFind } from './union-find.ts';

export interface ClusterOptions {
  readonly rows: SignatureRows;
  /** The dedupers in the pipeline's order. */
  readonly matchings: readonly Matching[];
  /** Folder of its own, for keys, spilled data and what was joined so far. */
  readonly dir: string;
  /** Bytes of memory for all of it. */
  readonly memory: number;
  /** Bytes on disk that may be spilled; asked once. */
  readonly spill: () => number;
  readonly disk: Disk;
  readonly signal?: AbortSignal;
  /** Rows whose keys are held before they are written; any number gives the same clusters. */
  readonly partRows?: number;
  /** Rows that are grouped at once; any number gives the same clusters. By default as many as the memory holds. */
  readonly groupRows?: number;
  onBand?(band: { readonly done: number; readonly of: number }): void;
}

export interface Clusters {
  readonly sets: UnionFind;
  /** Of each row: 0, or 1 + the number of the first deduper that found it alike with another. (rows) */
  readonly by: Uint8Array;
}

/** Node's own, and what the rows that come and go take. */
const BASE_MEMORY = 256 * 2 ** 20;
/** Bytes a row: parents, labels, and later the survivor with its shard. */
const ROW_MEMORY = 4 + 1 + 8;
const PART_ROWS = 2 ** 22;
/** Bytes of memory that DuckDB takes for a row: 45 were measured; below 20 it fails. What does not fit is grouped in ranges of keys. */
const GROUPED_ROW = 64;
const PART = 'dedup';

/** Bytes that are left for DuckDB. Throws PipelineError when `memory` is too small for so many rows. */
export function groupingMemory(memory: number, rows: number, partRows = PART_ROWS): number {
  const own = BASE_MEMORY + ROW_MEMORY * rows + 8 * partRows;
  if (memory - own >= LEAST_MEMORY) return memory - own;
  throw new PipelineError(
    `Clustering${rows === 0 ? '' : ` ${rows} documents`} needs ${formatBytes(own + LEAST_MEMORY)} of memory at least; dedup.memory is ${formatBytes(memory)}.`,
    {
      code: 'dedup.memory',
      fix: `Raise dedup.memory to ${formatBytes(own + 8 * LEAST_MEMORY)} and run the same command again: the first pass is not repeated.`,
    },
  );
}

/**
 * Joins all rows that share the key of a band and agree. The sets are a function of the rows alone. Goes on after the last
 * band that was finished before. Linear in rows × bands, and in pairs that share a key without agreeing.
 */
export async function cluster(options: ClusterOptions): Promise<Clusters> {
  const { rows, matchings, dir, memory, disk, signal, onBand } = options;
  const { partRows = Math.min(PART_ROWS, rows.count + 1) } = options;
  await mkdir(dir, { recursive: true });
  const tmp = join(dir, 'tmp');
  await rm(tmp, { recursive: true, force: true });
  const bands = matchings.flatMap((matching, deduper) =>
    Array.from({ length: matching.bands }, (_, band) => ({ deduper, band })),
  );
  const saved = await loadSets(dir, rows.count);
  const sets = new UnionFind(rows.count, saved?.parents);
  const by = saved?.by ?? new Uint8Array(rows.count);
  const spill = options.spill();
  await disk.reserve(spill, PART);
  let grouping: Grouping | undefined;
  try {
    const granted = groupingMemory(memory, rows.count, partRows);
    const { groupRows = granted / GROUPED_ROW } = options;
    const ranges = Math.max(1, Math.ceil(rows.count / groupRows));
    grouping = await openGrouping({ memory: granted, spill, dir: tmp });
    const pairs = new Pairs(rows, matchings);
    for (const [done, { deduper, band }] of bands.entries()) {
      if (done < (saved?.bands ?? 0)) continue;
      signal?.throwIfAborted();
      const keys = await writeKeys({ rows, matchings, deduper, band, dir: tmp, partRows, ranges, disk });
      const agree = pairs.of(deduper);
      const onJoin = (a: number, b: number): void => {
        if (by[a] === 0) by[a] = deduper + 1;
        if (by[b] === 0) by[b] = deduper + 1;
      };
      for (const parts of keys) {
        for await (const bucket of grouping.buckets(parts.map(({ path }) => path))) {
          signal?.throwIfAborted();
          joinBucket(bucket, sets, agree, onJoin);
        }
        for (const { path, bytes } of parts) {
          await rm(path);
          disk.release(bytes, PART);
        }
      }
      await saveSets(dir, { parents: sets.parents, by, bands: done + 1 }, disk);
      onBand?.({ done: done + 1, of: bands.length });
    }
    return { sets, by };
  } finally {
    grouping?.close();
    disk.release(spill, PART);
    await rm(tmp, { recursive: true, force: true });
  }
}

/** Compares rows by number. The row compared last is often compared again. */
class Pairs {
  readonly #rows: SignatureRows;
  readonly #matchings: readonly Matching[];
  readonly #a: Uint32Array;
  readonly #b: Uint32Array;
  #heldA = -1;
  #heldB = -1;

  constructor(rows: SignatureRows, matchings: readonly Matching[]) {
    this.#rows = rows;
    this.#matchings = matchings;
    this.#a = new Uint32Array(rows.words);
    this.#b = new Uint32Array(rows.words);
  }

  of(deduper: number): (a: number, b: number) => boolean {
    const matching = this.#matchings[deduper];
    if (matching === undefined) throw new RangeError(`no deduper ${deduper}`);
    const at = offsetOf(this.#matchings, deduper);
    return (a, b) => {
      if (a !== this.#heldA) this.#rows.read(a, this.#a);
      if (b !== this.#heldB) this.#rows.read(b, this.#b);
      this.#heldA = a;
      this.#heldB = b;
      return matching.agrees(this.#a, at, this.#b, at);
    };
  }
}

/** Where a deduper's signature begins among all. */
const offsetOf = (matchings: readonly Matching[], deduper: number): number =>
  matchings.slice(0, deduper).reduce((sum, { words }) => sum + words, 0);

interface KeyOptions extends Pick<ClusterOptions, 'rows' | 'matchings' | 'disk'> {
  readonly deduper: number;
  readonly band: number;
  readonly dir: string;
  readonly partRows: number;
  /** Ranges of keys, each grouped by itself. */
  readonly ranges: number;
}

interface KeyPart {
  readonly path: string;
  readonly bytes: number;
}

/**
 * Writes the keys of one band, in parts: those of each range of keys, ranges ascending. Rows found in an earlier run have
 * no keys: what becomes of them is decided.
 */
async function writeKeys({
  rows,
  matchings,
  deduper,
  band,
  dir,
  partRows,
  ranges,
  disk,
}: KeyOptions): Promise<KeyPart[][]> {
  const matching = matchings[deduper];
  if (matching === undefined) throw new RangeError(`no deduper ${deduper}`);
  await mkdir(dir, { recursive: true });
  const at = offsetOf(matchings, deduper);
  const stride = rows.words + EXTRA_WORDS;
  const all = new Uint32Array(matching.bands);
  const outputs = Array.from({ length: ranges }, () => new KeyBuffer(Math.max(1, Math.floor(partRows / ranges))));
  const parts: KeyPart[][] = outputs.map(() => []);
  const flush = async (range: number): Promise<void> => {
    const own = parts[range];
    const pairs = outputs[range]?.take();
    if (own === undefined || pairs === undefined) return;
    own.push(
      await writePart(join(dir, `keys-${range}-${own.length}.parquet`), parquetOf(pairs.keys, pairs.rows), disk),
    );
  };
  for await (const { first, count, words } of rows.scan()) {
    for (let index = 0; index < count; index++) {
      const row = index * stride;
      if (markOf(words[row + rows.words] ?? 0) !== 0) continue;
      matching.keys(words, row + at, all);
      const key = all[band] ?? 0;
      const range = Math.floor((key / 2 ** 32) * ranges);
      if (outputs[range]?.push(key, first + index) === 'full') await flush(range);
    }
  }
  for (const range of outputs.keys()) await flush(range);
  return parts;
}

/** Pairs of a key and a row that wait to be written. */
class KeyBuffer {
  readonly #keys: Uint32Array;
  readonly #rows: Uint32Array;
  #held = 0;

  constructor(most: number) {
    this.#keys = new Uint32Array(most);
    this.#rows = new Uint32Array(most);
  }

  push(key: number, row: number): 'full' | 'room' {
    this.#keys[this.#held] = key;
    this.#rows[this.#held++] = row;
    return this.#held === this.#keys.length ? 'full' : 'room';
  }

  /** Valid until the next push; undefined when there are none. */
  take(): { readonly keys: Uint32Array; readonly rows: Uint32Array } | undefined {
    if (this.#held === 0) return undefined;
    const pairs = { keys: this.#keys.subarray(0, this.#held), rows: this.#rows.subarray(0, this.#held) };
    this.#held = 0;
    return pairs;
  }
}

async function writePart(path: string, pieces: readonly Uint8Array[], disk: Disk): Promise<KeyPart> {
  const bytes = pieces.reduce((sum, { length }) => sum + length, 0);
  await disk.reserve(bytes, PART);
  try {
    const file = await open(path, 'w');
    try {
      for (const piece of pieces) await writeAll(file, piece);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw asDiskError(error, path);
  }
  return { path, bytes };
}
