// Decoding from a seek point gives what decoding from the start gives after it, whole or damaged.
import fc from 'fast-check';
import { check, unxzSync, xzSync } from 'node-liblzma';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadBzip2, zstd } from '../../../scripts/sample/codecs.ts';
import { DecodeError } from '../../../src/errors.ts';
import type { CodecName } from '../../../src/pipeline/define.ts';
import type { RunTask } from '../../../src/sources/decode/bz2.ts';
import { decodeBz2Stream } from '../../../src/sources/decode/bz2-stream.ts';
import { decode } from '../../../src/sources/decode/index.ts';
import { PIECE } from '../../../src/sources/decode/pieces.ts';
import { type SeekPoint, SeekPoints } from '../../../src/sources/seek.ts';
import { noise, untilError } from '../../helpers/transports.ts';
import { chunked, flipped, places } from './outcome.ts';
import { joinedBlocks } from './xz-blocks.ts';

const runTask: RunTask = async ({ bytes }) => decodeBz2Stream(bytes);
const xz = (bytes: Uint8Array): Buffer => xzSync(Buffer.from(bytes), { preset: 6, check: check.CRC64 });
const text = Buffer.from('清流は川の名前である。\n'.repeat(3000));
// Sizes around those of the decoders' pieces, so that boundaries lie anywhere in them.
const parts = [text, noise(60_000), Buffer.from('a'), noise(PIECE, 2), text, Buffer.alloc(70_000), noise(9, 3), text];
const whole = Buffer.concat(parts);

interface Case {
  readonly name: string;
  readonly codec: CodecName;
  readonly file: () => Buffer;
  readonly options: { readonly runTask?: RunTask };
  /** Places inside the file that a reader can start at, the end of the file included. */
  readonly starts: number;
}

let bz2: (bytes: Uint8Array) => Buffer;
beforeAll(async () => {
  bz2 = await loadBzip2();
});

const cases: Case[] = [
  { name: 'plain bytes', codec: 'none', file: () => whole, options: {}, starts: Math.ceil(whole.length / PIECE) },
  { name: 'zstd frames', codec: 'zstd', file: () => Buffer.concat(parts.map(zstd)), options: {}, starts: 8 },
  { name: 'bz2 streams', codec: 'bz2', file: () => Buffer.concat(parts.map(bz2)), options: {}, starts: 8 },
  {
    name: 'bz2 streams in workers',
    codec: 'bz2',
    file: () => Buffer.concat(parts.map(bz2)),
    options: { runTask },
    starts: 8,
  },
  // A stream's first block can be entered by itself as well as its stream.
  { name: 'xz streams', codec: 'xz', file: () => Buffer.concat(parts.map(xz)), options: {}, starts: 16 },
  { name: 'xz blocks', codec: 'xz', file: () => joinedBlocks(parts.map(xz)), options: {}, starts: 9 },
  {
    name: 'xz streams of blocks',
    codec: 'xz',
    file: () => Buffer.concat([joinedBlocks(parts.slice(0, 5).map(xz)), joinedBlocks(parts.slice(5).map(xz))]),
    options: {},
    starts: 10,
  },
];

async function read(codec: CodecName, file: Buffer, options: Case['options'], from?: SeekPoint) {
  const points: SeekPoint[] = [];
  const onPoint = (point: SeekPoint): void => void points.push(point);
  const chunks = chunked(file.subarray(from?.compressed ?? 0), [9999]);
  const { bytes, error } = await untilError(decode(codec, chunks, { ...options, from, onPoint }));
  if (error !== undefined && !(error instanceof DecodeError)) throw error;
  return { bytes, points, end: error?.code };
}

describe.each(cases)('seeking in $name', ({ codec, file, options, starts }) => {
  it('gives the rest of the file from every point on', async () => {
    const compressed = file();
    const { bytes, points } = await read(codec, compressed, options);
    expect(bytes.equals(whole)).toBe(true);
    expect(points).toHaveLength(starts);
    for (const point of points) {
      const rest = await read(codec, compressed, options, point);
      expect(rest.end).toBeUndefined();
      expect(rest.bytes.equals(whole.subarray(point.decoded))).toBe(true);
      // Whoever resumes twice finds the same points.
      expect(rest.points.filter(({ compressed }) => compressed > point.compressed)).toEqual(
        points.filter(({ compressed }) => compressed > point.compressed),
      );
    }
  });

  it('finds the same damage, after the same bytes, from every point on', async () => {
    const compressed = file();
    for (const at of [...places(compressed.length, 12), compressed.length - 5]) {
      for (const damaged of [flipped(compressed, at), compressed.subarray(0, at)]) {
        const first = await read(codec, damaged, options);
        for (const point of first.points) {
          const rest = await read(codec, damaged, options, point);
          expect([at, point.compressed, rest.end]).toEqual([at, point.compressed, first.end]);
          expect(rest.bytes.equals(first.bytes.subarray(point.decoded))).toBe(true);
        }
      }
    }
  });
});

it('the streams of several blocks are as liblzma wants them', () => {
  expect(unxzSync(joinedBlocks(parts.map(xz))).equals(whole)).toBe(true);
});

it('blocks that are missing from an xz stream are noticed, also by who starts behind them', async () => {
  const stream = joinedBlocks(parts.map(xz));
  const second = joinedBlocks(parts.slice(1).map(xz));
  // The index of all blocks behind all but the first.
  const index = (parsed: Buffer): number => parsed.length - 12 - (parsed.readUInt32LE(parsed.length - 8) + 1) * 4;
  const torn = Buffer.concat([second.subarray(0, index(second)), stream.subarray(index(stream))]);
  const { bytes, points, end } = await read('xz', torn, {});
  expect(end).toBe('decode.corrupt');
  expect(bytes.equals(Buffer.concat(parts.slice(1)))).toBe(true);
  for (const point of points) expect((await read('xz', torn, {}, point)).end).toBe('decode.corrupt');
});

describe('the points that a cursor keeps', () => {
  it('are the last before each place, and at least 64 KiB apart', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 200_000 }), { maxLength: 60 }),
        fc.array(fc.integer({ min: 0, max: 300_000 }), { maxLength: 60 }),
        (distances, steps) => {
          const points = new SeekPoints(undefined);
          const kept: SeekPoint[] = [];
          let decoded = 0;
          for (const distance of distances) {
            decoded += distance;
            const point = { compressed: decoded >> 2, decoded };
            if (decoded - (kept.at(-1)?.decoded ?? 0) >= 65_536) kept.push(point);
            points.add(point);
          }
          let offset = 0;
          for (const step of steps) {
            offset += step;
            expect(points.before(offset)).toEqual(kept.findLast((each) => each.decoded < offset));
          }
        },
      ),
    );
  });

  it('begin with the one that the shard was entered at', () => {
    const from = { compressed: 100, decoded: 1000 };
    expect(new SeekPoints(from).before(1001)).toEqual(from);
    expect(new SeekPoints(from).before(1000)).toBeUndefined();
  });
});
