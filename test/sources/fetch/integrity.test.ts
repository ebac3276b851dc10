// One reading of a file, compared with what was published of it.
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Shard, Transport } from '../../../src/pipeline/define.ts';
import { openTransport } from '../../../src/sources/fetch/index.ts';
import { Integrity } from '../../../src/sources/fetch/integrity.ts';
import { folderOf, joined, noise } from '../../helpers/transports.ts';

const body = noise(600_000);
const signal = new AbortController().signal;
const hash = (algorithm: 'sha256' | 'md5', bytes: Uint8Array = body) => ({
  algorithm,
  value: createHash(algorithm).update(bytes).digest('hex'),
});
const folder = await folderOf({ 'file.bin': body, 'other.bin': 'other' });
const transport: Transport = openTransport(folder);
const watch = (facts: Partial<Pick<Shard, 'size' | 'checksum'>> = {}, inner = transport): Integrity =>
  new Integrity(inner, { path: 'file.bin', ...facts });

describe('a reading', () => {
  test.each(['sha256', 'md5'] as const)('to the end is verified by %s, and by its length', async (algorithm) => {
    const integrity = watch({ size: body.length, checksum: hash(algorithm) });
    expect((await joined(integrity.transport.open('file.bin'))).equals(body)).toBe(true);
    expect(await integrity.verify(signal)).toEqual({ kind: 'verified' });
  });

  test('of another file does not count', async () => {
    const integrity = watch({ checksum: hash('sha256') });
    await joined(integrity.transport.open('other.bin'));
    await joined(integrity.transport.open('file.bin'));
    expect(await integrity.verify(signal)).toEqual({ kind: 'verified' });
  });

  test('that a decoder left early is read on to its end', async () => {
    const integrity = watch({ size: body.length, checksum: hash('sha256') });
    for await (const _ of integrity.transport.open('file.bin')) break;
    expect(await integrity.verify(signal)).toEqual({ kind: 'verified' });
  });

  test('of other bytes is wrong, with both checksums in the error', async () => {
    const integrity = watch({ checksum: hash('sha256', Buffer.from('published')) });
    await joined(integrity.transport.open('file.bin'));
    const verdict = await integrity.verify(signal);
    if (verdict.kind !== 'wrong') throw new Error(`the verdict is ${verdict.kind}`);
    expect(verdict).toMatchObject({ what: 'checksum', error: { code: 'source.checksum', exitCode: 3 } });
    expect(verdict.error.message).toContain(hash('sha256').value);
    expect(verdict.error.message).toContain(hash('sha256', Buffer.from('published')).value);
  });

  test('of another length is wrong, with both lengths in the error', async () => {
    const integrity = watch({ size: body.length + 1 });
    await joined(integrity.transport.open('file.bin'));
    const verdict = await integrity.verify(signal);
    expect(verdict).toMatchObject({ kind: 'wrong', what: 'length', error: { code: 'source.length' } });
    if (verdict.kind === 'wrong') expect(verdict.error.message).toMatch(/600000 bytes; 600001/);
  });

  test('of which no checksum is known, from the middle, or by ranges is not compared, and says so', async () => {
    const unpublished = watch();
    await joined(unpublished.transport.open('file.bin'));
    expect(await unpublished.verify(signal)).toEqual({ kind: 'unchecked', why: 'unpublished' });
    const resumed = watch({ checksum: hash('sha256') });
    await joined(resumed.transport.open('file.bin', { start: 1000 }));
    expect(await resumed.verify(signal)).toEqual({ kind: 'unchecked', why: 'resumed' });
    const ranges = watch({ checksum: hash('sha256') });
    await ranges.transport.range('file.bin', 0, 10);
    expect(await ranges.verify(signal)).toEqual({ kind: 'unchecked', why: 'ranges' });
  });

  test('is compared with what the server says with its first answer, when nothing was listed', async () => {
    const says: Transport = { ...transport, published: () => hash('sha256', Buffer.from('published')) };
    const integrity = watch({}, says);
    await joined(integrity.transport.open('file.bin'));
    expect(await integrity.verify(signal)).toMatchObject({ kind: 'wrong', what: 'checksum' });
  });

  test('knows whether the same bytes came as in the reading before, however both came in pieces', async () => {
    const pieces = (bytes: Buffer, step: number): Transport => ({
      ...transport,
      async *open(_, { start = 0 } = {}) {
        for (let at = start; at < bytes.length; at += step) yield bytes.subarray(at, at + step);
      },
    });
    const small = body.subarray(0, 5000);
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 3000 }),
        fc.integer({ min: 1, max: 3000 }),
        fc.integer({ min: 1, max: 6000 }),
        fc.integer({ min: 0, max: 6000 }),
        fc.option(fc.nat({ max: 4999 })),
        async (firstStep, secondStep, firstUntil, secondUntil, flipped) => {
          const readUntil = async (integrity: Integrity, until: number): Promise<void> => {
            let read = 0;
            for await (const chunk of integrity.transport.open('file.bin')) {
              read += chunk.length;
              if (read >= until) return;
            }
          };
          const first = watch({}, pieces(small, firstStep));
          await readUntil(first, firstUntil);
          const bent = Buffer.from(small);
          if (flipped !== null) bent[flipped] = (bent[flipped] ?? 0) ^ 1;
          const second = new Integrity(pieces(bent, secondStep), { path: 'file.bin' }, first.print);
          await readUntil(second, secondUntil);
          expect(await second.isSame(signal)).toBe(flipped === null || flipped >= first.print.bytes);
        },
      ),
    );
  });
});
