// What users rely on of `word-list`, `adult` and the finder below them: every word of thousands is found, and only whole ones.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PipelineError } from '../../src/errors.ts';
import { adult } from '../../src/filters/adult.ts';
import { CodeUnits } from '../../src/filters/lib/code-units.ts';
import { type Found, WordFinder } from '../../src/filters/lib/word-finder.ts';
import { wordList } from '../../src/filters/word-list.ts';
import { decide } from './run-filter.ts';

const code = new CodeUnits();
const find = (words: readonly string[], text: string): Found[] =>
  new WordFinder(words).find(code.of(text), text.length);

/** Leftmost, then longest, the plain way. */
function plain(words: readonly string[], text: string): [number, number][] {
  const found: [number, number][] = [];
  for (let at = 0; at < text.length; ) {
    const longest = Math.max(0, ...words.filter((word) => text.startsWith(word, at)).map((word) => word.length));
    if (longest > 0) found.push([at, at + longest]);
    at += Math.max(1, longest);
  }
  return found;
}

describe('WordFinder', () => {
  it('finds what a plain search finds, however words nest and overlap', () => {
    const letters = fc.string({ unit: fc.constantFrom('山', '川', '谷'), minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(
        fc.array(letters, { minLength: 1, maxLength: 12 }),
        fc.string({ unit: fc.constantFrom('山', '川', '谷', '海'), maxLength: 60 }),
        (words, text) => {
          const covered = (spans: readonly (readonly [number, number])[]) => {
            const marks = new Array<number>(text.length).fill(0);
            for (const [start, end] of spans) marks.fill(1, start, end);
            return marks;
          };
          const found = find(words, text);
          for (const { word, start, end } of found) expect(words[word]).toBe(text.slice(start, end));
          for (const [index, { start }] of found.entries())
            expect(start).toBeGreaterThanOrEqual(found[index - 1]?.end ?? 0);
          // Every place where a word stands touches a found one, and the first found word is the leftmost and longest.
          const marks = covered(found.map(({ start, end }) => [start, end]));
          for (const [start, end] of plain(words, text)) expect(marks.slice(start, end)).toContain(1);
          expect(found[0]?.start).toBe(plain(words, text)[0]?.[0]);
        },
      ),
      { numRuns: 3000 },
    );
  });

  it('finds each of 20,000 words', () => {
    const words = Array.from(
      { length: 20_000 },
      (_, index) =>
        `語${String.fromCharCode(0x4e00 + (index % 5000))}${String.fromCharCode(0x4e00 + Math.floor(index / 5000))}尾`,
    );
    const finder = new WordFinder(words);
    const text = words.join('、');
    expect(finder.find(code.of(text), text.length).map(({ word }) => word)).toEqual(words.map((_, index) => index));
  });

  it('does not look into words of Latin letters and katakana', () => {
    expect(find(['ass', 'sex'], 'class Essex assess sex-education ass')).toHaveLength(2);
    expect(find(['エロ'], 'エロイカ、ピエロ、エロ')).toHaveLength(1);
    expect(find(['出会い'], '素敵な出会いがある')).toHaveLength(1);
    expect(find(['bar1'], 'bar1 bar12 xbar1')).toHaveLength(1);
  });

  it('finds the shorter word where the longer one is not whole', () => {
    expect(find(['new york times', 'new york'], 'new york timestamp')).toEqual([{ word: 1, start: 0, end: 8 }]);
  });

  it('sees through case and width', () => {
    expect(find(['Casino'], 'CASINO ｃａｓｉｎｏ casino ÇA')).toHaveLength(3);
    expect(find(['été'], 'ÉTÉ')).toHaveLength(1);
  });
});

describe('word-list', () => {
  const folder = mkdtempSync(join(tmpdir(), 'seiryu-words-'));
  writeFileSync(join(folder, 'ng.txt'), '\ufeff# 広告\n闇金\r\n\n  出会い系  \n');
  const create = (options: object) =>
    wordList.create(wordList.options.parse(options), { language: 'ja', baseDir: folder });
  const apply = (options: object, text: string) => create(options).apply({ id: 'test/0#0', text, meta: {} });

  it('reads files beside the pipeline file, without remarks and blank lines', () => {
    expect(apply({ files: ['ng.txt'] }, '闇金の話')).toEqual({ drop: 'listed' });
    expect(apply({ files: ['ng.txt'] }, '出会い系の話')).toEqual({ drop: 'listed' });
    expect(apply({ files: ['ng.txt'] }, '# 広告の話')).toEqual({ keep: '# 広告の話' });
  });

  it('says which file cannot be read', () => {
    expect(() => create({ files: ['none.txt'] })).toThrow(PipelineError);
    expect(() => create({ files: ['none.txt'] })).toThrow(/none\.txt/);
  });

  it('drops by count, variety and density', () => {
    const words = ['鍋', '釜'];
    expect(decide(wordList, '鍋、鍋、鍋', { words, min: 3 })).toEqual({ drop: 'listed' });
    expect(decide(wordList, '鍋、鍋', { words, min: 3 })).toEqual({ keep: '鍋、鍋' });
    expect(decide(wordList, '鍋、鍋、鍋', { words, minDistinct: 2 })).toEqual({ keep: '鍋、鍋、鍋' });
    expect(decide(wordList, '鍋と釜', { words, minDistinct: 2 })).toEqual({ drop: 'listed' });
    expect(decide(wordList, `鍋${'あ'.repeat(99)}`, { words, minDensity: 0.01 })).toEqual({ drop: 'listed' });
    expect(decide(wordList, `鍋${'あ'.repeat(100)}`, { words, minDensity: 0.01 })).toHaveProperty('keep');
  });

  it('masks every word and nothing else', () => {
    expect(decide(wordList, '鍋と釜と桶', { words: ['鍋', '桶'], action: 'mask', mask: '*' })).toEqual({
      keep: '*と釜と*',
    });
  });
});

describe('adult', () => {
  it.each([
    '乳がん検診では、乳房のしこりや乳頭の異常を調べる。セックスや妊娠についての相談も受け付ける。',
    '源氏物語には人妻との恋も描かれる。',
    '警察はソープランドと風俗店を摘発した。経営者は否認している。'.padEnd(400, '捜査は続く。'),
    'ポルノ規制についての論文は、表現の自由との関係を論じる。',
    'Sussex and Middlesex are counties; a sextet played in Essex.',
  ])('keeps what doctors, novelists and newspapers write: %s', (text) => {
    expect(decide(adult, text)).toEqual({ keep: text });
  });

  it('needs several different words, one of them strong', () => {
    expect(decide(adult, '巨乳 巨乳 巨乳 巨乳')).toHaveProperty('keep');
    expect(decide(adult, 'エロ 人妻 熟女 ヌード')).toHaveProperty('keep');
    expect(decide(adult, '無修正 人妻 熟女 ヌード')).toEqual({ drop: 'adult' });
    expect(decide(adult, '無修正 人妻 熟女 ヌード', { except: ['無修正'] })).toHaveProperty('keep');
  });
});
