// The cost of reading wikitext: it grows as the page does, and no nesting is too deep, whatever the markup.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { measure, plainText } from '../../../src/sources/parse/wikitext/index.ts';

const N = 10_000;
/** Reading an ordinary article costs 5 to 8 a character; a quadratic path would cost thousands here. */
const MOST = 40;
const units = [
  '{{',
  '}}',
  '{{{',
  '{',
  '[[',
  ']]',
  '[',
  ']',
  '[[a|',
  '{{a|',
  '{{lang|en|',
  '{{nowrap|[[a|',
  '<ref>',
  '<ref name="a">',
  '</ref>',
  '<ref',
  '<ref/><math>',
  '<ref>a</ref><math><ref />',
  '<source><ref>\n==',
  '<ruby><rt><rp>',
  '<a ',
  '<nowiki>',
  '<rt>',
  '<table>',
  '<!--',
  '-->',
  '<',
  '&',
  '&#',
  '&amp;',
  '{|',
  '\n{|',
  '\n|}',
  '\n{|\n{{',
  '|',
  "'''",
  "'",
  '[http://',
  '[http://a b ',
  '[[http://',
  '[http://{{a ',
  '__',
  '__NOTOC',
  '=',
  '\n==',
  '\n== a ==\n',
  '\n\n',
  '\n\n{{',
  '\n\n[[',
  '\n\n<ref>',
  '（{{x}}',
  '{{x}}、',
  '（',
  '、',
  ' ',
  '\n ',
  '\n:',
  '[[File:',
  '{{formatnum:',
  '{{読み仮名|2=a|1=',
  '-{',
  '}-',
  '-{zh-cn:',
  '\n; a : ',
  '{{Cite|',
  '{{Cite|<!--',
  '{{Cite|<!-- --> <!--\n==a==\n',
  '{{Cite|<ref>\n==a==\n',
  '英: {{x}}、',
  "l'''a''",
  '</ref>',
  'a',
  '漢',
  '\ufdd0',
];

describe('the cost of reading wikitext', () => {
  it.each(units)('is linear for %j over and over', (unit) => {
    const once = measure(unit.repeat(N)).work;
    const twice = measure(unit.repeat(2 * N)).work;
    expect(twice / once).toBeLessThan(2.5);
    expect(twice / (2 * N * unit.length)).toBeLessThan(MOST);
  });

  it('is linear for any mixture, over and over', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...units), { minLength: 2, maxLength: 6 }), (parts) => {
        const unit = parts.join('');
        const text = unit.repeat(Math.ceil(20_000 / unit.length));
        expect(measure(text).work / text.length).toBeLessThan(MOST);
        expect(measure(text + text).work / measure(text).work).toBeLessThan(2.5);
      }),
      { numRuns: 150 },
    );
  });

  it.each([
    ['{{', '}}'],
    ['{{nowrap|', '}}'],
    ['{{lang|en|', '}}'],
    ['{{読み仮名|', '|b}}'],
    ['[[a|', ']]'],
    ['[http://a ', ']'],
    ['{{{', '}}}'],
    ['\n{|\n', '\n|}'],
    ['<table>', '</table>'],
    ['<b>', '</b>'],
    ['（{{x}}', '）'],
  ])('is linear for %j in itself, however deep', (open, close) => {
    const nested = (depth: number) => `${open.repeat(depth)}中${close.repeat(depth)}`;
    const once = measure(nested(N)).work;
    expect(measure(nested(2 * N)).work / once).toBeLessThan(2.5);
    expect(once / nested(N).length).toBeLessThan(MOST);
  });

  it('is linear for every pair of marks and many longer mixtures, over and over', () => {
    const alphabet = [
      '{{',
      '}}',
      '{{{',
      '[[',
      ']]',
      '[',
      '|',
      '<ref>',
      '</ref>',
      '<ref name="',
      '/>',
      '<math>',
      '<!--',
      '-->',
    ];
    alphabet.push(
      '<nowiki>',
      '\n{|',
      '\n|}',
      '<table>',
      '\n',
      '\n==',
      '\n\n',
      "''",
      '[http://',
      '-{',
      '}-',
      ';',
      ':',
      '\n;',
    );
    alphabet.push('&', '__', '（', '、', ' ', 'File:', 'lang|en|', 'nowrap|', 'x|', '=', 'a', '{{#if:', '<', '>');
    const worst = { unit: '', cost: 0 };
    const look = (unit: string): void => {
      const text = unit.repeat(Math.ceil(1500 / unit.length));
      const cost = measure(text).work / text.length;
      if (cost > worst.cost) Object.assign(worst, { unit, cost });
    };
    for (const first of alphabet) for (const second of alphabet) look(first + second);
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...alphabet), { minLength: 3, maxLength: 7 }), (marks) => {
        look(marks.join(''));
      }),
      { numRuns: 3000 },
    );
    expect(worst.cost).toBeLessThan(MOST);
    const measured = (times: number): number => measure(worst.unit.repeat(times)).work;
    expect(measured(40_000) / measured(20_000)).toBeLessThan(2.5);
  });

  it.each([
    '{{',
    '{{lang|en|',
    '{{Cite|',
    '{{{',
    '[[',
    '[[a|',
    '[http://x ',
    "'''",
    '\n{|',
    '<table>',
    '<b>',
    '<ref>',
    '<!--',
    '<nowiki>',
    '-{',
    '（{{x}}',
  ])('reads a million of %j', (unit) => {
    const text = unit.repeat(1_000_000);
    expect(measure(text).work / text.length).toBeLessThan(MOST);
  });

  it('reads templates and links a million deep', () => {
    const deep = (open: string, close: string) => `${open.repeat(1_000_000)}駅${close.repeat(1_000_000)}`;
    expect(plainText(deep('{{nowrap|', '}}'))).toBe('駅');
    expect(plainText(deep('[[a|', ']]'))).toBe('駅');
    expect(plainText(`${deep('{{Cite|', '}}')}港`)).toBe('港');
  });

  it('reads 100,000 open braces, and a template 100,000 deep', () => {
    expect(plainText(`${'{{'.repeat(100_000)}\n\n駅`)).toBe('駅');
    expect(plainText(`${'{{nowrap|'.repeat(100_000)}駅${'}}'.repeat(100_000)}`)).toBe('駅');
  });

  it('never fails, and never leaves its own marks, for any text', () => {
    const text = fc
      .array(fc.oneof(fc.constantFrom(...units), fc.string({ unit: 'binary', maxLength: 5 })), { maxLength: 40 })
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, (wikitext) => {
        const plain = plainText(wikitext);
        expect(plain).not.toMatch(/[\ufdd0-\ufdd2]/);
        expect(plain).toBe(plainText(wikitext));
      }),
      { numRuns: 2000 },
    );
  });

  it('leaves Japanese text without markup as it is', () => {
    const paragraph = fc.array(fc.constantFrom(...'港の朝は早い。「船」（ふね）、・！？『駅』—…1０ 　々〆ヶ'), {
      minLength: 1,
      maxLength: 60,
    });
    fc.assert(
      fc.property(fc.array(paragraph, { maxLength: 6 }), (paragraphs) => {
        const lines = paragraphs.map((chars) => chars.join('').replace(/^ +| +$/g, '')).filter((line) => line !== '');
        expect(plainText(lines.join('\n\n'))).toBe(lines.join('\n'));
      }),
    );
  });
});
