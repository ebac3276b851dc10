// Decoding Zstandard.
import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compress } from 'zstd-napi';
import { decode } from '../../../src/sources/decode/index.ts';
import { PIECE } from '../../../src/sources/decode/pieces.ts';
import { noise } from '../../helpers/transports.ts';
import { chunked, flipped, isPrefix, outcomeOf, places, slicesOfZeros } from './outcome.ts';

const zstd = (bytes: Uint8Array): Buffer => compress(Buffer.from(bytes), { compressionLevel: 3, checksumFlag: true });

const text = Buffer.from('清流は川の名前である。\n'.repeat(4000));
const whole = Buffer.concat([text, noise(500_000), text]);
const frames = [zstd(text), zstd(noise(500_000)), zstd(text)];
const file = Buffer.concat(frames);

/** A frame that holds no data but says how long it is (RFC 8878, 3.1.2). */
function skippable(length: number): Buffer {
  const frame = Buffer.alloc(8 + length, 0x5a);
  frame.writeUInt32LE(0x184d2a50, 0);
  frame.writeUInt32LE(length, 4);
  return frame;
}

describe('decoding Zstandard', () => {
  it('gives the bytes of all frames in order, and hears of all input', async () => {
    const { bytes, end, input } = await outcomeOf('zstd', file);
    expect(end).toBe('end');
    expect(bytes.equals(whole)).toBe(true);
    expect(input).toBe(file.length);
  });

  it('goes on after frames without contents, and skips skippable ones', async () => {
    const none = zstd(Buffer.alloc(0));
    const parts = [skippable(0), none, skippable(5), zstd(text), skippable(2 * PIECE), zstd(Buffer.from('a')), none];
    const { bytes, end } = await outcomeOf('zstd', Buffer.concat([...parts, skippable(1)]));
    expect(end).toBe('end');
    expect(bytes.equals(Buffer.concat([text, Buffer.from('a')]))).toBe(true);
  });

  it('takes a file without a byte as cut off', async () => {
    expect(await outcomeOf('zstd', Buffer.alloc(0))).toMatchObject({ end: 'decode.truncated', input: 0 });
  });

  it('gives the bytes before a cut, the same ones however they arrive, then says that the file is cut off', async () => {
    const boundaries = [frames[0]?.length, file.length - (frames[2]?.length ?? 0)];
    for (const cut of [...places(file.length, 60), file.length - 1, file.length - 4]) {
      if (boundaries.includes(cut)) continue;
      const first = await outcomeOf('zstd', file.subarray(0, cut));
      expect([cut, first.end]).toEqual([cut, 'decode.truncated']);
      expect(isPrefix(first.bytes, whole)).toBe(true);
      const again = await outcomeOf('zstd', file.subarray(0, cut), { sizes: [1000, 1, 70_000] });
      expect(again.bytes.equals(first.bytes) && again.end === first.end).toBe(true);
    }
  });

  it('gives every whole block before a cut', async () => {
    const { bytes } = await outcomeOf('zstd', zstd(noise(500_000)).subarray(0, 499_000));
    expect(bytes.length).toBeGreaterThanOrEqual(3 * 128 * 1024);
  });

  it.each([1, 3, 5, 11])('takes %i bytes of a further frame as a cut', async (kept) => {
    const { bytes, end } = await outcomeOf('zstd', Buffer.concat([zstd(text), zstd(text).subarray(0, kept)]));
    expect(end).toBe('decode.truncated');
    expect(bytes.equals(text)).toBe(true);
  });

  it.each([
    ['noise', noise(500_000)],
    ['what shrinks to nearly nothing', Buffer.concat([text, text])],
  ])('finds damage, and gives the frames before it but for 128 KiB: %s', async (_, before) => {
    const { bytes, end } = await outcomeOf('zstd', Buffer.concat([zstd(before), flipped(zstd(text), 1)]));
    expect(end).toBe('decode.corrupt');
    expect(isPrefix(bytes.subarray(0, before.length), before)).toBe(true);
    expect(bytes.length).toBeGreaterThanOrEqual(before.length - 128 * 1024);
  });

  it('decodes frames around whole numbers of blocks, with and without a checksum', async () => {
    for (const length of [1, 4, 8].flatMap((blocks) => [-1, 0, 1].map((more) => blocks * 128 * 1024 + more)))
      for (const checksumFlag of [true, false])
        for (const contents of [noise(length), Buffer.alloc(length)]) {
          const { bytes, end } = await outcomeOf('zstd', compress(contents, { checksumFlag }));
          expect([length, end]).toEqual([length, 'end']);
          expect(bytes.equals(contents)).toBe(true);
        }
  });

  it('finds a wrong checksum', async () => {
    const frame = zstd(text);
    expect((await outcomeOf('zstd', flipped(frame, frame.length - 2))).end).toBe('decode.corrupt');
  });

  it('gives the same bytes before a damage however they arrive', async () => {
    for (const at of [...places(file.length, 40), file.length - 1]) {
      const first = await outcomeOf('zstd', flipped(file, at));
      expect(['decode.corrupt', 'decode.truncated']).toContain(first.end);
      const again = await outcomeOf('zstd', flipped(file, at), { sizes: [3, 50_000] });
      expect(again.bytes.equals(first.bytes) && again.end === first.end).toBe(true);
    }
  });

  it.each([
    ['text', Buffer.from('this is no frame')],
    ['zeros', Buffer.alloc(16)],
  ])('takes %s after the last frame as damage', async (_, tail) => {
    const { bytes, end } = await outcomeOf('zstd', Buffer.concat([zstd(noise(500_000)), tail]));
    expect(end).toBe('decode.corrupt');
    expect(isPrefix(bytes, noise(500_000))).toBe(true);
  });

  it('takes what is no zstd file as damage', async () => {
    const { bytes, end } = await outcomeOf('zstd', Buffer.from('<html>404</html>'));
    expect([bytes.length, end]).toEqual([0, 'decode.corrupt']);
  });

  it('refuses a window above 128 MiB, whatever the file is', async () => {
    // Magic number; no content size, no single segment; a window of 2^(10 + 30) bytes (RFC 8878, 3.1.1.1.2).
    const header = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 30 << 3, 0x01, 0x00, 0x00]);
    expect((await outcomeOf('zstd', header)).end).toBe('decode.corrupt');
    // The same with a small window is a frame without contents.
    header[5] = 0;
    expect((await outcomeOf('zstd', header)).end).toBe('end');
  });

  it('gives the same whatever the frames and however they arrive', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 4 }),
        fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 5 }),
        async (parts, sizes) => {
          const { bytes, end } = await outcomeOf('zstd', Buffer.concat(parts.map(zstd)), { sizes });
          expect(end).toBe('end');
          expect(bytes.equals(Buffer.concat(parts))).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('gives the same for chunks smaller than, as big as and bigger than its pieces', async () => {
    for (const sizes of [[777], [PIECE], [PIECE - 1, 3], [0, 5 * PIECE]]) {
      const { bytes, end } = await outcomeOf('zstd', file, { sizes });
      expect(end).toBe('end');
      expect(bytes.equals(whole)).toBe(true);
    }
  });

  it('gives all slices in the same memory, each of which stays as it is until the next is asked for', async () => {
    const contents = noise(3_000_000);
    const memory = new Set<ArrayBufferLike>();
    let at = 0;
    for await (const slice of decode('zstd', chunked(zstd(contents)))) {
      memory.add(slice.buffer);
      await nextTurn();
      expect(contents.subarray(at, at + slice.length).equals(slice)).toBe(true);
      at += slice.length;
    }
    expect(at).toBe(contents.length);
    expect(memory.size).toBe(1);
  });

  it('gives 50 MB of zeros in slices of at most 1 MiB', async () => {
    const { total, largest } = await slicesOfZeros('zstd', zstd(Buffer.alloc(50_000_000)));
    expect(total).toBe(50_000_000);
    expect(largest).toBeLessThanOrEqual(1024 * 1024);
  });
});
