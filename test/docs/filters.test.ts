// The page on the order of filters: its table is true in both orders, and its pipeline passes `seiryu check`.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parsePlan } from '../../src/pipeline/load.ts';
import { loadRegistry } from '../../src/pipeline/plugins.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/filters.md'), 'utf8');

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'seiryu-docs-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const AROUND = 'sources:\n  - stdin: {}\nsinks:\n  - jsonl: {}\n';

/** The text that the filters leave, or `drop: reason`. */
async function applied(filters: readonly string[], text: string): Promise<string> {
  const yaml = `${AROUND}filters:\n${filters.map((filter) => `  - ${filter}\n`).join('')}`;
  const plan = await parsePlan(yaml, join(folder, 'pipeline.yaml'));
  const registry = await loadRegistry([]);
  let left = text;
  for (const { name, options } of plan.filters) {
    const plugin = registry.filter.get(name);
    if (plugin === undefined) throw new Error(`no filter ${name}`);
    const filter = plugin.create(plugin.options.parse(options), { language: 'ja', baseDir: folder });
    const decision = filter.apply({ id: 'files/a#0', text: left, meta: {} });
    if ('drop' in decision) return `drop: ${name}.${decision.drop}`;
    left = decision.keep;
  }
  return left;
}

/** A cell's text: without the marks of code, with its pipes and line breaks. */
const cellText = (cell: string): string => cell.trim().replaceAll('`', '').replaceAll('\\|', '|').replaceAll('⏎', '\n');

const section = page.slice(page.indexOf('## What the order changes'), page.indexOf('## A full list'));
const rows = section
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) =>
    line
      .slice(1, -1)
      .split(/(?<!\\)\|/u)
      .map(cellText),
  );

describe('the order of filters', () => {
  it('has rows of five cells', () => {
    expect(rows.length).toBeGreaterThanOrEqual(7);
    for (const row of rows) expect(row.length, row.join(' | ')).toBe(5);
  });

  it.each(rows)('%s before %s matters', async (first, then, text, result, otherwise) => {
    expect(result).not.toBe(otherwise);
    expect(await applied([first ?? '', then ?? ''], text ?? '')).toBe(result);
    expect(await applied([then ?? '', first ?? ''], text ?? '')).toBe(otherwise);
  });

  it('names every filter in its steps', async () => {
    const steps = page.slice(page.indexOf('## The order'), page.indexOf('## What the order changes'));
    for (const name of (await loadRegistry([])).filter.keys()) expect(steps).toContain(`\`${name}\``);
  });

  it('ends in a pipeline that passes `seiryu check`', async () => {
    writeFileSync(join(folder, 'blocked-hosts.txt'), 'example.com\n');
    writeFileSync(join(folder, 'evaluation.jsonl'), '{"question":"日本で一番高い山は何でしょうか。"}\n');
    const yaml = /^```yaml\n(.*?)^```$/msu.exec(page)?.[1] ?? '';
    expect((await parsePlan(yaml, join(folder, 'pipeline.yaml'))).filters.length).toBeGreaterThan(10);
  });
});
