// The bound on what a shard may unpack to.
import { gzipSync } from 'node:zlib';
import { check, xzSync } from 'node-liblzma';
import { describe, expect, it } from 'vitest';
import { zstd } from '../../../scripts/sample/codecs.ts';
import { DecodeError } from '../../../src/errors.ts';
import type { CodecName } from '../../../src/pipeline/define.ts';
import { decode } from '../../../src/sources/decode/index.ts';
import { UNBOUNDED } from '../../../src/sources/decode/ratio.ts';
import type { SeekPoint } from '../../../src/sources/seek.ts';
import { chunked } from './outcome.ts';

const MIB = 2 ** 20;
const xz = (bytes: Buffer): Buffer => xzSync(bytes, { preset: 1, check: check.CRC32 });

/** Decoded bytes before the end, and the code of the error that ended it. */
async function decoded(codec: CodecName, file: Buffer, ratio: number, from?: SeekPoint) {
  let bytes = from?.decoded ?? 0;
  const points: SeekPoint[] = [];
  const onPoint = (point: SeekPoint): void => void points.push(point);
  const chunks = chunked(file.subarray(from?.compressed ?? 0));
  try {
    for await (const slice of decode(codec, chunks, { ratio, from, onPoint })) bytes += slice.length;
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return { bytes, points, end: error.code };
  }
  return { bytes, points, end: 'end' };
}

describe('a shard that unpacks to more than it may', () => {
  const member = gzipSync(Buffer.alloc(10 * MIB), { level: 9 });
  const gzip = Buffer.concat(Array.from({ length: 40 }, () => member));

  it('ends with the first 64 MiB when it is small', async () => {
    expect(await decoded('gzip', gzip.subarray(0, 10 * member.length), 100)).toMatchObject({
      bytes: UNBOUNDED,
      end: 'decode.ratio',
    });
  });

  it('is given whole when the bound allows it', async () => {
    expect(await decoded('gzip', gzip, 1100)).toMatchObject({ bytes: 400 * MIB, end: 'end' });
  });

  it('ends at the bound, which depends on how much of it was read', async () => {
    const { bytes, end } = await decoded('gzip', gzip, 900);
    expect(end).toBe('decode.ratio');
    // Compressed bytes are counted in pieces of 128 KiB.
    expect(bytes % (900 * 128 * 1024)).toBe(0);
    expect(bytes).toBeGreaterThan(UNBOUNDED);
  });

  it.each(['zstd', 'xz'] as const)('ends at the same byte from every seek point on: %s', async (codec) => {
    const pack = codec === 'zstd' ? zstd : xz;
    const calm = pack(Buffer.from(Array.from({ length: 200_000 }, (_, i) => Math.imul(i, 2654435761) >>> 24)));
    const bomb = pack(Buffer.alloc(9 * MIB));
    const file = Buffer.concat([calm, ...Array.from({ length: 12 }, () => bomb), calm]);
    const whole = await decoded(codec, file, 256);
    expect(whole.end).toBe('decode.ratio');
    expect(whole.points.length).toBeGreaterThan(5);
    for (const point of whole.points) {
      const { bytes, end } = await decoded(codec, file, 256, point);
      expect([point.decoded, bytes, end]).toEqual([point.decoded, whole.bytes, whole.end]);
    }
  });

  it('says what to do', async () => {
    const bomb = (async () => {
      for await (const _ of decode('gzip', chunked(gzip), { ratio: 100 }));
    })();
    await expect(bomb).rejects.toMatchObject({ code: 'decode.ratio', fix: expect.stringContaining('stream.ratio') });
  });
});
