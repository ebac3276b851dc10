// Reading what is not compressed.
import { describe, expect, it } from 'vitest';
import { PIECE } from '../../../src/sources/decode/pieces.ts';
import { noise } from '../../helpers/transports.ts';
import { outcomeOf, slicesOfZeros } from './outcome.ts';

describe('reading what is not compressed', () => {
  it('gives the bytes as they are however they arrive, and hears of all input', async () => {
    const contents = noise(3 * PIECE + 100);
    for (const sizes of [[777], [PIECE], [PIECE - 1, 3], [0, 5 * PIECE]]) {
      const { bytes, end, input } = await outcomeOf('none', contents, { sizes });
      expect([end, input]).toEqual(['end', contents.length]);
      expect(bytes.equals(contents)).toBe(true);
    }
  });

  it('gives nothing of an empty file, which is whole', async () => {
    expect(await outcomeOf('none', Buffer.alloc(0))).toEqual({ bytes: Buffer.alloc(0), end: 'end', input: 0 });
  });

  it('gives slices of at most 1 MiB', async () => {
    expect((await slicesOfZeros('none', Buffer.alloc(5_000_000))).largest).toBeLessThanOrEqual(1024 * 1024);
  });
});
