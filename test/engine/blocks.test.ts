import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Cut, cutBlocks } from '../../src/engine/blocks.ts';
import { DecodeError } from '../../src/errors.ts';
import { overwritten } from '../helpers/transports.ts';

const lines = { delimiter: '\n', isRecord: (bytes: Uint8Array) => bytes.some((byte) => byte !== 10) };
const limits = { block: 40, record: 60 };

async function* inChunks(
  bytes: Uint8Array,
  sizes: readonly number[],
  damage?: DecodeError,
): AsyncGenerator<Uint8Array> {
  let at = 0;
  for (let turn = 0; at < bytes.length; turn++) {
    const size = Math.max(1, sizes[turn % Math.max(1, sizes.length)] ?? 7);
    yield bytes.subarray(at, at + size);
    at += size;
  }
  if (damage !== undefined) throw damage;
}

async function cutAll(
  text: string,
  sizes: readonly number[],
  from = { offset: 0, ordinal: 0 },
  damage?: DecodeError,
): Promise<Cut[]> {
  const bytes = Buffer.from(text, 'utf8').subarray(from.offset);
  const cuts: Cut[] = [];
  for await (const cut of cutBlocks(overwritten(inChunks(bytes, sizes, damage)), lines, limits, from)) cuts.push(cut);
  return cuts;
}

const shown = (cuts: readonly Cut[]) => cuts.map((cut) => ({ ...cut, bytes: Buffer.from(cut.bytes).toString('utf8') }));
const record = fc.string({ maxLength: 80 }).map((text) => text.replaceAll('\n', ' '));
const shard = fc.array(record, { maxLength: 40 }).map((records) => records.join('\n'));
const chunking = fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 5 });

describe('cutting a shard into blocks', () => {
  it('gives the same blocks however the network cut the bytes', async () => {
    await fc.assert(
      fc.asyncProperty(shard, chunking, chunking, async (text, a, b) => {
        expect(shown(await cutAll(text, a))).toEqual(shown(await cutAll(text, b)));
      }),
    );
  });

  it('loses and doubles nothing: every record is in one block or is one reject', async () => {
    await fc.assert(
      fc.asyncProperty(shard, chunking, async (text, sizes) => {
        const cuts = await cutAll(text, sizes);
        const pieces = text.split('\n').map((line, index, all) => (index < all.length - 1 ? `${line}\n` : line));
        const records = pieces.filter((piece) => piece.replaceAll('\n', '') !== '');
        const tooLong = records.filter((piece) => Buffer.byteLength(piece) > limits.record);
        expect(cuts.filter((cut) => cut.reject !== undefined).map((cut) => cut.reject?.reason)).toEqual(
          tooLong.map(() => 'record.too_long'),
        );
        const inBlocks = cuts.reduce((sum, cut) => sum + cut.records, 0);
        expect(inBlocks + tooLong.length).toBe(records.length);
        expect(cuts.reduce((end, cut) => (cut.offset === end ? cut.end : -1), 0)).toBe(Buffer.byteLength(text));
      }),
    );
  });

  it('resumes at every block and gives the rest unchanged', async () => {
    await fc.assert(
      fc.asyncProperty(shard, chunking, async (text, sizes) => {
        const whole = await cutAll(text, sizes);
        for (const [index, cut] of whole.entries()) {
          if (cut.last) continue;
          const ordinal = cut.firstOrdinal + cut.records + (cut.reject === undefined ? 0 : 1);
          const rest = await cutAll(text, sizes, { offset: cut.end, ordinal });
          expect(shown(rest)).toEqual(shown(whole.slice(index + 1)));
        }
      }),
      { numRuns: 40 },
    );
  });

  it('keeps blocks within their size unless one record is larger', async () => {
    const cuts = await cutAll('あいう\n'.repeat(50), [13]);
    expect(cuts.every((cut) => cut.bytes.length <= limits.block)).toBe(true);
    expect(cuts.length).toBeGreaterThan(10);
  });

  it('never holds a record that is too long, and says where it stood', async () => {
    const [before, reject, after] = await cutAll(`ab\n${'x'.repeat(100_000)}\ncd\n`, [64]);
    expect(before?.records).toBe(1);
    expect(reject?.reject).toMatchObject({
      ordinal: 1,
      offset: 3,
      reason: 'record.too_long',
      detail: expect.stringContaining('100001 bytes'),
    });
    expect(after).toMatchObject({ firstOrdinal: 2, records: 1, last: true });
  });

  it('gives what came before a cut in the shard, then reports the record that was lost', async () => {
    const damage = new DecodeError('The gzip stream ends early.', { code: 'decode.truncated' });
    const cuts = await cutAll('one\ntwo\nthr', [5], undefined, damage);
    expect(Buffer.from(cuts[0]?.bytes ?? []).toString()).toBe('one\ntwo\n');
    expect(cuts.at(-1)).toMatchObject({
      records: 0,
      last: true,
      end: 11,
      reject: { ordinal: 2, offset: 8, reason: 'shard.truncated', excerpt: 'thr' },
    });
  });

  it('reports a record that is too long and then breaks off once', async () => {
    const damage = new DecodeError('The gzip stream ends early.', { code: 'decode.truncated' });
    const cuts = await cutAll(`ab\n${'x'.repeat(5000)}`, [64], undefined, damage);
    expect(cuts.map(({ reject }) => reject?.reason)).toEqual([undefined, 'shard.truncated']);
    expect(cuts.at(-1)).toMatchObject({
      offset: 3,
      end: 5003,
      records: 0,
      last: true,
      reject: { ordinal: 1, offset: 3 },
    });
    expect(cuts.at(-1)?.reject?.detail).toContain('5000 bytes of it');
  });
});
