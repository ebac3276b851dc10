// What users rely on of `mask-personal` and `decontaminate`: personal data go and numbers that are none stay; evaluation texts are found.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PipelineError } from '../../src/errors.ts';
import { decontaminate } from '../../src/filters/decontaminate.ts';
import { maskPersonal } from '../../src/filters/mask-personal.ts';
import type { Decision, JsonObject } from '../../src/pipeline/define.ts';
import { decide, rewriter } from './run-filter.ts';

const mask = rewriter(maskPersonal);

/** With the digit that Luhn's check asks for. */
function cardOf(digits: string): string {
  const sum = [...digits].reverse().reduce((total, digit, at) => {
    const value = Number(digit) * (at % 2 === 0 ? 2 : 1);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return `${digits}${(10 - (sum % 10)) % 10}`;
}

describe('mask-personal', () => {
  it.each([
    ['taro@example.com', '<mail>'],
    ['連絡はtaro.yamada+web@mail.example.co.jpまで。', '連絡は<mail>まで。'],
    ['TEL 03-1234-5678', 'TEL <phone>'],
    ['（03）1234-5678へ', '<phone>へ'],
    ['(075) 123-4567', '<phone>'],
    ['0120-123-456', '<phone>'],
    ['090-1234-5678', '<phone>'],
    ['09012345678', '<phone>'],
    ['電話番号：0312345678', '電話番号：<phone>'],
    ['080 1234 5678', '<phone>'],
    ['+81-3-1234-5678', '<phone>'],
    ['+1 212 555 0123', '<phone>'],
    ['(212) 555-0123', '<phone>'],
    ['4111-1111-1111-1111', '<card>'],
    ['378282246310005', '<card>'],
    ['5555 5555 5555 4444です', '<card>です'],
    ['192.168.10.25', '<ip>'],
    ['接続元は203.0.113.9でした', '接続元は<ip>でした'],
    ['2001:0db8:85a3:0000:0000:8a2e:0370:7334', '<ip>'],
    ['大阪市北区梅田1-2-3 ビル5階', '大阪市北区梅田<address> ビル5階'],
    ['千代田区霞が関2丁目1番3号', '千代田区霞が関<address>'],
    ['長野県松本市大手3-8-13', '長野県松本市大手<address>'],
    ['北海道中川郡本別町字山下12番地', '北海道中川郡本別町字山下<address>'],
  ])('masks %s', (text, masked) => {
    expect(mask(text)).toBe(masked);
  });

  it.each([
    '2019-04-01 10:30:45',
    '2019/04/01、1990-2000年',
    '1-2で負けた。3-2-1とスコアを並べる。',
    '円周率は3.14159265358979',
    'ISBN 978-4-00-310101-8、JAN 4901234567894',
    'バージョン10.15.7.1とv192.168.0.1',
    '第1.2.3.4節',
    '価格は1,234,567円、重さは0.5kg',
    '注文番号 1234-5678-9012',
    '4111 1111 1111 1112',
    '〒100-0005',
    'std::vector<int> a::b, 12:30:45',
    '第3区1-2位、市町村1-2',
    '100-200-300',
    'https://example.com/090-1234-5678/a',
    '@tanaka さん、a@b、@',
    'RFC 2119、ISO 8601-1:2019、A4 210x297',
    '0x1F 00:1B:44:11:3A:B7',
    '０９０',
    '10000000000円',
  ])('keeps %s', (text) => {
    expect(mask(text)).toBe(text);
  });

  it('masks every card that passes the check digit and none that does not', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^4\d{14}$/), (digits) => {
        const card = cardOf(digits);
        const wrong = `${card.slice(0, -1)}${(Number(card.at(-1)) + 1) % 10}`;
        expect(mask(`番号 ${card} です`)).toBe('番号 <card> です');
        expect(mask(`番号 ${wrong} です`)).toBe(`番号 ${wrong} です`);
      }),
    );
  });

  it('masks only the kinds asked for, with the mask asked for', () => {
    const text = '090-1234-5678とa@example.com';
    expect(decide(maskPersonal, text, { kinds: ['mail'], mask: '***' })).toEqual({ keep: '090-1234-5678と***' });
    expect(decide(maskPersonal, text, { action: 'drop', min: 3 })).toEqual({ keep: text });
    expect(decide(maskPersonal, text, { action: 'drop', min: 2 })).toEqual({ drop: 'personal' });
  });

  it('finds nothing more when run again', () => {
    const pieces = fc.constantFrom(
      '0',
      '3',
      '9',
      '-',
      ' ',
      '(',
      ')',
      '.',
      ':',
      '@',
      'a',
      '市',
      '区',
      '町',
      '番地',
      '丁目',
      '。',
      '+',
      'example.com',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 40 }), (parts) => {
        const once = mask(parts.join(''));
        expect(once).not.toMatch(/[a-z0-9]@example\.com\b/);
        // Digits that a mask separates from what they stood beside may become a number of their own, but only once more.
        expect(mask(mask(once))).toBe(mask(once));
      }),
    );
  });
});

