import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diagnose } from '../../../src/trainer/evaluation/diagnose.ts';
import { distinctOf, loopAtEnd, repetitionOf } from '../../../src/trainer/evaluation/repetition.ts';

/** The same by trying every end and every period. */
function slowLoop(text: string): { period: number; length: number } | undefined {
  for (let length = text.length; length >= 16; length--) {
    const end = text.slice(text.length - length);
    for (let period = 1; 3 * period <= length; period++) {
      if (end.slice(period) === end.slice(0, length - period)) return { period, length };
    }
  }
  return undefined;
}

describe('a loop at the end of a text', () => {
  it('is found where trying every end finds it', () => {
    const unit = fc.string({ unit: fc.constantFrom('あ', 'い', '、'), minLength: 1, maxLength: 6 });
    const texts = fc
      .tuple(unit, unit, fc.integer({ min: 0, max: 12 }), unit)
      .map(([a, b, times, end]) => a + b.repeat(times) + end);
    fc.assert(
      fc.property(texts, (text) => {
        expect(loopAtEnd(text)).toEqual(slowLoop(text));
      }),
      { numRuns: 400 },
    );
  });

  it('is a phrase that is said three times or more, the last perhaps cut', () => {
    expect(loopAtEnd('夜になった。お前の顔を見て、お前の顔を見て、お前の顔を見て、お前の')).toEqual({
      period: 8,
      length: 27,
    });
    expect(loopAtEnd('お前の顔を見て、お前の顔を見て、そして笑った。')).toBeUndefined();
    // It went on to something else.
    expect(loopAtEnd(`${'はい。'.repeat(20)}それから皆で昼の弁当を食べた。`)).toBeUndefined();
    expect(loopAtEnd('そうか……')).toBeUndefined();
    expect(loopAtEnd('')).toBeUndefined();
  });

  it('costs as much as the text is long', () => {
    const text = `${'ab'.repeat(200_000)}c${'ab'.repeat(200_000)}d`;
    expect(loopAtEnd(text)).toBeUndefined();
  });
});

describe('shares of n-grams', () => {
  it('rep-n is the share that occurred before in the text', () => {
    expect(repetitionOf([1, 2, 1, 2, 1], 1)).toBeCloseTo(3 / 5);
    // 12 21 12 21: two of four.
    expect(repetitionOf([1, 2, 1, 2, 1], 2)).toBeCloseTo(1 / 2);
    expect(repetitionOf([1, 2, 3], 4)).toBe(0);
  });

  it('distinct-n is over all texts together, and no n-gram spans two', () => {
    expect(
      distinctOf(
        [
          [1, 2, 3],
          [1, 2],
        ],
        2,
      ),
    ).toBeCloseTo(2 / 3);
    expect(distinctOf([[1], [2]], 2)).toBe(1);
  });
});

describe('diagnoses of samples', () => {
  const sample = (text: string) => ({ text, ids: [...text].map((character) => character.codePointAt(0) ?? 0) });
  const clean = sample('昨日は裏の山へ行き、ふきのとうを採った。夕方には雨が降った。');

  it('finds nothing in prose', () => {
    expect(diagnose([clean], 'ja')).toMatchObject({ samples: 1, looping: 0, boilerplate: 0 });
  });

  it('finds menus, addresses and lines of web pages by the filters that remove them', () => {
    const found = diagnose(
      [
        clean,
        sample('ホーム > 製品 > 台所用品 > 鍋\n鉄の鍋は重い。'),
        sample('鍋は重い。詳しくはhttp://example.co.jp/aをご覧ください。'),
        sample('春が来た。\n続きを読む »'),
        sample('本日は晴天なり。本日は晴天なり。本日は晴天なり。'),
      ],
      'ja',
    );
    expect(found.found).toEqual({ breadcrumbs: 0.2, 'strip-urls': 0.2, boilerplate: 0.2 });
    expect(found.boilerplate).toBeCloseTo(0.6);
    expect(found.looping).toBe(0.2);
    expect(found.repetition).toHaveLength(4);
    expect(found.distinct).toHaveLength(3);
  });

  it('has zeros without samples', () => {
    expect(diagnose([], 'ja')).toMatchObject({ samples: 0, length: 0, looping: 0, boilerplate: 0 });
  });
});
