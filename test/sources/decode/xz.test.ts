// Decoding xz.
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { check, xzSync } from 'node-liblzma';
import { describe, expect, it } from 'vitest';
import { decode } from '../../../src/sources/decode/index.ts';
import { PIECE } from '../../../src/sources/decode/pieces.ts';
import { WHOLE_UNPACKED } from '../../../src/sources/decode/xz-walk.ts';
import { noise, untilError } from '../../helpers/transports.ts';
import { chunked, flipped, isPrefix, outcomeOf, places, slicesOfZeros } from './outcome.ts';
import { joinedBlocks } from './xz-blocks.ts';

// As the xz program does; the library's own default is a file without any checksum.
const xz = (bytes: Uint8Array): Buffer => xzSync(Buffer.from(bytes), { preset: 6, check: check.CRC64 });

const text = Buffer.from('清流は川の名前である。\n'.repeat(4000));
const whole = Buffer.concat([text, noise(200_000), text]);
const streams = [xz(text), xz(noise(200_000)), xz(text)];
const file = Buffer.concat(streams);

describe('decoding xz', () => {
  it('gives the bytes of all streams in order, and hears of all input', async () => {
    const { bytes, end, input } = await outcomeOf('xz', file);
    expect(end).toBe('end');
    expect(bytes.equals(whole)).toBe(true);
    expect(input).toBe(file.length);
  });

  it('goes on after streams without contents', async () => {
    const none = xz(Buffer.alloc(0));
    const { bytes, end } = await outcomeOf('xz', Buffer.concat([none, none, xz(Buffer.from('a')), none]));
    expect([String(bytes), end]).toEqual(['a', 'end']);
  });

  it('takes a file without a byte as cut off', async () => {
    expect(await outcomeOf('xz', Buffer.alloc(0))).toMatchObject({ end: 'decode.truncated', input: 0 });
  });

  it('gives the bytes before a cut, the same ones however they arrive, then says that the file is cut off', async () => {
    const boundaries = [streams[0]?.length, file.length - (streams[2]?.length ?? 0)];
    for (const cut of [...places(file.length, 40), file.length - 1, file.length - 12]) {
      if (boundaries.includes(cut)) continue;
      const first = await outcomeOf('xz', file.subarray(0, cut));
      expect([cut, first.end]).toEqual([cut, 'decode.truncated']);
      expect(isPrefix(first.bytes, whole)).toBe(true);
      const again = await outcomeOf('xz', file.subarray(0, cut), { sizes: [1000, 1, 70_000] });
      expect(again.bytes.equals(first.bytes) && again.end === first.end).toBe(true);
    }
  });

  it('gives nearly everything before a cut', async () => {
    const { bytes } = await outcomeOf('xz', xz(noise(300_000)).subarray(0, 299_000));
    // LZMA2 stores what it cannot shrink in chunks of 64 KiB, and liblzma gives a chunk's bytes as they come.
    expect(bytes.length).toBeGreaterThan(298_000);
  });

  it('finds damage, and gives the bytes before it, the same ones however they arrive', async () => {
    for (const at of [0, ...places(file.length, 30), file.length - 3]) {
      const first = await outcomeOf('xz', flipped(file, at));
      // Flipping a length in a header may ask for more than there is.
      expect(['decode.corrupt', 'decode.truncated']).toContain(first.end);
      const again = await outcomeOf('xz', flipped(file, at), { sizes: [3, 50_000] });
      expect(again.bytes.equals(first.bytes) && again.end === first.end).toBe(true);
    }
  });

  it('gives all streams before the damaged one', async () => {
    const damaged = flipped(streams[1] ?? Buffer.alloc(0), 100_000);
    const { bytes, end } = await outcomeOf('xz', Buffer.concat([xz(text), damaged, xz(text)]));
    expect(end).toBe('decode.corrupt');
    expect(isPrefix(bytes.subarray(0, text.length + 90_000), whole)).toBe(true);
    expect(bytes.length).toBeGreaterThanOrEqual(text.length + 90_000);
  });

  it.each([4, 64, PIECE])('takes %i zero bytes between and after streams as padding', async (zeros) => {
    const padding = Buffer.alloc(zeros);
    const padded = Buffer.concat([xz(text), padding, xz(text), padding]);
    const { bytes, end, input } = await outcomeOf('xz', padded);
    expect(end).toBe('end');
    expect(bytes.equals(Buffer.concat([text, text]))).toBe(true);
    expect(input).toBe(padded.length);
  });

  it('takes padding that is no multiple of four as damage', async () => {
    const { bytes, end } = await outcomeOf('xz', Buffer.concat([xz(text), Buffer.alloc(3), xz(text)]));
    expect(end).toBe('decode.corrupt');
    expect(bytes.equals(text)).toBe(true);
  });

  it('takes anything else after the last stream as damage', async () => {
    const { bytes, end } = await outcomeOf('xz', Buffer.concat([xz(text), Buffer.from('this is no stream at all')]));
    expect(end).toBe('decode.corrupt');
    expect(bytes.equals(text)).toBe(true);
  });

  it('takes what is no xz file as damage', async () => {
    const { bytes, end } = await outcomeOf('xz', Buffer.from('<html>404</html>'));
    expect([bytes.length, end]).toEqual([0, 'decode.corrupt']);
  });

  it('gives the same whatever the streams and however they arrive', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 4 }),
        fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 5 }),
        async (parts, sizes) => {
          const { bytes, end } = await outcomeOf('xz', Buffer.concat(parts.map(xz)), { sizes });
          expect(end).toBe('end');
          expect(bytes.equals(Buffer.concat(parts))).toBe(true);
        },
      ),
      { numRuns: 25 },
    );
  });

  it('gives the same for chunks smaller than, as big as and bigger than its pieces', async () => {
    for (const sizes of [[777], [PIECE], [PIECE - 1, 3], [0, 5 * PIECE]]) {
      const { bytes, end } = await outcomeOf('xz', file, { sizes });
      expect(end).toBe('end');
      expect(bytes.equals(whole)).toBe(true);
    }
  });

  it('gives 50 MB of zeros in slices of at most 1 MiB', async () => {
    const { total, largest } = await slicesOfZeros('xz', xz(Buffer.alloc(50_000_000)));
    expect(total).toBe(50_000_000);
    expect(largest).toBeLessThanOrEqual(1024 * 1024);
  });

  it('refuses a dictionary that would take all memory', async () => {
    const stream = Buffer.from(xz(text));
    // The block's header: size, flags, LZMA2, one byte of properties, which is the dictionary's size.
    const header = stream.subarray(12, 12 + ((stream[12] ?? 0) + 1) * 4);
    expect([...header.subarray(1, 4)]).toEqual([0, 0x21, 1]);
    for (const [bits, says] of [
      [40, 'dictionary of more than 256 MiB'],
      [33, 'dictionary of more than 256 MiB'],
      [30, undefined],
    ] as const) {
      header[4] = bits;
      header.writeUInt32LE(crc32(header.subarray(0, -4)), header.length - 4);
      const { error, bytes } = await untilError(decode('xz', chunked(stream)));
      if (says === undefined) expect([error, bytes.equals(text)]).toEqual([undefined, true]);
      else expect(error).toMatchObject({ code: 'decode.corrupt', message: expect.stringContaining(says) });
    }
  });

  it('decodes blocks too big to hold as they come, between others', async () => {
    const big = Buffer.concat([noise(2_000_000), Buffer.alloc(WHOLE_UNPACKED), noise(1_000_000, 2)]);
    const joined = joinedBlocks([xz(text), xz(big), xz(text)]);
    const { bytes, end, input } = await outcomeOf('xz', joined);
    expect(end).toBe('end');
    expect(bytes.equals(Buffer.concat([text, big, text]))).toBe(true);
    expect(input).toBe(joined.length);
    // In the big block, after its zeros.
    const cut = await outcomeOf('xz', joined.subarray(0, joined.length - 600_000));
    expect(cut.end).toBe('decode.truncated');
    expect(isPrefix(cut.bytes, Buffer.concat([text, big]))).toBe(true);
    expect(cut.bytes.length).toBeGreaterThan(text.length + 2_000_000 + WHOLE_UNPACKED);
  });
});
