// Decoding gzip.
import fc from 'fast-check';
import { gzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { gzip } from '../../../scripts/sample/codecs.ts';
import { PIECE } from '../../../src/sources/decode/pieces.ts';
import { noise } from '../../helpers/transports.ts';
import { flipped, isPrefix, outcomeOf, places, slicesOfZeros } from './outcome.ts';

const text = Buffer.from('清流は川の名前である。\n'.repeat(4000));
const whole = Buffer.concat([text, noise(200_000), text]);
const members = [gzip(text), gzip(noise(200_000)), gzip(text)];
const file = Buffer.concat(members);

/** A member of exactly `length` bytes, by storing noise in it. */
function memberOf(length: number): { contents: Buffer; member: Buffer } {
  const store = (bytes: Buffer): Buffer => Buffer.from(gzipSync(bytes, { level: 0, mtime: 0 }));
  const overhead = store(noise(length)).length - length;
  const contents = noise(length - overhead);
  return { contents, member: store(contents) };
}

describe('decoding gzip', () => {
  it('gives the bytes of all members in order, and hears of all input', async () => {
    const { bytes, end, input } = await outcomeOf('gzip', file);
    expect(end).toBe('end');
    expect(bytes.equals(whole)).toBe(true);
    expect(input).toBe(file.length);
  });

  it('goes on after members without contents', async () => {
    const none = gzip(Buffer.alloc(0));
    const { bytes, end } = await outcomeOf('gzip', Buffer.concat([none, none, gzip(Buffer.from('a')), none]));
    expect([String(bytes), end]).toEqual(['a', 'end']);
  });

  it('takes a file without a byte as cut off', async () => {
    expect(await outcomeOf('gzip', Buffer.alloc(0))).toMatchObject({ end: 'decode.truncated', input: 0 });
  });

  it.each([-1, 0, 1, 2, 9, 10])('goes on when a member starts %i bytes after the start of a piece', async (shift) => {
    const { contents, member } = memberOf(PIECE + shift);
    const { bytes, end } = await outcomeOf('gzip', Buffer.concat([member, gzip(text)]));
    expect(end).toBe('end');
    expect(bytes.equals(Buffer.concat([contents, text]))).toBe(true);
  });

  it('gives the bytes before a cut, the same ones however they arrive, then says that the file is cut off', async () => {
    const boundaries = [members[0]?.length, file.length - (members[2]?.length ?? 0)];
    for (const cut of [...places(file.length, 40), file.length - 1, file.length - 8]) {
      if (boundaries.includes(cut)) continue;
      const first = await outcomeOf('gzip', file.subarray(0, cut));
      expect([cut, first.end]).toEqual([cut, 'decode.truncated']);
      expect(isPrefix(first.bytes, whole)).toBe(true);
      const again = await outcomeOf('gzip', file.subarray(0, cut), { sizes: [1000, 1, 70_000] });
      expect(again.bytes.equals(first.bytes) && again.end === first.end).toBe(true);
    }
  });

  it('gives nearly everything before a cut', async () => {
    const stored = memberOf(300_000).member;
    const { bytes } = await outcomeOf('gzip', stored.subarray(0, 299_000));
    expect(bytes.length).toBeGreaterThan(298_000);
  });

  it.each([1, 2, 3, 9, 17])('takes %i bytes of a further member as a cut, not as padding', async (kept) => {
    const { bytes, end } = await outcomeOf('gzip', Buffer.concat([gzip(text), gzip(text).subarray(0, kept)]));
    expect(end).toBe('decode.truncated');
    expect(bytes.equals(text)).toBe(true);
  });

  it('finds damage at the latest at the end of the member, having given the members before it', async () => {
    const before = noise(600_000);
    const damaged = Buffer.concat([gzip(before), flipped(gzip(text), 60), gzip(text)]);
    const { bytes, end } = await outcomeOf('gzip', damaged);
    expect(end).toBe('decode.corrupt');
    expect(isPrefix(bytes, before)).toBe(true);
    // The output of the last native call, at most 256 KiB, goes with the damage.
    expect(bytes.length).toBeGreaterThanOrEqual(before.length - 256 * 1024);
  });

  it('finds a wrong checksum and a wrong length', async () => {
    const member = gzip(text);
    for (const at of [member.length - 8, member.length - 4])
      expect((await outcomeOf('gzip', flipped(member, at))).end).toBe('decode.corrupt');
  });

  it('gives the same bytes before a damage however they arrive', async () => {
    for (const at of places(file.length, 20)) {
      const first = await outcomeOf('gzip', flipped(file, at));
      const again = await outcomeOf('gzip', flipped(file, at), { sizes: [3, 50_000] });
      expect(again.end).toBe(first.end);
      expect(again.bytes.equals(first.bytes)).toBe(true);
    }
  });

  it.each([1, 512, PIECE, 3 * PIECE + 5])('takes %i zero bytes after the last member as padding', async (zeros) => {
    const padded = Buffer.concat([file, Buffer.alloc(zeros)]);
    const { bytes, end, input } = await outcomeOf('gzip', padded);
    expect(end).toBe('end');
    expect(bytes.equals(whole)).toBe(true);
    expect(input).toBe(padded.length);
  });

  it('takes padding that starts with a piece as padding', async () => {
    const { contents, member } = memberOf(PIECE);
    const { bytes, end } = await outcomeOf('gzip', Buffer.concat([member, Buffer.alloc(10)]));
    expect(end).toBe('end');
    expect(bytes.equals(contents)).toBe(true);
  });

  it.each([
    ['text', Buffer.from('not gzip')],
    ['text after zeros', Buffer.concat([Buffer.alloc(20), Buffer.from('x')])],
    ['text far after zeros', Buffer.concat([Buffer.alloc(2 * PIECE), Buffer.from('x')])],
    ['a member after zeros', Buffer.concat([Buffer.alloc(4), gzip(text)])],
  ])('takes %s after the last member as damage', async (_, tail) => {
    const before = noise(600_000);
    const { bytes, end } = await outcomeOf('gzip', Buffer.concat([gzip(before), tail]));
    expect(end).toBe('decode.corrupt');
    expect(isPrefix(bytes, before)).toBe(true);
  });

  it('takes what is no gzip file as damage', async () => {
    expect(await outcomeOf('gzip', Buffer.from('<html>404</html>'))).toMatchObject({ end: 'decode.corrupt' });
  });

  it('gives the same whatever the members and however they arrive', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 4 }),
        fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 5 }),
        async (parts, sizes) => {
          const { bytes, end } = await outcomeOf('gzip', Buffer.concat(parts.map(gzip)), { sizes });
          expect(end).toBe('end');
          expect(bytes.equals(Buffer.concat(parts))).toBe(true);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('gives the same for chunks smaller than, as big as and bigger than its pieces', async () => {
    for (const sizes of [[777], [PIECE], [PIECE - 1, 3], [0, 5 * PIECE]]) {
      const { bytes, end } = await outcomeOf('gzip', file, { sizes });
      expect(end).toBe('end');
      expect(bytes.equals(whole)).toBe(true);
    }
  });

  it('gives 50 MB of zeros in slices of at most 1 MiB', async () => {
    const { total, largest } = await slicesOfZeros('gzip', gzip(Buffer.alloc(50_000_000)));
    expect(total).toBe(50_000_000);
    expect(largest).toBeLessThanOrEqual(1024 * 1024);
  });
});
