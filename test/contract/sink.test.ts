// The contract of every registered sink: the same files after any crash, nothing uncommitted in them, every byte reserved first.
import { createHash } from 'node:crypto';
import { cp, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createEncoder } from '../../src/engine/views.ts';
import { DiskError } from '../../src/errors.ts';
import type { Disk, Plugin, ShardRecord, Sink, SinkBatch, SinkCommit, SinkPlugin } from '../../src/pipeline/define.ts';
import { plugins } from '../../src/registry.gen.ts';
import { Random } from '../../src/trainer/random.ts';
import { documentText } from '../helpers/corpus.ts';
import { failureOf } from '../helpers/transports.ts';

const isSink = (plugin: Plugin): plugin is SinkPlugin => plugin.kind === 'sink';
const sinks = plugins.filter(isSink);
const OPTIONS = [{ shard: '3KB' }, { shard: '2KB', compress: 'zstd' }, {}];
const cases = sinks.flatMap((plugin) => OPTIONS.map((options) => [plugin.name, options, plugin] as const));

const root = await mkdtemp(join(tmpdir(), 'seiryu-sinks-'));
afterAll(() => rm(root, { recursive: true }));
const newFolder = (): Promise<string> => mkdtemp(join(root, 'run-'));

/**
 * A run's folder, read whole: what stands there, by path, a character a byte. Vitest compares Buffers byte by byte: with
 * them these tests took 10 s instead of 4.
 */
async function filesOf(dir: string): Promise<Map<string, string>> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const read = paths.sort().map(async (path) => [path.slice(dir.length + 1), await readFile(path, 'latin1')] as const);
  return new Map(await Promise.all(read));
}

