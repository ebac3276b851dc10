// Decoding bzip2, in this thread and stream by stream in workers (here: the workers' function without the workers).
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadBzip2 } from '../../../scripts/sample/codecs.ts';
import type { RunTask } from '../../../src/sources/decode/bz2.ts';
import { decodeBz2Stream } from '../../../src/sources/decode/bz2-stream.ts';
import { PIECE } from '../../../src/sources/decode/pieces.ts';
import { noise } from '../../helpers/transports.ts';
import { streamWithMagicInside } from './bz2-magic.ts';
import { flipped, isPrefix, type Outcome, outcomeOf, places, slicesOfZeros } from './outcome.ts';

const MAGIC = Buffer.from('BZh91AY&SY');
/** As a worker does: the bytes are moved to it, so that the caller's are gone. */
const runTask: RunTask = async ({ bytes }) => {
  const owned = bytes.buffer instanceof ArrayBuffer && bytes.byteLength === bytes.buffer.byteLength;
  return decodeBz2Stream(structuredClone(bytes, owned ? { transfer: [bytes.buffer] } : {}));
};

const text = Buffer.from('清流は川の名前である。\n'.repeat(4000));
const parts = [text, noise(60_000), Buffer.from('a'), Buffer.alloc(0), noise(30_000, 2), text, text, noise(9), text];
// More streams than are in the workers at once.
const whole = Buffer.concat([...parts, ...parts]);

let bz2: (bytes: Uint8Array) => Buffer;
let streams: Buffer[];
let file: Buffer;

beforeAll(async () => {
  bz2 = await loadBzip2();
  streams = [...parts, ...parts].map(bz2);
  file = Buffer.concat(streams);
});

/** Decodes with and without workers and however chunked, and fails when that makes a difference. */
async function decoded(compressed: Uint8Array): Promise<Outcome> {
  const here = await outcomeOf('bz2', compressed);
  const ways = [{ sizes: [1000, 1, 70_000] }, { sizes: [33_333], runTask }];
  for (const way of ways) {
    const there = await outcomeOf('bz2', compressed, way);
    expect(there.end).toBe(here.end);
    expect(there.bytes.equals(here.bytes)).toBe(true);
  }
  return here;
}