describe('decontaminate', () => {
  const baseDir = mkdtempSync(join(tmpdir(), 'seiryu-eval-'));
  const question = '次のうち、日本で最も長い川として正しいものを一つ選びなさい。信濃川、利根川、石狩川。';
  const english =
    'Which of the following rivers is the longest one in all of Japan, measured from its source to the sea?';
  writeFileSync(
    join(baseDir, 'quiz.jsonl'),
    `${JSON.stringify({ question, choices: [{ text: english }], id: 7 })}\n\n`,
  );
  writeFileSync(join(baseDir, 'quiz.txt'), `${question}\n短い\n`);
  writeFileSync(join(baseDir, 'broken.jsonl'), '{"a": 1}\n{"a":\n');
  const apply = (options: JsonObject, text: string): Decision =>
    decontaminate
      .create(decontaminate.options.parse(options), { language: 'ja', baseDir })
      .apply({ id: 'a/0#0', text, meta: {} });

  it('finds items of text and JSON Lines files inside pages, in Japanese and English', () => {
    for (const file of ['quiz.jsonl', 'quiz.txt'])
      expect(apply({ files: [file] }, `クイズの記録。${question}答えは信濃川。`)).toEqual({ drop: 'overlap' });
    expect(apply({ files: ['quiz.jsonl'] }, `A quiz: ${english.toUpperCase().replaceAll(' ', '  ')} Yes.`)).toEqual({
      drop: 'overlap',
    });
    expect(apply({ files: ['quiz.txt'] }, 'この川は日本で最も長い川である。')).toHaveProperty('keep');
    expect(apply({ files: ['quiz.txt'] }, '短い')).toEqual({ keep: '短い' });
  });

  it('reads the fields named, alone', () => {
    expect(apply({ files: ['quiz.jsonl'], fields: ['choices'] }, question)).toEqual({ keep: question });
    expect(apply({ files: ['quiz.jsonl'], fields: ['choices'] }, english)).toEqual({ drop: 'overlap' });
  });

  it('tells the line of a broken file, and a file that is not there', () => {
    expect(() => apply({ files: ['broken.jsonl'] }, '')).toThrow(PipelineError);
    expect(() => apply({ files: ['none.txt'] }, '')).toThrow(/none\.txt/);
  });

  it('drops exactly the texts that share n letters in a row', () => {
    const text = fc.string({ unit: fc.constantFrom('山', '川', 'ア', '。', ' '), maxLength: 40 });
    const letters = (value: string): string => value.replace(/[。 ]/g, '');
    fc.assert(
      fc.property(text, text, (item, page) => {
        fc.pre(item !== '');
        const [wanted, given] = [letters(item), letters(page)];
        let isShared = false;
        for (let at = 0; at + 6 <= wanted.length; at++) if (given.includes(wanted.slice(at, at + 6))) isShared = true;
        expect('drop' in decide(decontaminate, page, { texts: [item], characters: 6 })).toBe(isShared);
      }),
      { numRuns: 500 },
    );
  });
});
