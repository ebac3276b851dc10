// Patterns of templates: what they show, and what is wrong with those that are none.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainText, readerOf } from '../../../../src/sources/parse/wikitext/index.ts';
import { patternProblem, readPattern } from '../../../../src/sources/parse/wikitext/patterns.ts';

const shown = (pattern: string, call: string): string =>
  plainText(`前${call}後`, {}, readerOf({ templates: { t: pattern } }));

describe('a pattern', () => {
  it.each([
    ['{1}', '{{t|甲}}', '前甲後'],
    ['{1}', '{{t|1=甲}}', '前甲後'],
    ['{1}', '{{T | 甲 |乙}}', '前甲後'],
    ['{label|2|1}', '{{t|甲|乙}}', '前乙後'],
    ['{label|2|1}', '{{t|甲|label=丙}}', '前丙後'],
    ['「{1}」', '{{t|[[甲|乙]]<ref>x</ref>}}', '前「乙」後'],
    ['{1}[（{2}）]', '{{t|甲|}}', '前甲後'],
    ['{1}[（{2}[・{3}]）]', '{{t|甲|乙|丙}}', '前甲（乙・丙）後'],
    ['{1}[（{2}[・{3}]）]', '{{t|甲|3=丙}}', '前甲後'],
    ['[{1}][、{2}]', '{{t|2=乙}}', '前、乙後'],
    ['{2}{1}', '{{t|甲|乙}}', '前乙後'],
    ['固定', '{{t}}', '前固定後'],
    ['', '{{t|甲}}', '前後'],
  ])('%j shows %s as %s', (pattern, call, text) => {
    expect(shown(pattern, call)).toBe(text);
  });

  it('goes before the templates that are known, by any spelling of the name', () => {
    const reader = readerOf({ language: 'ja', templates: { '仮リンク 例': '{2}', Lang: '' } });
    expect(plainText('{{仮リンク_例|甲|乙}}{{lang|en|a}}{{仮リンク|丙}}', {}, reader)).toBe('乙丙');
  });

  it.each([
    ['{1', '"{" without "}"'],
    ['1}', '"}" without "{"'],
    ['[{1}', '"[" without "]"'],
    ['{1}]', '"]" without "["'],
    ['{}', 'names no parameter'],
    ['{a|}', 'names no parameter'],
    ['[[[[{1}]]]]', 'nests more than'],
  ])('%j is none: %s', (pattern, problem) => {
    expect(patternProblem(pattern)).toContain(problem);
    expect(() => readPattern(pattern)).toThrow(problem);
  });

  it('is read whole, or its problem is told, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('{', '}', '[', ']', '|', '1', 'a', 'あ') }), (pattern) => {
        if (patternProblem(pattern) !== undefined) return;
        const text = JSON.stringify(readPattern(pattern));
        for (const char of pattern.replace(/[{}[\]|]/g, '')) expect(text).toContain(char);
      }),
    );
  });
});
