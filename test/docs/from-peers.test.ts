// The pages for who comes from another tool: every pipeline and every option that they name is one that Seiryu takes.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parsePlan } from '../../src/pipeline/load.ts';
import { loadRegistry } from '../../src/pipeline/plugins.ts';

const docs = join(import.meta.dirname, '../../docs');
const pages = readdirSync(docs).filter((name) => name.startsWith('from-') && name.endsWith('.md'));

/** Bodies of the fenced blocks of a language, in order. */
const blocks = (page: string, language: string): string[] =>
  [...page.matchAll(/^```(\w+)\n(.*?)^```$/gmsu)].flatMap(([, name, body]) =>
    name === language && body !== undefined ? [body] : [],
  );

const withoutBlocks = (page: string): string => page.replaceAll(/^```\w*\n.*?^```$/gmsu, '');

/** `length: { min: 200 }` in running text and tables. */
const inlineOptions = (page: string): { plugin: string; yaml: string }[] =>
  [...withoutBlocks(page).matchAll(/`(([a-z][a-z0-9-]*): \{[^`]*\})`/gu)].flatMap(([, yaml, plugin]) =>
    yaml === undefined || plugin === undefined ? [] : [{ plugin, yaml }],
  );

/** Every value under a key `files`, wherever it stands. */
function filesIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(filesIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, held]) =>
    key === 'files' && Array.isArray(held) ? held.map(String) : filesIn(held),
  );
}

const contents = (name: string): string =>
  name.endsWith('.jsonl') ? '{"question":"日本で一番高い山は何でしょうか。"}\n' : 'example.com\n';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'seiryu-docs-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Checks a pipeline file as `seiryu check` does, with the files that it names beside it. */
async function check(yaml: string, typescript: readonly string[] = []) {
  const base = mkdtempSync(join(folder, 'page-'));
  for (const name of filesIn(parse(yaml))) {
    mkdirSync(dirname(join(base, name)), { recursive: true });
    writeFileSync(join(base, name), contents(name));
  }
  for (const body of typescript) writeFileSync(join(base, /^\/\/ (\S+\.ts):/u.exec(body)?.[1] ?? 'unnamed.ts'), body);
  return parsePlan(yaml, join(base, 'pipeline.yaml'));
}

describe.each(pages)('docs/%s', (name) => {
  const page = readFileSync(join(docs, name), 'utf8');

  it('translates a pipeline that passes `seiryu check`', async () => {
    const pipelines = blocks(page, 'yaml');
    expect(pipelines.length).toBeGreaterThan(0);
    for (const yaml of pipelines)
      expect((await check(yaml, blocks(page, 'ts'))).filters.length, yaml).toBeGreaterThan(1);
  });

  it('names only options that the filters and dedupers have', async () => {
    const registry = await loadRegistry([]);
    const named = inlineOptions(page);
    const filters = named.filter(({ plugin }) => registry.filter.has(plugin));
    const dedupers = named.filter(({ plugin }) => registry.deduper.has(plugin));
    expect(filters.length).toBeGreaterThan(5);
    expect(dedupers.length).toBeGreaterThan(0);
    expect(named.filter((one) => !filters.includes(one) && !dedupers.includes(one))).toEqual([]);
    const around = 'sources:\n  - stdin: {}\nsinks:\n  - jsonl: {}\n';
    for (const { yaml } of filters) await check(`${around}filters:\n  - ${yaml}\n`);
    for (const { yaml } of dedupers) await check(`${around}dedup:\n  ${yaml}\n`);
  });

  it('shows plugins that do what their examples say', async () => {
    for (const body of blocks(page, 'ts')) {
      const file = join(mkdtempSync(join(folder, 'plugin-')), 'plugin.ts');
      writeFileSync(file, body);
      const name = /name: '([^']+)'/u.exec(body)?.[1] ?? '';
      const plugin = (await loadRegistry([file])).filter.get(name);
      if (plugin === undefined) throw new Error(`no filter ${name} on the page`);
      expect(plugin.examples.length, name).toBeGreaterThan(0);
      for (const { input, options, output } of plugin.examples) {
        const filter = plugin.create(plugin.options.parse(options ?? {}), { language: 'ja', baseDir: folder });
        expect(filter.apply({ id: 'files/a#0', text: input, meta: {} })).toEqual(output);
      }
    }
  });

  it('links to pages and to plugins that exist', async () => {
    const registry = await loadRegistry([]);
    const kinds = { filters: 'filter', sources: 'source', sinks: 'sink', dedup: 'deduper' } as const;
    const links = [...page.matchAll(/\]\((?!https?:)([^)#\s]+)(?:#([^)\s]+))?\)/gu)];
    expect(links.length).toBeGreaterThan(0);
    for (const [link, path = '', anchor] of links) {
      expect(() => readFileSync(join(docs, path)), link).not.toThrow();
      const kind = Object.entries(kinds).find(([file]) => path === `reference/${file}.md`)?.[1];
      if (kind !== undefined && anchor !== undefined) expect(registry[kind].has(anchor), link).toBe(true);
    }
  });
});

it('there is a page for each of the four tools, and the README names them', () => {
  expect(pages).toEqual(['from-datatrove.md', 'from-dolma.md', 'from-hojichar.md', 'from-swallow.md']);
  const readme = readFileSync(join(docs, '../README.md'), 'utf8');
  for (const page of pages) expect(readme).toContain(`(docs/${page})`);
});
