// Resuming inside a shard: what a run asks of the server again, and that the blocks are the same.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gzip, loadBzip2, xz, zstd } from '../../scripts/sample/codecs.ts';
import { shardOpener } from '../../src/engine/shards.ts';
import { type Block, type ListedShard, type StreamCursor, startCursor, streamBlocks } from '../../src/engine/stream.ts';
import type { CodecName } from '../../src/pipeline/define.ts';
import { decodeBz2Stream } from '../../src/sources/decode/bz2-stream.ts';
import { openTransport } from '../../src/sources/fetch/index.ts';
import { type Mirror, startMirror } from '../helpers/mirror-server.ts';
import { folderOf, noise, noWaiting } from '../helpers/transports.ts';

const STREAMS = 12;
const limits = { block: 100_000, record: 200_000, ratio: 256 };
const { signal } = new AbortController();
const lines = Array.from(
  { length: 2400 },
  (_, i) => `${JSON.stringify({ text: `第${i}の文書。${noise(400, i).toString('base64')}` })}\n`,
);
const partOf = (index: number): Buffer => Buffer.from(lines.slice(index * 200, (index + 1) * 200).join(''));
const codecs: readonly CodecName[] = ['none', 'gzip', 'xz', 'zstd', 'bz2'];

let mirror: Mirror;
const sizes: Record<string, number> = {};

beforeAll(async () => {
  const bz2 = await loadBzip2();
  const pack = { gzip, xz, zstd, bz2, none: (bytes: Uint8Array) => Buffer.from(bytes) };
  const files: Record<string, Buffer> = {};
  for (const codec of codecs) {
    const streams = Array.from({ length: STREAMS }, (_, index) => pack[codec](partOf(index)));
    files[codec] = Buffer.concat(streams);
    sizes[codec] = files[codec].length;
  }
  mirror = await startMirror(await folderOf(files));
});
afterAll(() => mirror.close());

interface Reading {
  readonly blocks: Block[];
  /** Bytes asked of the server. */
  readonly asked: number;
  readonly forward: { toSkip: number; skipped: number };
}

/** Reads one shard from `cursor` on. */
async function read(codec: CodecName, cursor: StreamCursor): Promise<Reading> {
  const transport = openTransport(mirror.base, noWaiting());
  const list: ListedShard[] = [{ source: 's', shard: { id: codec, path: codec, codec, format: 'jsonl' } }];
  const forward = { toSkip: 0, skipped: 0 };
  const open = shardOpener({
    sources: new Map([['s', { transport, async *shards() {} }]]),
    limits,
    signal,
    runTask: async ({ bytes }) => decodeBz2Stream(bytes),
    onOpen: () => undefined,
    onForward: ({ toSkip = 0, skipped = 0 }) => {
      forward.toSkip += toSkip;
      forward.skipped += skipped;
    },
  });
  const before = mirror.requests.length;
  const blocks: Block[] = [];
  for await (const block of streamBlocks(list, cursor, open)) blocks.push(block);
  const asked = mirror.requests.slice(before).reduce((sum, { headers }) => {
    const [, start = '0'] = /^bytes=(\d+)-$/.exec(headers.range ?? '') ?? [];
    return sum + (sizes[codec] ?? 0) - Number(start);
  }, 0);
  return { blocks, asked, forward };
}

/** All of a block but how much of its file was checked: a run that enters a shard in its middle cannot check the whole. */
const shown = ({ seq, cut: { check: _, ...cut } }: Block) => ({
  seq,
  ...cut,
  bytes: Buffer.from(cut.bytes).toString('latin1'),
});

/** A cursor as a resumed run has it: out of the journal's JSON. */
const journalled = (block: Block | undefined): StreamCursor => JSON.parse(JSON.stringify(block?.after));

describe.each(codecs)('a run that goes on in the middle of a %s shard', (codec) => {
  it('takes the same blocks, and counts each published byte once', async () => {
    const whole = await read(codec, startCursor(1));
    expect(whole.blocks.length).toBeGreaterThan(12);
    expect(whole.forward).toEqual({ toSkip: 0, skipped: 0 });
    const fetched = (blocks: readonly Block[]): number => blocks.reduce((sum, block) => sum + block.fetched, 0);
    for (const at of [0, 3, Math.floor(whole.blocks.length / 2), whole.blocks.length - 2]) {
      const rest = await read(codec, journalled(whole.blocks[at]));
      expect(rest.blocks.map(shown)).toEqual(whole.blocks.slice(at + 1).map(shown));
      expect(fetched(whole.blocks.slice(0, at + 1)) + fetched(rest.blocks)).toBe(sizes[codec]);
      // All that was to be skipped was skipped.
      expect(rest.forward.skipped).toBe(rest.forward.toSkip);
    }
  });
});

const mean = (codec: CodecName): number => (sizes[codec] ?? 0) / STREAMS;

it.each(['none', 'xz', 'zstd', 'bz2'] as const)('asks a server for no more than one %s stream again', async (codec) => {
  const { blocks } = await read(codec, startCursor(1));
  for (const [at, block] of blocks.slice(0, -1).entries()) {
    const { asked, forward } = await read(codec, journalled(block));
    const decoded = blocks.at(-1)?.cut.end ?? 0;
    const left = ((decoded - block.cut.end) / decoded) * (sizes[codec] ?? 0);
    // Streams differ by some bytes; a block that ends with a stream costs that stream.
    expect([at, asked < left + 1.1 * mean(codec)]).toEqual([at, true]);
    expect(forward.toSkip).toBeLessThanOrEqual(1.1 * (decoded / STREAMS));
  }
});

it('reads gzip from the start again and says how much of it is fast-forward', async () => {
  const { blocks } = await read('gzip', startCursor(1));
  const block = blocks[6];
  const { asked, forward } = await read('gzip', journalled(block));
  expect(asked).toBe(sizes.gzip);
  expect(forward).toEqual({ toSkip: block?.cut.end, skipped: block?.cut.end });
});

it('notices a shard that became shorter than the point to go on from', async () => {
  const { blocks } = await read('zstd', startCursor(1));
  const cursor = journalled(blocks.at(-2));
  const shorter = await startMirror(await folderOf({ zstd: zstd(partOf(0)) }));
  try {
    const open = shardOpener({
      sources: new Map([['s', { transport: openTransport(shorter.base, noWaiting()), async *shards() {} }]]),
      limits,
      signal,
      runTask: async ({ bytes }) => decodeBz2Stream(bytes),
      onOpen: () => undefined,
    });
    const list: ListedShard[] = [{ source: 's', shard: { id: 'zstd', path: 'zstd', codec: 'zstd', format: 'jsonl' } }];
    await expect(streamBlocks(list, cursor, open).next()).rejects.toMatchObject({ code: 'source.changed' });
  } finally {
    await shorter.close();
  }
});