describe('decoding bzip2', () => {
  it('gives the bytes of all streams in order, and hears of all input', async () => {
    for (const way of [{}, { runTask }]) {
      const { bytes, end, input } = await outcomeOf('bz2', file, way);
      expect(end).toBe('end');
      expect(bytes.equals(whole)).toBe(true);
      expect(input).toBe(file.length);
    }
  });

  it('decodes a stream of several blocks', async () => {
    const contents = Buffer.concat([noise(1_200_000), text, Buffer.alloc(100_000), text]);
    const { bytes, end } = await decoded(bz2(contents));
    expect(end).toBe('end');
    expect(bytes.equals(contents)).toBe(true);
  });

  it('decodes runs of every length around those that bzip2 counts', async () => {
    const runs = Array.from({ length: 300 }, (_, length) => Buffer.alloc(length, length % 7));
    const contents = Buffer.concat([...runs, Buffer.alloc(5, 1), ...runs.toReversed()]);
    expect((await decoded(bz2(contents))).bytes.equals(contents)).toBe(true);
  });

  it('takes a file without a byte as cut off', async () => {
    expect(await decoded(Buffer.alloc(0))).toMatchObject({ end: 'decode.truncated', input: 0 });
  });

  it('gives the streams before a cut, then says that the file is cut off', async () => {
    let boundary = 0;
    const boundaries = new Set(streams.map((stream) => (boundary += stream.length)));
    for (const cut of [...places(file.length, 13), file.length - 1, file.length - 11]) {
      if (boundaries.has(cut)) continue;
      const { bytes, end } = await decoded(file.subarray(0, cut));
      expect([cut, end]).toEqual([cut, 'decode.truncated']);
      expect(isPrefix(bytes, whole)).toBe(true);
    }
  });

  it('gives the blocks before a cut', async () => {
    const contents = noise(1_500_000);
    const compressed = bz2(contents);
    const { bytes, end } = await decoded(compressed.subarray(0, compressed.length - 20));
    expect(end).toBe('decode.truncated');
    expect(isPrefix(bytes, contents)).toBe(true);
    expect(bytes.length).toBeGreaterThan(890_000);
  });

  it('gives the streams before a damage, all of them', async () => {
    for (const broken of [0, 1, 7, 8, 9, 17]) {
      const damaged = streams.map((stream, i) => (i === broken ? flipped(stream, stream.length >> 1) : stream));
      const { bytes, end } = await decoded(Buffer.concat(damaged));
      expect([broken, end]).toEqual([broken, 'decode.corrupt']);
      expect(bytes.equals(Buffer.concat([...parts, ...parts].slice(0, broken)))).toBe(true);
    }
  });

  it('finds damage wherever it matters, and gives the right bytes before it', async () => {
    const small = Buffer.concat([bz2(text), bz2(Buffer.from('清流')), bz2(text)]);
    const contents = Buffer.concat([text, Buffer.from('清流'), text]);
    for (const at of places(small.length, 40)) {
      const { bytes, end } = await decoded(flipped(small, at));
      expect(isPrefix(bytes, contents)).toBe(true);
      // A Huffman table that no symbol uses may be damaged and do no harm.
      if (end === 'end') expect(bytes).toHaveLength(contents.length);
    }
  });

  it('finds a wrong checksum of a block and of a stream', async () => {
    const stream = bz2(Buffer.from('清流'));
    expect(await decoded(flipped(stream, 11))).toMatchObject({ end: 'decode.corrupt', bytes: Buffer.alloc(0) });
    const { bytes, end } = await decoded(flipped(stream, stream.length - 2));
    expect([String(bytes), end]).toEqual(['清流', 'decode.corrupt']);
  });

  it.each([1, 512, PIECE, 1_500_000])('takes %i zero bytes after the last stream as padding', async (zeros) => {
    const padded = Buffer.concat([file, Buffer.alloc(zeros)]);
    const { bytes, end, input } = await decoded(padded);
    expect(end).toBe('end');
    expect(bytes.equals(whole)).toBe(true);
    expect(input).toBe(padded.length);
  });

  it.each([
    ['text', () => Buffer.from('this is no stream')],
    ['text after zeros', () => Buffer.concat([Buffer.alloc(20), Buffer.from('x')])],
    ['a stream after zeros', () => Buffer.concat([Buffer.alloc(20), bz2(text)])],
    ['a stream far after zeros', () => Buffer.concat([Buffer.alloc(1_500_000), bz2(text)])],
    ['text far after zeros', () => Buffer.concat([Buffer.alloc(1_500_000), Buffer.from('BZ')])],
  ])('takes %s after the last stream as damage', async (_, tail) => {
    const { bytes, end } = await decoded(Buffer.concat([bz2(text), tail()]));
    expect(end).toBe('decode.corrupt');
    expect(bytes.equals(text)).toBe(true);
  });

  it('takes what is no bzip2 file as damage', async () => {
    expect(await decoded(Buffer.from('<html>404</html>'))).toMatchObject({ end: 'decode.corrupt' });
    expect(await decoded(Buffer.alloc(100))).toMatchObject({ end: 'decode.corrupt' });
  });

  it('is not confused by contents that look like a stream', async () => {
    const contents = Buffer.concat([MAGIC, bz2(text), MAGIC, bz2(Buffer.alloc(0)), MAGIC]);
    const { bytes, end } = await decoded(Buffer.concat([bz2(contents), bz2(contents)]));
    expect(end).toBe('end');
    expect(bytes.equals(Buffer.concat([contents, contents]))).toBe(true);
  });

  it('is not confused by compressed data in which a stream seems to start', async () => {
    const crafted = streamWithMagicInside(bz2(Buffer.from('a')));
    expect(crafted.indexOf(MAGIC, 1)).toBeGreaterThan(0);
    const { bytes, end, input } = await decoded(crafted);
    expect([String(bytes), end, input]).toEqual(['a', 'end', crafted.length]);
    const among = await decoded(Buffer.concat([...streams, crafted, ...streams, crafted]));
    expect(among.end).toBe('end');
    expect(among.bytes.equals(Buffer.concat([whole, Buffer.from('a'), whole, Buffer.from('a')]))).toBe(true);
  });

  it('decodes here what a worker fails on, whatever the reason', async () => {
    let calls = 0;
    const failing: RunTask = async (task) => {
      if (++calls === 5) throw new Error('the worker died');
      return runTask(task);
    };
    const { bytes, end, input } = await outcomeOf('bz2', file, { runTask: failing });
    expect([end, input]).toEqual(['end', file.length]);
    expect(bytes.equals(whole)).toBe(true);
  });

  it('gives workers exactly one stream each, in order, also where a header spans two pieces', async () => {
    const long = bz2(noise(128_000));
    const short = bz2(Buffer.from('a'));
    const fill = (length: number): number => PIECE - 5 - long.length - length;
    const fitting = places(80, 80)
      .map((size) => bz2(noise(size)))
      .find(({ length }) => fill(length) % short.length === 0);
    if (fitting === undefined) throw new Error('no stream brings the next one to the end of a piece');
    const shorts = Array.from({ length: fill(fitting.length) / short.length }, () => short);
    const all = [long, fitting, ...shorts, bz2(text), ...streams];
    const tasks: number[] = [];
    const noting: RunTask = (task) => {
      tasks.push(task.bytes.length);
      return runTask(task);
    };
    expect((await outcomeOf('bz2', Buffer.concat(all), { runTask: noting })).end).toBe('end');
    expect(tasks).toEqual(all.map(({ length }) => length));
  });

  it('decodes a stream that is too long for a worker here, and the streams after it', async () => {
    const long = noise(4_500_000);
    const compressed = Buffer.concat([bz2(text), bz2(long), bz2(text)]);
    let largest = 0;
    const noting: RunTask = (task) => {
      largest = Math.max(largest, task.bytes.length);
      return runTask(task);
    };
    const { bytes, end, input } = await outcomeOf('bz2', compressed, { runTask: noting });
    expect([end, input]).toEqual(['end', compressed.length]);
    expect(bytes.equals(Buffer.concat([text, long, text]))).toBe(true);
    expect(largest).toBe(bz2(text).length);
  });

  it('gives the same whatever the streams and however they arrive', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 4 }),
        fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 5 }),
        fc.constantFrom({}, { runTask }),
        async (contents, sizes, way) => {
          const { bytes, end } = await outcomeOf('bz2', Buffer.concat(contents.map(bz2)), { sizes, ...way });
          expect(end).toBe('end');
          expect(bytes.equals(Buffer.concat(contents))).toBe(true);
        },
      ),
      { numRuns: 25 },
    );
  });

  it.each([
    ['here', 50_000_000, {}],
    ['though a worker could', 20_000_000, { runTask }],
    ['where it is too much for a worker', 66_000_000, { runTask }],
  ])('gives a bomb of zeros in slices of at most 1 MiB, %s', async (_, zeros, way) => {
    const { total, largest } = await slicesOfZeros('bz2', bz2(Buffer.alloc(zeros)), way);
    expect(total).toBe(zeros);
    expect(largest).toBeLessThanOrEqual(1024 * 1024);
  });
});
