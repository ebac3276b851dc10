// Golden files of wikitext: whole articles in test/golden/wikitext, single rules by language in its folder rules.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { plainText, readerOf } from '../../../src/sources/parse/wikitext/index.ts';

const folder = new URL('../../golden/wikitext/', import.meta.url);
const rules = new URL('rules/', folder);
const ending = (at: URL, end: string): string[] =>
  readdirSync(at)
    .filter((file) => file.endsWith(end) && !file.includes('-changed.'))
    .map((file) => file.slice(0, -end.length));
const read = (file: string, at: URL): string => readFileSync(new URL(file, at), 'utf8');

/** Left beside the golden file for a look; rename it when the change is meant. */
function compare(at: URL, file: string, actual: string): void {
  const changed = new URL(file.replace(/\.(?=[^.]+$)/, '-changed.'), at);
  rmSync(changed, { force: true });
  if (actual !== read(file, at)) writeFileSync(changed, actual);
}

interface Rule {
  readonly name: string;
  readonly wikitext: string;
  readonly text: string;
}

/** `▼ name`, wikitext, `▽`, text; what stands before the first says what the file is about. */
function rulesIn(golden: string): Rule[] {
  return golden
    .split(/^▼ /m)
    .slice(1)
    .map((part) => {
      const [name = '', ...lines] = part.replace(/\n+$/, '').split('\n');
      const middle = lines.indexOf('▽');
      if (middle < 0) throw new Error(`"${name}" has no ▽.`);
      return { name, wikitext: lines.slice(0, middle).join('\n'), text: lines.slice(middle + 1).join('\n') };
    });
}

const files = ending(rules, '.golden').map((name) => {
  const golden = read(`${name}.golden`, rules);
  return { name, about: golden.slice(0, golden.indexOf('\n')), rules: rulesIn(golden) };
});

describe('the plain text of a Japanese article', () => {
  it.each(ending(folder, '.wiki'))('%s is as its golden file says', (name) => {
    const text = `${plainText(read(`${name}.wiki`, folder))}\n`;
    compare(folder, `${name}.txt`, text);
    expect(text).toBe(read(`${name}.txt`, folder));
  });
});

describe.each(files)('$name: $about', ({ name, about, rules: cases }) => {
  const [language = ''] = name.split('-');
  const reader = readerOf({ language });
  const shown = cases.map((rule) => ({ ...rule, actual: plainText(rule.wikitext, { title: '港' }, reader) }));
  const parts = shown.map((rule) => `▼ ${rule.name}\n${rule.wikitext}\n▽\n${rule.actual}\n`);
  compare(rules, `${name}.golden`, `${about}\n\n${parts.join('')}`);
  it.each(shown)('$name', ({ text, actual }) => {
    expect(actual).toBe(text);
  });
});
