import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contentHash, murmur3 } from '../../src/kernels/murmur3.ts';

const hex = (halves: readonly [bigint, bigint]): string =>
  halves.map((half) => half.toString(16).padStart(16, '0')).join('');

describe('MurmurHash3', () => {
  it('gives the published values', () => {
    expect(hex(murmur3(Buffer.from('')))).toBe('00000000000000000000000000000000');
    expect(hex(murmur3(Buffer.from('hello')))).toBe('cbd8a7b341bd9b025b1e906a48ae1d19');
    expect(hex(murmur3(Buffer.from('The quick brown fox jumps over the lazy dog')))).toBe(
      'e34bbc7bbc071b6c7a433ca9c49a9347',
    );
  });

  it('in WebAssembly equals its TypeScript twin on any text, also one that comes in pieces', () => {
    const kernel = contentHash();
    const check = (text: string): void => {
      const words = new Uint32Array(5);
      kernel.hash(text, words, 1);
      const view = Buffer.from(words.buffer, 4, 16);
      expect([view.readBigUInt64LE(0), view.readBigUInt64LE(8)]).toEqual(murmur3(Buffer.from(text, 'utf16le')));
    };
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 80 }), (units) =>
        check(String.fromCharCode(...units)),
      ),
    );
    for (const length of [16_383, 16_384, 16_385, 40_001]) check('清流'.repeat(length).slice(0, length));
  });
});
