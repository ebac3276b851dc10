// Whole articles: every line of their plain text stands in test/golden/wikitext.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { plainText } from '../../../src/sources/parse/wikitext/index.ts';

const folder = new URL('../../golden/wikitext/', import.meta.url);
const names = readdirSync(folder)
  .filter((file) => file.endsWith('.wiki'))
  .map((file) => file.slice(0, -'.wiki'.length));

describe('the plain text of a Japanese article', () => {
  it.each(names)('%s is as its golden file says', (name) => {
    const read = (file: string) => readFileSync(new URL(file, folder), 'utf8');
    const changed = new URL(`${name}-changed.txt`, folder);
    const text = `${plainText(read(`${name}.wiki`))}\n`;
    rmSync(changed, { force: true });
    // Left beside the golden file for a look; rename it when the change is meant.
    if (text !== read(`${name}.txt`)) writeFileSync(changed, text);
    expect(text).toBe(read(`${name}.txt`));
  });
});
