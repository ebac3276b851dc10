// Pages of random markup read as they were when test/golden/wikitext/random.txt was written: by an earlier reader, built otherwise.
import { createHash } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readerOf, readPage } from '../../../../src/sources/parse/wikitext/index.ts';
import { randomPages } from '../../../helpers/random-wikitext.ts';

const PAGES = 100;
const golden = new URL('../../../golden/wikitext/random.txt', import.meta.url);
/** Left beside the golden file when pages read otherwise; it takes its place when that is meant. */
const changed = new URL('../../../golden/wikitext/random-changed.txt', import.meta.url);

/** One line a set of pages: the language of the wiki, what becomes of headings, the set, the digest of its texts. */
function digestOf(language: string, headings: 'keep' | 'drop', set: number): string {
  const reader = readerOf({ language, headings });
  const hash = createHash('sha256');
  for (const page of randomPages(`${language} ${headings} ${set}`, PAGES)) {
    const title = page.length % 2 === 0 ? { title: "港''町''" } : {};
    hash.update(`${JSON.stringify(readPage(page, title, reader))}\n`);
  }
  return `${language || 'any'} ${headings} ${set} ${hash.digest('hex').slice(0, 32)}`;
}

const lines = ['ja', 'en', 'zh', 'de', ''].flatMap((language) =>
  [1, 2].flatMap((set) => [digestOf(language, 'keep', set), digestOf(language, 'drop', set)]),
);

describe('pages of random markup', () => {
  const text = `${lines.join('\n')}\n`;
  const recorded = readFileSync(golden, 'utf8');
  rmSync(changed, { force: true });
  if (text !== recorded) writeFileSync(changed, text);
  it.each(lines.map((line) => line.split(' ')))('of the %s wiki, headings: %s, set %s, read as recorded', (...line) => {
    expect(recorded.split('\n')).toContain(line.join(' '));
  });
});
