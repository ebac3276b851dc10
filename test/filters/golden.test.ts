// Whole pages through the filters: test/golden/<filter>/<page>.in.txt must become <page>.out.txt.
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { boilerplate } from '../../src/filters/boilerplate.ts';
import { breadcrumbs } from '../../src/filters/breadcrumbs.ts';
import { normalize } from '../../src/filters/normalize.ts';
import { stripUrls } from '../../src/filters/strip-urls.ts';
import { rewriter } from './run-filter.ts';

const [repair, strip, navigate, clear] = [
  rewriter(normalize),
  rewriter(stripUrls),
  rewriter(breadcrumbs),
  rewriter(boilerplate),
];

/** `cleaning` is all four in the order of the ready pipelines. */
const folders: Readonly<Record<string, (text: string) => string>> = {
  normalize: repair,
  'strip-urls': strip,
  breadcrumbs: navigate,
  boilerplate: clear,
  cleaning: (text) => clear(navigate(strip(repair(text)))),
};

describe.each(Object.entries(folders))('%s', (folder, clean) => {
  const base = new URL(`../golden/${folder}/`, import.meta.url);
  const pages = readdirSync(base)
    .filter((name) => name.endsWith('.in.txt'))
    .map((name) => name.slice(0, -'.in.txt'.length));

  it.each(pages)('cleans the page %s as it did', (page) => {
    const file = (kind: string) => new URL(`${page}${kind}.txt`, base);
    const got = clean(readFileSync(file('.in'), 'utf8'));
    const wanted = existsSync(file('.out')) ? readFileSync(file('.out'), 'utf8').replace(/\n$/, '') : undefined;
    // Left beside the right one, to be looked at and, when it is better, to take its place.
    rmSync(file('-changed'), { force: true });
    if (got !== wanted) writeFileSync(file('-changed'), `${got}\n`);
    expect(got).toBe(wanted);
  });
});
