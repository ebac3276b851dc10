// Patterns in the cards of datasets: what they match, against a plain definition, and at what cost.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchesName, matchingFiles, type Tree } from '../../../src/sources/published/globs.ts';

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

/** A tree of these paths that notes which folders were looked into. */
function treeOf(paths: readonly string[]): { tree: Tree<string>; looked: string[] } {
  const looked: string[] = [];
  const inside = (folder: string): string[] =>
    paths
      .filter((path) => folder === '' || path.startsWith(`${folder}/`))
      .map((path) => path.slice(folder === '' ? 0 : folder.length + 1));
  const at = (folder: string, name: string): string => (folder === '' ? name : `${folder}/${name}`);
  return {
    looked,
    tree: {
      files: async (folder) => {
        looked.push(folder);
        return inside(folder)
          .filter((rest) => !rest.includes('/'))
          .map((name) => at(folder, name));
      },
      folders: async (folder) =>
        [...new Set(inside(folder).flatMap((rest) => (rest.includes('/') ? [rest.split('/')[0] ?? ''] : [])))].map(
          (name) => at(folder, name),
        ),
    },
  };
}

describe('a pattern of paths', () => {
  const paths = [
    'a.parquet',
    'data/ja/x-1.parquet',
    'data/ja/y.parquet',
    'data/en/x-2.parquet',
    'data/en/old/x-3.parquet',
  ];

  it.each([
    ['a.parquet', ['a.parquet']],
    ['./data/ja/x-*.parquet', ['data/ja/x-1.parquet']],
    ['data/*/x-*.parquet', ['data/en/x-2.parquet', 'data/ja/x-1.parquet']],
    ['data/*/*/*', ['data/en/old/x-3.parquet']],
    ['**/x-?.parquet', ['data/en/old/x-3.parquet', 'data/en/x-2.parquet', 'data/ja/x-1.parquet']],
    ['data/**', paths.slice(1)],
    ['**/**/old/**/x-3.parquet', ['data/en/old/x-3.parquet']],
    ['data/[a-i]*/old/*', ['data/en/old/x-3.parquet']],
    ['none/*/x', []],
  ])('%s matches %j', async (pattern, expected) => {
    const found = await matchingFiles(pattern, treeOf(paths).tree, (path) => path);
    expect(found.sort()).toEqual([...expected].sort());
  });

  it('leads only into the folders that it may match in', async () => {
    const { tree, looked } = treeOf(paths);
    await matchingFiles('data/ja/*.parquet', tree, (path) => path);
    expect(looked).toEqual(['data/ja']);
  });

  it('looks into each folder once, however many stars, and not without end', async () => {
    const looked: string[] = [];
    const endless: Tree<string> = {
      files: async (folder) => {
        looked.push(folder);
        return [];
      },
      folders: async (folder) => [`${folder}/up`],
    };
    await matchingFiles('**/**/**/x', endless, (path) => path);
    expect(new Set(looked).size).toBe(looked.length);
    expect(looked.length).toBeLessThan(60);
  });
});
