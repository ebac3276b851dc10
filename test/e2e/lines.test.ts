// `dedup.lines` as a user meets it: menus of sites go, in one run or with a file counted before.
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Random } from '../../src/trainer/random.ts';
import { cli, outputsOf, recordOf, start, temporaryFolder } from '../helpers/cli.ts';
import { documentText, pipelineText, SLOW } from '../helpers/corpus.ts';

const SITES = 6;
const PAGES = 40;
const MENU = ['ホーム | 会社概要 | アクセス', 'ページの先頭へ戻る'];

let folder: string;
const pipeline = (dedup: string, filters = '[]'): string =>
  `${pipelineText({
    name: 'lines',
    filters,
    dedup,
    stream: '{ open: 3, block: 16KiB }',
    sinks: '[{ jsonl: { shard: 1MB } }]',
  })}plugins: [./slow.mjs]\n`;

beforeAll(async () => {
  folder = await temporaryFolder();
  const random = new Random(9);
  await mkdir(join(folder, 'in'));
  for (let site = 0; site < SITES; site++) {
    const records = Array.from({ length: PAGES }, (_, page) => {
      const text = [...MENU, `${site}番目のサイトの案内`, documentText(site * PAGES + page, random)].join('\n');
      return `${JSON.stringify({ text, url: `https://site${site}.jp/${page}` })}\n`;
    });
    await writeFile(join(folder, `in/${site}.jsonl.gz`), gzipSync(records.join('')));
  }
  await writeFile(join(folder, 'slow.mjs'), SLOW);
  await writeFile(join(folder, 'all.yaml'), pipeline('{ lines: { times: 20, memory: 1MB }, exact: true }'));
});

const run = async (file: string, out: string, ...more: string[]): Promise<void> => {
  const { code, stderr } = await cli(['run', file, '--out', out, ...more], { cwd: folder });
  expect(stderr).toBe('');
  expect(code).toBe(0);
};

async function textsOf(out: string): Promise<string[]> {
  const record = await recordOf(join(folder, out));
  const files = await Promise.all(record.shards.map(({ path }) => readFile(join(folder, out, path), 'utf8')));
  const lines = files
    .join('')
    .split('\n')
    .filter((line) => line !== '');
  return lines.map((line) => z.object({ text: z.string() }).parse(JSON.parse(line)).text);
}

describe('a run with lines', () => {
  it('takes away what recurs, whatever the workers, and says what it counted', async () => {
    await run('all.yaml', 'one', '--workers', '1');
    await run('all.yaml', 'three', '--workers', '3');
    expect(await outputsOf(join(folder, 'three'))).toEqual(await outputsOf(join(folder, 'one')));
    const texts = await textsOf('one');
    expect(texts).toHaveLength(SITES * PAGES);
    for (const text of texts) expect(text).toMatch(/^\d+番目の話。[^\n]*$/);
    const other = await cli(['run', 'all.yaml', '--out', 'three', '--set', 'dedup.lines.times=21'], { cwd: folder });
    expect(other).toMatchObject({ code: 2, stderr: expect.stringContaining('another pipeline') });
    expect((await readFile(join(folder, 'three/log.jsonl'), 'utf8')).match(/survey\.start/g)).toHaveLength(1);
    const { documents, surveys } = await recordOf(join(folder, 'one'));
    expect(documents.read).toBe(SITES * PAGES);
    expect(surveys?.lines).toMatchObject({ documents: SITES * PAGES, lines: 4 * SITES * PAGES, read: SITES * PAGES });
    const told = await cli(['explain', 'files/in/0.jsonl.gz#3', '--run', 'one'], { cwd: folder });
    expect(told.stdout).toMatch(/\[-ホーム \| 会社概要 \| アクセス-\] {3}← lines/);
  });

  it('ends the same after a stop in pass one, where it goes on', async () => {
    await writeFile(
      join(folder, 'slow.yaml'),
      pipeline('{ lines: { times: 20, memory: 1MB }, exact: true }', '[slow]'),
    );
    const { child, ended } = start(['run', 'slow.yaml', '--out', 'cut', '--workers', '1'], { cwd: folder });
    const log = (): Promise<string> => readFile(join(folder, 'cut/log.jsonl'), 'utf8').catch(() => '');
    while (!(await log()).includes('survey.start')) await delay(10);
    await delay(400);
    child.kill('SIGINT');
    expect(await ended).toMatchObject({ code: 130 });
    expect(await log()).not.toContain('survey.done');
    expect((await stat(join(folder, 'cut/state/counting.bin'))).size).toBeGreaterThan(1e6);
    await run('slow.yaml', 'cut');
    expect(await outputsOf(join(folder, 'cut'))).toEqual(await outputsOf(join(folder, 'one')));
    expect((await recordOf(join(folder, 'cut'))).surveys).toEqual((await recordOf(join(folder, 'one'))).surveys);
  });

  it('reads the corpus once with a file that was counted before, to the same end', async () => {
    const counted = await cli(['lines', 'all.yaml', '--out', 'chrome.lines'], { cwd: folder });
    expect(counted).toMatchObject({ code: 0, stdout: expect.stringContaining('960 lines of 240 documents') });
    await run('all.yaml', 'file', '--set', 'dedup.lines.file=chrome.lines');
    expect(await outputsOf(join(folder, 'file'))).toEqual(await outputsOf(join(folder, 'one')));
    expect((await recordOf(join(folder, 'file'))).surveys).toBeUndefined();
    const preview = await cli(
      ['preview', 'all.yaml', '--only', 'lines', '--documents', '6', '--set', 'dedup.lines.file=chrome.lines'],
      { cwd: folder },
    );
    expect(preview.stdout).toContain('[-ページの先頭へ戻る-]');
  });

  it('says what is missing when the file is not there, and what stdin cannot do', async () => {
    const missing = await cli(['check', 'all.yaml', '--set', 'dedup.lines.file=none.lines'], { cwd: folder });
    expect(missing).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('seiryu lines PIPELINE --out none.lines'),
    });
    const piped = await cli(['run', 'all.yaml', '--out', 'pipe', '--set', 'sources=[stdin]'], {
      cwd: folder,
      input: Buffer.from('{"text":"a"}\n'),
    });
    expect(piped).toMatchObject({ code: 2, stderr: expect.stringContaining('reads the corpus twice') });
  });
});
