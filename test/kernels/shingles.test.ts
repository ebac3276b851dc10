import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IGNORABLE, type Ignorable, type Shingling, shingleHashes } from '../../src/kernels/shingles.ts';
import { normalisedText } from '../../src/kernels/short-texts.ts';

const characters = (length: number, ...ignore: Ignorable[]): Shingling => ({ unit: 'character', length, ignore });
const words = (length: number, ...ignore: Ignorable[]): Shingling => ({ unit: 'word', length, ignore });
const hashes = (text: string, shingling: Shingling): number[] => [...shingleHashes(text, shingling)];
const read = (text: string, ...ignore: Ignorable[]): string => normalisedText(text, characters(5, ...ignore));

describe('shingles of characters', () => {
  it('are all windows of the text without its white space', () => {
    const plain = hashes('清流が流れる川', characters(5, 'space'));
    expect(plain).toHaveLength(3);
    expect(hashes('清 流\nが　流れ\r\nる川', characters(5, 'space'))).toEqual(plain);
    expect(hashes('清 流が流れる川', characters(5))).toHaveLength(4);
  });

  it('are none in a text shorter than one', () => {
    expect(hashes('清流', characters(5, 'space'))).toEqual([]);
    expect(hashes(' \n', characters(1, 'space'))).toEqual([]);
  });
});

describe('shingles of words', () => {
  it('are runs of words, whatever white space stands between them', () => {
    const plain = hashes('the river runs to the sea', words(3));
    expect(plain).toHaveLength(4);
    expect(new Set(plain).size).toBe(4);
    expect(hashes(' the\u00a0river  runs\n\nto the\tsea\n', words(3))).toEqual(plain);
    expect(hashes('theriver runs to the sea', words(3))).not.toEqual(plain);
  });

  it('tell words apart that differ in NULs before them', () => {
    expect(hashes('\0a b', words(1))).not.toEqual(hashes('a b', words(1)));
  });

  it('leave out words of which nothing counts', () => {
    expect(hashes('The river – 2,000 km – runs', words(2, 'case', 'digits', 'punctuation'))).toEqual(
      hashes('the river km runs', words(2)),
    );
  });
});

describe('what does not count', () => {
  it('is what `ignore` names and nothing else', () => {
    const text = 'Ａb 1１.。→ｶﾞ';
    expect(read(text)).toBe(text);
    expect(read(text, 'space')).toBe('Ａb1１.。→ｶﾞ');
    expect(read(text, 'width')).toBe('Ab 11.。→ガ');
    expect(read(text, 'case')).toBe('ａb 1１.。→ｶﾞ');
    expect(read(text, 'digits')).toBe('Ａb .。→ｶﾞ');
    expect(read(text, 'punctuation')).toBe('Ａb 1１ｶﾞ');
    expect(read(text, ...IGNORABLE)).toBe('abガ');
  });

  it('leaves half-width kana, full-width letters and joined marks as NFKC does', () => {
    const unit = fc.oneof(
      fc.integer({ min: 0xff01, max: 0xff9f }),
      fc.integer({ min: 0x3041, max: 0x3096 }),
      fc.integer({ min: 0x30a1, max: 0x30fe }),
      fc.constantFrom(0x3099, 0x309a),
    );
    fc.assert(
      fc.property(fc.array(unit, { maxLength: 30 }), (units) => {
        const text = String.fromCharCode(...units);
        expect(read(text, 'width')).toBe(text.normalize('NFKC'));
      }),
    );
  });

  it('takes half-width Hangul letters for the full-width ones, which NFKC would take for parts of a syllable', () => {
    expect(read('ﾡￂ\uffa0', 'width')).toBe('ㄱㅏ\u3164');
    expect(read('￣￥￨', 'width')).toBe('\u00af¥│');
  });

  it('changes nothing twice', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.subarray([...IGNORABLE]), (text, ignore) => {
        const once = read(text, ...ignore);
        expect(read(once, ...ignore)).toBe(once);
      }),
    );
  });
});
