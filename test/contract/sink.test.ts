// What every sink keeps to.
import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { encodeView } from '../../src/engine/views.ts';
import type { Disk, ShardRecord, Sink, SinkBatch, SinkPlugin } from '../../src/pipeline/define.ts';
import { plugins } from '../../src/registry.gen.ts';
import { Random } from '../../src/trainer/random.ts';
import { documentText } from '../helpers/corpus.ts';

const sinks = plugins.filter((plugin): plugin is SinkPlugin => plugin.kind === 'sink');
const OPTIONS = [{ shard: '3KB' }, { shard: '2KB', compress: 'zstd' }, {}];

/** Notes what was reserved and not given back. */
function countingDisk(): Disk & { held: number } {
  return {
    held: 0,
    async reserve(bytes) {
      this.held += bytes;
    },
    release(bytes) {
      this.held -= bytes;
    },
  };
}

function batches(plugin: SinkPlugin): SinkBatch[] {
  const random = new Random(6);
  return Array.from({ length: 8 }, (_, batch) => {
    const documents = Array.from({ length: 5 }, (_each, i) => ({
      id: `s/x#${batch * 5 + i}`,
      text: documentText(batch * 5 + i, random),
      meta: {},
    }));
    const { bytes, offsets } = encodeView(plugin.view, 's', documents);
    return { bytes, offsets, kept: [0, 1, 3].filter((index) => (index + batch) % 4 !== 0) };
  });
}

async function filesOf(dir: string): Promise<Record<string, string>> {
  const names = (await readdir(join(dir, 'shards'))).sort();
  return Object.fromEntries(
    await Promise.all(
      names.map(async (name) => [name, (await readFile(join(dir, 'shards', name))).toString('base64')] as const),
    ),
  );
}

const newFolder = (): Promise<string> => mkdtemp(join(tmpdir(), 'seiryu-sink-'));

describe.each(
  sinks.flatMap((plugin) => OPTIONS.map((options) => [plugin.name, JSON.stringify(options), plugin, options] as const)),
)('the sink %s with %s', (_, _options, plugin, options) => {
  const open = (dir: string, disk: Disk): Sink =>
    plugin.create(plugin.options.parse(options), { dir, folder: 'shards', disk });

  async function undisturbed(): Promise<{ dir: string; disk: Disk & { held: number }; sink: Sink }> {
    const dir = await newFolder();
    const disk = countingDisk();
    const sink = open(dir, disk);
    await sink.restore(undefined, []);
    for (const batch of batches(plugin)) await sink.write(batch);
    await sink.close();
    await sink.commit();
    return { dir, disk, sink };
  }

  it('reserves every byte that it writes', async () => {
    const { dir, disk, sink } = await undisturbed();
    const sizes = Object.values(await filesOf(dir)).map((content) => Buffer.from(content, 'base64').length);
    const total = sizes.reduce((sum, size) => sum + size, 0);
    expect(total).toBeGreaterThan(1000);
    expect(disk.held).toBe(total);
    expect(sink.written).toBe(total);
    expect(sink.shards.reduce((sum, { documents }) => sum + documents, 0)).toBe(
      batches(plugin).reduce((sum, { kept }) => sum + kept.length, 0),
    );
  });

  it('goes on from any commit to the same files, whatever was written after it', async () => {
    const expected = await filesOf((await undisturbed()).dir);
    const all = batches(plugin);
    for (let at = 0; at <= all.length; at++) {
      const dir = await newFolder();
      const first = open(dir, countingDisk());
      await first.restore(undefined, []);
      const finished: ShardRecord[] = [];
      for (const batch of all.slice(0, at)) {
        await first.write(batch);
        finished.push(...(await first.commit()).finished);
      }
      const { state } = await first.commit();
      for (const batch of all.slice(at, at + 2)) await first.write(batch);
      const second = open(dir, countingDisk());
      await second.restore(state, finished);
      for (const batch of all.slice(at)) await second.write(batch);
      await second.close();
      expect(await filesOf(dir)).toEqual(expected);
    }
  });
});
