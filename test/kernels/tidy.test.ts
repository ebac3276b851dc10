import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Repair } from '../../src/filters/lib/repair.ts';
import { SPACES } from '../../src/kernels/tidy-wasm.ts';

const pieces = fc.constantFrom(
  ...[
    '清',
    '流',
    'か',
    'カ',
    '。',
    '」',
    '（',
    'a',
    'Z',
    '9',
    '.',
    ' ',
    '  ',
    '\u3000',
    '\t',
    '\n',
    '\n\n',
    '\r\n',
    '！',
    '－',
    '／',
    '：',
  ],
  ...['𠮷', '😀', '𝒜', 'ﾊﾞ', '\u3099', '\u200b', '\ud800', '\udc00', '…', '～', '①', '\u00a0', 'é', 'Ａ'],
);

describe('the tidy kernel', () => {
  it.each(SPACES)('gives what the plain passes give, with japaneseSpaces: %s', (spaces) => {
    const repair = new Repair(spaces);
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 40 }), (parts) => {
        const text = parts.join('');
        expect(repair.apply(text)).toBe(repair.passes(text));
      }),
      { numRuns: 5000 },
    );
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 60 }), (units) => {
        const text = String.fromCharCode(...units);
        expect(repair.apply(text)).toBe(repair.passes(text));
      }),
      { numRuns: 2000 },
    );
  });

  it('takes texts of any length, one after another', () => {
    const repair = new Repair('tidy');
    for (const length of [0, 1, 16_384, 16_385, 100_000, 3, 3_000_000]) {
      const text = '清流が 流れる。 river bank \n\n\n次'.repeat(Math.ceil(length / 20)).slice(0, length);
      expect(repair.apply(text)).toBe(repair.passes(text));
    }
  });
});
