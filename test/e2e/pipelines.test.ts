// The ready pipeline files, each run on the bundled sample (and a few English pages) in place of its corpora.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse, parseDocument } from 'yaml';
import type { RunRecord } from '../../src/engine/record.ts';
import { cli, recordOf, SAMPLE, temporaryFolder } from '../helpers/cli.ts';
import { sampleSources } from '../helpers/sample.ts';

const PIPELINES = fileURLToPath(new URL('../../pipelines/', import.meta.url));

const ENGLISH = `The river rises in the hills above the village and runs clear for most of the year. In spring, when the snow melts, it carries more water than the old bridge was built for, and the people who live beside it move their boats to higher ground. A miller settled here about two hundred years ago because the current was steady. His wheel has been repaired many times, but the stones are still the ones that he brought with him from the coast.

Visitors often ask why the water is so clear. The answer lies in the gravel, which is deep and old, and in the beds of reeds that slow the current down before it reaches the sea. Nobody planned any of this; it is the work of many floods. The council measured the water for the first time in the spring of that year, and it has done so every month since then. The results are kept in the library, where anyone may read them.`;
const ENGLISH_PAGES = [
  { text: `Home > Rivers > Notes\n${ENGLISH}\nRead more`, url: 'https://example.com/river' },
  { text: 'お問い合わせはこちらからお願いします。清流が静かに流れる川のほとりで本を読みます。'.repeat(8) },
  { text: 'buy now buy now '.repeat(200) },
  { text: 'Menu\nLogin\nCart\nContact' },
];

const records = new Map<string, RunRecord>();
const texts = new Map<string, string>();

/** The file with the sample's sources; without trainer, and so without what only a trainer consumes. */
async function runReady(name: string): Promise<void> {
  const folder = await temporaryFolder();
  const file = parseDocument(await readFile(join(PIPELINES, `${name}.yaml`), 'utf8'));
  await writeFile(join(folder, 'en.jsonl'), ENGLISH_PAGES.map((page) => `${JSON.stringify(page)}\n`).join(''));
  const sample: unknown = parse(sampleSources(SAMPLE));
  const english = [{ files: { glob: 'en.jsonl' } }];
  file.set('sources', name === 'en' ? english : name === 'multilingual' ? [...[sample].flat(), ...english] : sample);
  file.delete('trainer');
  file.set('disk', { budget: '1GB', reserve: 0 });
  file.set('sinks', [{ jsonl: {} }]);
  await writeFile(join(folder, `${name}.yaml`), String(file));
  const { code, stderr } = await cli(['run', join(folder, `${name}.yaml`), '--out', join(folder, 'out')]);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  records.set(name, await recordOf(join(folder, 'out')));
  texts.set(name, await readFile(join(folder, 'out/shards/00000.jsonl'), 'utf8'));
}

const names = ['ja-gpt', 'mc4-ja', 'commoncrawl-ja', 'ja-strict', 'en', 'multilingual'];

beforeAll(async () => {
  for (const name of names) await runReady(name);
}, 240_000);

const keptOf = (name: string): number => records.get(name)?.documents.kept ?? 0;

describe('ready pipelines', () => {
  it.each(names.filter((name) => name !== 'en'))('%s cleans the sample’s Japanese', (name) => {
    expect(keptOf(name)).toBeGreaterThan(100);
    for (const gone of ['お問い合わせ - リンク -', '続きを読む »', '■□■□', 'Copyright ©'])
      expect(texts.get(name)).not.toContain(gone);
    expect(texts.get(name)).toContain('。');
  });

  it('ja-strict keeps less than ja-gpt', () => {
    expect(keptOf('ja-strict')).toBeLessThan(keptOf('ja-gpt'));
  });

  it('en keeps English prose without its menu, and nothing else', () => {
    expect(records.get('en')?.documents).toMatchObject({ read: 4, kept: 1 });
    const { text } = JSON.parse(texts.get('en') ?? '');
    expect(text).toContain('The river rises in the hills');
    expect(text).not.toContain('Home > Rivers');
    expect(text).not.toContain('Read more');
  });

  it('multilingual keeps Japanese and English in one run', () => {
    expect(texts.get('multilingual')).toContain('The river rises in the hills');
    expect(keptOf('multilingual')).toBeGreaterThan(1000);
  });
});