async function bytesIn(dir: string): Promise<number> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(files.map(async ({ parentPath, name }) => (await stat(join(parentPath, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** For what another test looks at. */
const endless: Disk = { reserve: async () => undefined, release: () => undefined };

/** A disk that counts what is taken of it, looks at the folder each time, and may come to its end. */
class CountedDisk implements Disk {
  held = 0;
  /** The most bytes that ever stood in the folder beyond those reserved. */
  unreserved = Number.NEGATIVE_INFINITY;
  readonly #dir: string;
  readonly #room: number;

  constructor(dir: string, room = Number.POSITIVE_INFINITY) {
    this.#dir = dir;
    this.#room = room;
  }

  async look(): Promise<void> {
    this.unreserved = Math.max(this.unreserved, (await bytesIn(this.#dir)) - this.held);
  }

  async reserve(bytes: number): Promise<void> {
    await this.look();
    if (this.held + bytes > this.#room) throw new DiskError('The budget is spent.', { code: 'disk.budget' });
    this.held += bytes;
  }

  release(bytes: number): void {
    this.held -= bytes;
  }
}

/** Eight blocks of documents, of which some are kept: none of the third, all of the fourth. */
function batchesFor({ view }: SinkPlugin): SinkBatch[] {
  const random = new Random(6);
  return Array.from({ length: 8 }, (_, batch) => {
    const documents = Array.from({ length: 5 }, (_each, place) => ({
      id: `s/x#${batch * 5 + place}`,
      text: documentText(batch * 5 + place, random),
      meta: {},
    }));
    const kept = [0, 1, 2, 3, 4].filter((place) => batch !== 2 && (batch === 3 || (place + batch) % 3 !== 0));
    const encoded = createEncoder([view])('s', documents).views[view];
    if (encoded === undefined) throw new Error(`no ${view} view`);
    return { ...encoded, kept };
  });
}

/** Documents of the first shards, the one at `index` included. */
const keptUpTo = (index: number, shards: readonly ShardRecord[]): number =>
  shards.slice(0, index + 1).reduce((sum, { documents }) => sum + documents, 0);

const keptIn = (batches: readonly SinkBatch[]): number => batches.reduce((sum, { kept }) => sum + kept.length, 0);

describe.each(cases)('the sink %s with %o', (_, options, plugin) => {
  const batches = batchesFor(plugin);
  const open = (dir: string, disk: Disk = endless): Sink =>
    plugin.create(plugin.options.parse(options), { dir, folder: 'shards', disk });

  async function begin(dir: string, disk?: Disk): Promise<Sink> {
    const sink = open(dir, disk);
    await sink.restore(undefined, []);
    return sink;
  }

  async function runUndisturbed() {
    const dir = await newFolder();
    const disk = new CountedDisk(dir);
    const sink = await begin(dir, disk);
    for (const batch of batches) await sink.write(batch);
    await sink.close();
    await sink.commit();
    return { dir, disk, sink, files: await filesOf(dir) };
  }
  let run: ReturnType<typeof runUndisturbed> | undefined;
  /** A run without any disturbance, made once for all to compare with. */
  const undisturbed = (): ReturnType<typeof runUndisturbed> => {
    run ??= runUndisturbed();
    return run;
  };

  /** Writes `upTo` batches with a commit after each, notes where it stands, and writes `beyond` more without one. */
  async function interrupted(dir: string, upTo: number, beyond: number) {
    const sink = await begin(dir);
    const finished: ShardRecord[] = [];
    let state: SinkCommit['state'] | undefined;
    for (const batch of batches.slice(0, upTo)) {
      await sink.write(batch);
      const commit = await sink.commit();
      finished.push(...commit.finished);
      state = commit.state;
    }
    const committed = await filesOf(dir);
    for (const batch of batches.slice(upTo, upTo + beyond)) await sink.write(batch);
    return { sink, state, finished, committed };
  }

  async function goOn(dir: string, from: number, state: SinkCommit['state'] | undefined, finished: ShardRecord[]) {
    const sink = open(dir);
    await sink.restore(state, finished);
    for (const batch of batches.slice(from)) await sink.write(batch);
    await sink.close();
    return sink;
  }

  it('refuses options that it does not know', () => {
    expect(plugin.options.safeParse({ noSuchOption: 1 }).error?.issues).toMatchObject([
      { code: 'unrecognized_keys', keys: ['noSuchOption'] },
    ]);
  });

  it('holds every kept document once, in order, in finished shards that are what their records say', async () => {
    const { sink, files } = await undisturbed();
    expect([...files.keys()]).toEqual(sink.shards.map(({ path }) => path));
    for (const { path, bytes, sha256, retained } of sink.shards) {
      const content = Buffer.from(files.get(path) ?? '', 'latin1');
      expect({ bytes, sha256, retained }).toEqual({
        bytes: content.length,
        sha256: createHash('sha256').update(content).digest('hex'),
        retained: true,
      });
    }
    expect(sink.shards.reduce((sum, { documents }) => sum + documents, 0)).toBe(keptIn(batches));
    expect(sink.written).toBe(sink.shards.reduce((sum, { bytes }) => sum + bytes, 0));
  });

  it('reserves every byte before it writes it, and no more', async () => {
    const { dir, disk, sink } = await undisturbed();
    await disk.look();
    expect(disk.unreserved).toBeLessThanOrEqual(0);
    expect(disk.held).toBe(await bytesIn(dir));
    expect(disk.held).toBe(sink.written);
    expect(disk.held).toBeGreaterThan(1000);
  });

  it.each(batches.map((_batch, at) => at).concat(batches.length))(
    'goes on after a crash past commit %i to the same files as if there had been none',
    async (at) => {
      const expected = await undisturbed();
      const dir = await newFolder();
      // In turn: into the open shard, and over many.
      const { sink, state, finished } = await interrupted(dir, at, at % 2 === 0 ? 1 : batches.length);
      // What a killed process leaves, before this one tidies up.
      const left = await newFolder();
      await cp(dir, left, { recursive: true });
      await sink.close();
      for (const found of [left, dir]) {
        const resumed = await goOn(found, at, state, finished);
        expect(await filesOf(found)).toEqual(expected.files);
        expect(resumed.shards).toEqual(expected.sink.shards);
        expect(resumed.written).toBe(expected.sink.written);
      }
    },
  );

  it('keeps nothing that was written after the last commit', async () => {
    for (let at = 1; at <= batches.length; at++) {
      const dir = await newFolder();
      const { sink, state, finished, committed } = await interrupted(dir, at, 3);
      await sink.close();
      const again = open(dir);
      await again.restore(state, finished);
      expect(await filesOf(dir)).toEqual(committed);
      expect(again.written).toBe(await bytesIn(dir));
      await again.close();
    }
  });

  it('starts from nothing when nothing was committed', async () => {
    const dir = await newFolder();
    const { sink } = await interrupted(dir, 0, 4);
    await sink.close();
    await open(dir).restore(undefined, []);
    expect(await bytesIn(dir)).toBe(0);
  });

  it('says the same of a commit when nothing was written since, and lists a finished shard once', async () => {
    const dir = await newFolder();
    const { sink, state, finished } = await interrupted(dir, batches.length, 0);
    expect(await sink.commit()).toEqual({ state: state ?? { shard: 0, documents: 0, bytes: 0 }, finished: [] });
    await sink.close();
    finished.push(...(await sink.commit()).finished);
    expect(finished).toEqual(sink.shards);
  });

  it('is cut back to its last commit when a write fails, and goes on from there', async () => {
    const expected = await undisturbed();
    for (const share of [0.1, 0.5, 0.9]) {
      const dir = await newFolder();
      const disk = new CountedDisk(dir, Math.floor(expected.disk.held * share));
      const sink = await begin(dir, disk);
      const finished: ShardRecord[] = [];
      let state: SinkCommit['state'] | undefined;
      let committed = await filesOf(dir);
      let at = 0;
      const writeAll = async (): Promise<void> => {
        for (const batch of batches) {
          await sink.write(batch);
          const commit = await sink.commit();
          finished.push(...commit.finished);
          state = commit.state;
          committed = await filesOf(dir);
          at++;
        }
      };
      expect(await failureOf(writeAll())).toBeInstanceOf(DiskError);
      await disk.look();
      expect(disk.unreserved).toBeLessThanOrEqual(0);
      await sink.rollback();
      expect(await filesOf(dir)).toEqual(committed);
      await sink.close();
      await goOn(dir, at, state, finished);
      expect(await filesOf(dir)).toEqual(expected.files);
    }
  });

  it('writes no file, and finishes no shard, for blocks of which nothing is kept', async () => {
    const dir = await newFolder();
    const sink = await begin(dir);
    for (const batch of batches) await sink.write({ ...batch, kept: [] });
    await sink.commit();
    await sink.close();
    expect(await bytesIn(dir)).toBe(0);
    expect(sink.shards).toEqual([]);
  });
});

describe.each(cases)('the sink %s with %o and `retain: consumed`', (_, options, plugin) => {
  it('gives back the room of a shard only when it is committed and all its documents were consumed', async () => {
    const dir = await newFolder();
    const disk = new CountedDisk(dir);
    const sink = plugin.create(plugin.options.parse({ ...options, retain: 'consumed' }), {
      dir,
      folder: 'shards',
      disk,
    });
    await sink.restore(undefined, []);
    expect(sink.awaitsConsumer).toBe(true);
    const batches = batchesFor(plugin);
    for (const batch of batches) await sink.write(batch);
    await sink.close();
    const total = sink.written;
    await sink.consumed(keptIn(batches));
    expect(disk.held).toBe(total);
    await sink.commit();
    for (let documents = 0; documents <= keptIn(batches); documents++) {
      await sink.consumed(documents);
      const due = sink.shards.filter((_shard, index) => keptUpTo(index, sink.shards) > documents);
      expect([...(await filesOf(dir)).keys()]).toEqual(due.map(({ path }) => path));
      expect(disk.held).toBe(await bytesIn(dir));
    }
    expect(disk.held).toBe(0);
    expect(sink.written).toBe(total);
    expect(sink.shards.every(({ retained }) => !retained)).toBe(true);
  });
});
