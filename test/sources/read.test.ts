// A shard's decoded bytes are the same from a folder and over HTTP, whatever the server does on the way.
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { gzip, loadBzip2, xz, zstd } from '../../scripts/sample/codecs.ts';
import type { Shard } from '../../src/pipeline/define.ts';
import { decodeBz2Stream } from '../../src/sources/decode/bz2-stream.ts';
import { openTransport } from '../../src/sources/fetch/index.ts';
import { readShard } from '../../src/sources/read.ts';
import { type Mirror, type Misbehaviour, type Seen, startMirror } from '../helpers/mirror-server.ts';
import { folderOf, joined, noise, noWaiting, untilError } from '../helpers/transports.ts';

const { signal } = new AbortController();
// Half of it shrinks, half of it does not: files are long enough to be cut anywhere.
const text = Buffer.from(
  Array.from({ length: 600 }, (_, i) => `第${i}の文書。${noise(150, i).toString('base64')}\n`).join(''),
);
const lines = String(text).split('\n').slice(0, -1);
const parquet = parquetWriteBuffer({ columnData: [{ name: 'text', data: lines, type: 'STRING' }], rowGroupSize: 100 });
const jsonLines = Buffer.from(lines.map((line) => `${JSON.stringify({ text: line })}\n`).join(''));

const shard = (path: string, codec: Shard['codec'], format: Shard['format'] = 'blank-line'): Shard => ({
  id: path,
  path,
  codec,
  format,
});
const shards: Shard[] = [
  shard('in/a.txt', 'none'),
  shard('in/a.txt.gz', 'gzip'),
  shard('in/a.txt.xz', 'xz'),
  shard('in/a.txt.zst', 'zstd'),
  shard('in/a.txt.bz2', 'bz2'),
  shard('in/a.parquet', 'none', 'parquet'),
];

let files: Record<string, Uint8Array>;
let folder: string;
const mirrors: Mirror[] = [];

beforeAll(async () => {
  const bz2 = await loadBzip2();
  const halves = [text.subarray(0, 50_000), text.subarray(50_000)];
  const packed = (pack: (bytes: Uint8Array) => Buffer): Buffer => Buffer.concat(halves.map(pack));
  files = {
    'in/a.txt': text,
    'in/a.txt.gz': packed(gzip),
    'in/a.txt.xz': packed(xz),
    'in/a.txt.zst': packed(zstd),
    'in/a.txt.bz2': packed(bz2),
    'in/a.parquet': new Uint8Array(parquet),
  };
  folder = await folderOf(files);
});
afterEach(async () => {
  await Promise.all(mirrors.splice(0).map((mirror) => mirror.close()));
});

async function serve(misbehave: (seen: Seen) => Misbehaviour | undefined): Promise<Mirror> {
  const mirror = await startMirror(folder, { misbehave });
  mirrors.push(mirror);
  return mirror;
}

const decoded = ({ format }: Shard): Buffer => (format === 'parquet' ? jsonLines : text);

/** What the server does at its first requests for a file; it is well after that. */
const faults: [string, (earlier: number, other: string) => Misbehaviour | undefined][] = [
  ['answers well', () => undefined],
  ['cuts the body off', (earlier) => (earlier < 4 ? { kind: 'cut', after: 7001 } : undefined)],
  ['closes connections', (earlier) => (earlier < 3 ? { kind: 'reset' } : undefined)],
  [
    'asks to come back later',
    (earlier) => (earlier < 2 ? { kind: 'status', status: 503, retryAfter: '30' } : undefined),
  ],
  ['sends to another port', (_, other) => ({ kind: 'redirect', to: other })],
  ['knows no ranges', () => ({ kind: 'ignore-ranges' })],
  [
    'knows no ranges and cuts the body off',
    (earlier) => (earlier === 1 ? { kind: 'cut', after: 30_000 } : { kind: 'ignore-ranges' }),
  ],
  ['does not say how long a body is', (earlier) => (earlier > 0 ? { kind: 'no-length' } : undefined)],
];

