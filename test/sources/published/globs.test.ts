// Patterns in the cards of datasets: what they match, against a plain definition, and at what cost.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchesName, splitPattern } from '../../../src/sources/published/globs.ts';

/** By regular expression: slow on hostile patterns, right on short ones. */
function expected(pattern: string, name: string): boolean {
  const source = pattern.replace(/\*+|\?|[^*?]/gu, (token) =>
    token.startsWith('*') ? '.*' : token === '?' ? '.' : token.replace(/[\\^$.|+()[\]{}/-]/g, '\\$&'),
  );
  return new RegExp(`^${source}$`, 'su').test(name);
}

describe('a pattern of names', () => {
  it('matches as its parts say, stars anything', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '.', '部', '-'), maxLength: 8 });
    const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '.', '部', '*', '?'), maxLength: 8 });
    fc.assert(
      fc.property(pattern, text, (p, t) => {
        expect(matchesName(p, t)).toBe(expected(p, t));
      }),
      { numRuns: 3000 },
    );
  });

  it.each([
    ['train-*.parquet', 'train-00000-of-00002.parquet', true],
    ['train-*.parquet', 'test-00000-of-00002.parquet', false],
    ['part-[0-9].jsonl', 'part-7.jsonl', true],
    ['part-[0-9].jsonl', 'part-x.jsonl', false],
    ['part-[!0-9].jsonl', 'part-x.jsonl', true],
    ['part-[a-cx].jsonl', 'part-x.jsonl', true],
    ['a[b', 'a[b', true],
    ['', '', true],
    ['*', '', true],
  ])('%s on %s: %s', (pattern, name, matches) => {
    expect(matchesName(pattern, name)).toBe(matches);
  });

  it('costs no more than the product of its lengths, however hostile', () => {
    const name = 'a'.repeat(2000);
    expect(matchesName(`${'a*'.repeat(500)}b`, name)).toBe(false);
    expect(matchesName(`${'*a'.repeat(500)}*`, name)).toBe(true);
  });
});

describe('a pattern of paths', () => {
  it('is a folder and names in it, unless the folder is a pattern', () => {
    expect(splitPattern('data/ja/train-*.parquet')).toEqual({ folder: 'data/ja', name: 'train-*.parquet' });
    expect(splitPattern('./train.jsonl')).toEqual({ folder: '', name: 'train.jsonl' });
    expect(splitPattern('*/train.jsonl')).toBeUndefined();
    expect(splitPattern('data/**/x.jsonl')).toBeUndefined();
  });
});
