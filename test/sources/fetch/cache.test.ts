// The cache of fetched files: whole and verified or not there, within its budget, and never in the way of the reader.
import { createHash } from 'node:crypto';
import { readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { Governor } from '../../../src/engine/governor.ts';
import type { Shard, Transport } from '../../../src/pipeline/define.ts';
import { Cache } from '../../../src/sources/fetch/cache.ts';
import { openTransport } from '../../../src/sources/fetch/index.ts';
import { type Mirror, type MirrorOptions, startMirror } from '../../helpers/mirror-server.ts';
import { folderOf, joined, noise, noWaiting } from '../../helpers/transports.ts';

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const files = { a: noise(300_000, 1), b: noise(300_000, 2), c: noise(300_000, 3) };
type Name = keyof typeof files;
const fileOf = (name: Name): Pick<Shard, 'path' | 'size' | 'checksum'> => ({
  path: `corpus/${name}.bin`,
  size: files[name].length,
  checksum: { algorithm: 'sha256', value: sha256(files[name]) },
});

const mirrors: Mirror[] = [];
afterEach(async () => {
  await Promise.all(mirrors.splice(0).map((mirror) => mirror.close()));
});

async function serve(options: MirrorOptions = {}): Promise<{ mirror: Mirror; transport: Transport }> {
  const folder = await folderOf(
    Object.fromEntries(Object.entries(files).map(([name, bytes]) => [`corpus/${name}.bin`, bytes])),
  );
  const mirror = await startMirror(folder, options);
  mirrors.push(mirror);
  return { mirror, transport: openTransport(mirror.base, noWaiting()) };
}

async function governor(budget: number): Promise<Governor> {
  return new Governor({ dir: await folderOf({}), budget, reserve: 0, freeBytes: async () => 1e12 });
}

async function openIn(dir: string, budget = 10e6, disk?: Governor): Promise<Cache> {
  return Cache.open({ dir, budget, disk: disk ?? (await governor(1e9)) });
}

const read = (cache: Cache, transport: Transport, name: Name): Promise<Buffer> =>
  joined(cache.of(transport, fileOf(name)).open(fileOf(name).path));

describe('the cache', () => {
  test('keeps a file that was read to its end, and later runs read it without the network', async () => {
    const { mirror, transport } = await serve();
    const dir = await folderOf({});
    expect((await read(await openIn(dir), transport, 'a')).equals(files.a)).toBe(true);
    expect(await readdir(dir)).toEqual([expect.stringMatching(/^[0-9a-f]{40}\.[0-9a-f]{64}$/)]);
    await mirror.close();
    const later = await openIn(dir);
    expect((await read(later, transport, 'a')).equals(files.a)).toBe(true);
    const file = later.of(transport, fileOf('a'));
    expect(await joined(file.open('corpus/a.bin', { start: 299_990 }))).toEqual(files.a.subarray(299_990));
    expect(Buffer.from(await file.range('corpus/a.bin', 10, 20))).toEqual(files.a.subarray(10, 20));
    expect(await file.size('corpus/a.bin')).toBe(300_000);
  });

  test('keeps nothing of a file that was left in the middle, or that is not what was published', async () => {
    const { transport } = await serve({
      misbehave: ({ path }) => (path.endsWith('b.bin') ? { kind: 'flip', at: 5 } : undefined),
    });
    const dir = await folderOf({});
    const disk = await governor(1e9);
    const cache = await openIn(dir, 10e6, disk);
    for await (const _ of cache.of(transport, fileOf('a')).open('corpus/a.bin')) break;
    await read(cache, transport, 'b');
    expect(await readdir(dir)).toEqual([]);
    expect([cache.bytes, disk.used]).toEqual([0, 0]);
  });

  test('reads on over a network that breaks off, and keeps the file whole', async () => {
    const { transport } = await serve({
      misbehave: ({ earlier }) => (earlier < 5 ? { kind: 'cut', after: 50_000 } : undefined),
    });
    const dir = await folderOf({});
    await read(await openIn(dir), transport, 'a');
    const [name = ''] = await readdir(dir);
    expect((await readFile(join(dir, name))).equals(files.a)).toBe(true);
  });

  test('stays within its budget: the oldest leaves first, and a file that does not fit is only passed on', async () => {
    const { mirror, transport } = await serve();
    const dir = await folderOf({});
    const disk = await governor(1e9);
    const cache = await openIn(dir, 700_000, disk);
    for (const name of ['a', 'b', 'c'] as const) await read(cache, transport, name);
    expect(cache.bytes).toBe(600_000);
    expect(disk.held('cache')).toBe(600_000);
    const requests = mirror.requests.length;
    for (const name of ['b', 'c'] as const) await read(cache, transport, name);
    expect(mirror.requests).toHaveLength(requests);
    await read(cache, transport, 'a');
    expect(mirror.requests).toHaveLength(requests + 1);
    const tiny = await openIn(await folderOf({}), 1000, disk);
    expect((await read(tiny, transport, 'a')).equals(files.a)).toBe(true);
    expect(tiny.bytes).toBe(0);
  });

  test('takes of the disk budget only what nothing else needs, and gives it back', async () => {
    const { transport } = await serve();
    const dir = await folderOf({});
    const disk = await governor(1_000_000);
    const cache = await openIn(dir, 10e6, disk);
    disk.spare = () => cache.evict();
    await disk.reserve(350_000, 'shards');
    for (const name of ['a', 'b', 'c'] as const)
      expect((await read(cache, transport, name)).equals(files[name])).toBe(true);
    expect(disk.held('cache')).toBe(600_000);
    await disk.reserve(500_000, 'shards');
    expect(disk.held('cache')).toBe(0);
    expect(await readdir(dir)).toEqual([]);
    await expect(disk.reserve(500_000, 'shards')).rejects.toMatchObject({ code: 'disk.budget' });
    expect((await read(cache, transport, 'a')).equals(files.a)).toBe(true);
    expect(disk.held('cache')).toBe(0);
  });

  test('knows what earlier runs left, by age, and clears away what a crash left', async () => {
    const { mirror, transport } = await serve();
    const dir = await folderOf({});
    const first = await openIn(dir);
    const names: string[] = [];
    for (const [age, name] of (['a', 'b'] as const).entries()) {
      await read(first, transport, name);
      const added = (await readdir(dir)).find((entry) => !names.includes(entry)) ?? '';
      names.push(added);
      await utimes(join(dir, added), 1000 - 100 * age, 1000 - 100 * age);
    }
    await writeFile(join(dir, `${'0'.repeat(40)}.${2 ** 22 + 1}.part`), 'half');
    await writeFile(join(dir, 'notes.txt'), 'somebody’s');
    // The older one, b, does not fit any more.
    const second = await openIn(dir, 400_000);
    expect((await readdir(dir)).sort()).toEqual([names[0], 'notes.txt'].sort());
    const requests = mirror.requests.length;
    await read(second, transport, 'a');
    expect(mirror.requests).toHaveLength(requests);
  });

  test('forgets a file that is read anew, and fetches it', async () => {
    const { mirror, transport } = await serve();
    const dir = await folderOf({});
    const cache = await openIn(dir);
    await read(cache, transport, 'a');
    const [name = ''] = await readdir(dir);
    await writeFile(join(dir, name), noise(300_000, 9));
    const file = cache.of(transport, fileOf('a'));
    // What lies there tells by its name that it is damaged.
    expect(file.published?.('corpus/a.bin')).toEqual({ algorithm: 'sha256', value: sha256(files.a) });
    file.renew?.('corpus/a.bin');
    const requests = mirror.requests.length;
    expect((await joined(file.open('corpus/a.bin'))).equals(files.a)).toBe(true);
    expect(mirror.requests).toHaveLength(requests + 1);
  });

  test('fetches a file whole before pieces of it are read', async () => {
    const { mirror, transport } = await serve();
    const cache = await openIn(await folderOf({}));
    const file = cache.of(transport, fileOf('c'));
    for (const at of [299_000, 0, 5000])
      expect(Buffer.from(await file.range('corpus/c.bin', at, at + 500))).toEqual(files.c.subarray(at, at + 500));
    expect(mirror.requests.map(({ headers }) => headers.range)).toEqual([undefined]);
  });

  test('writes nothing outside its folder, whatever a file is called', async () => {
    const dir = await folderOf({});
    const cache = await openIn(join(dir, 'cache'));
    const inner: Transport = {
      base: 'https://corpora.example/',
      async *open() {
        yield Buffer.from('x');
      },
      list: async () => [],
      folders: async () => [],
      size: async () => 1,
      range: async () => new ArrayBuffer(1),
    };
    for (const path of ['../../escape', '/etc/escape', 'a\0b', '..'])
      await joined(cache.of(inner, { path }).open(path));
    expect(await readdir(dir)).toEqual(['cache']);
    expect((await readdir(join(dir, 'cache'))).every((name) => /^[0-9a-f.]+$/.test(name))).toBe(true);
  });

  test('leaves a local folder alone: what is here need not be kept twice', async () => {
    const folder = openTransport(await folderOf({ 'a.bin': 'x' }));
    expect((await openIn(await folderOf({}))).of(folder, { path: 'a.bin' })).toBe(folder);
  });
});