describe.each(shards.map((each) => [each.path, each] as const))('reading %s', (path, each) => {
  it('from a folder gives the decoded bytes', async () => {
    const bytes = await joined(readShard(openTransport(folder), each, { signal }));
    expect(bytes.equals(decoded(each))).toBe(true);
  });

  it.each(faults)('over HTTP gives the same when the server %s', async (_, fault) => {
    const other = await serve(() => undefined);
    const mirror = await serve(({ earlier }) => fault(earlier, `${other.base}${path}`));
    const bytes = await joined(readShard(openTransport(mirror.base, noWaiting()), each, { signal }));
    expect(bytes.equals(decoded(each))).toBe(true);
    if (fault(0, '')?.kind === 'redirect') expect(other.requests.length).toBeGreaterThan(0);
  });

  it('hears of as many bytes from a folder as over HTTP', async () => {
    const heard = async (base: string): Promise<number> => {
      let input = 0;
      const onInput = (bytes: number): void => {
        input += bytes;
      };
      await joined(readShard(openTransport(base, noWaiting()), each, { signal, onInput }));
      return input;
    };
    const mirror = await serve(({ earlier }) => (earlier === 0 ? { kind: 'cut', after: 5000 } : undefined));
    const fromFolder = await heard(folder);
    expect(await heard(mirror.base)).toBe(fromFolder);
    if (each.format !== 'parquet') expect(fromFolder).toBe(files[path]?.length);
  });

  it('ends with the run’s own reason when it is stopped', async () => {
    const controller = new AbortController();
    const reason = new Error('the user pressed Ctrl-C');
    controller.abort(reason);
    const mirror = await serve(() => undefined);
    for (const base of [folder, mirror.base]) {
      const reading = joined(readShard(openTransport(base, noWaiting()), each, { signal: controller.signal }));
      await expect(reading).rejects.toBe(reason);
    }
  });

  it('says that a file is missing, not that it is damaged', async () => {
    const mirror = await serve(() => undefined);
    for (const base of [folder, mirror.base]) {
      const missing = { ...each, path: `gone/${path}` };
      const { bytes, error } = await untilError(readShard(openTransport(base, noWaiting()), missing, { signal }));
      expect(error).toMatchObject({ name: 'SourceError', code: 'fetch.not_found' });
      expect(bytes).toHaveLength(0);
    }
  });
});

describe('reading a shard that is damaged on the server', () => {
  it.each(shards.filter(({ codec }) => codec !== 'none'))(
    'gives the same bytes and the same DecodeError from a folder and over HTTP: $codec',
    async (each) => {
      const whole = Buffer.from(files[each.path] ?? []);
      const damaged = await folderOf({ [each.path]: whole.subarray(0, whole.length - 2000) });
      const mirror = await startMirror(damaged, {
        misbehave: ({ earlier }) => (earlier < 3 ? { kind: 'cut', after: 3333 } : undefined),
      });
      mirrors.push(mirror);
      const here = await untilError(readShard(openTransport(damaged), each, { signal }));
      const there = await untilError(readShard(openTransport(mirror.base, noWaiting()), each, { signal }));
      for (const { error } of [here, there]) expect(error).toMatchObject({ code: 'decode.truncated' });
      expect(there.bytes.equals(here.bytes)).toBe(true);
      expect(here.bytes.length).toBeGreaterThan(0);
      expect(here.bytes.equals(text.subarray(0, here.bytes.length))).toBe(true);
    },
  );

  it('gives up on a server that is gone with what was read before, and a SourceError that says to run again', async () => {
    const mirror = await serve(({ earlier }) => (earlier === 0 ? { kind: 'cut', after: 50_000 } : { kind: 'reset' }));
    const transport = openTransport(mirror.base, noWaiting());
    const { bytes, error } = await untilError(readShard(transport, shard('in/a.txt', 'none'), { signal }));
    expect(error).toMatchObject({ name: 'SourceError', code: 'fetch.failed', exitCode: 3 });
    expect(bytes.equals(text.subarray(0, bytes.length))).toBe(true);
  });
});

it('bz2 streams decoded in workers give the same, also over a broken connection', async () => {
  const mirror = await serve(({ earlier }) => (earlier < 3 ? { kind: 'cut', after: 9999 } : undefined));
  const tasks: number[] = [];
  const runTask = async ({ bytes }: { bytes: Uint8Array }): Promise<Uint8Array[]> => {
    tasks.push(bytes.length);
    return decodeBz2Stream(bytes);
  };
  const each = shard('in/a.txt.bz2', 'bz2');
  const bytes = await joined(readShard(openTransport(mirror.base, noWaiting()), each, { signal, runTask }));
  expect(bytes.equals(text)).toBe(true);
  expect(tasks).toHaveLength(2);
});
