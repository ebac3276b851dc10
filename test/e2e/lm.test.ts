// `seiryu lm` as a user meets it: from texts to a model, from the model to a pipeline that keeps the better part.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { cli, recordOf, temporaryFolder } from '../helpers/cli.ts';

const subjects = ['父', '母', '祖父', '叔母', '犬', '駅員', '店主', '先生'];
const places = ['裏の山', '川のそば', '古い水車の小屋', '図書館', '隣町の市場', '港'];
const acts = [
  '昼まで休んだ',
  '手紙を読んだ',
  '米を搗いた',
  '写真を撮った',
  '友人を待った',
  '本を借りた',
  '歌をうたった',
];

/** Sentences of one small grammar; the first `count` of them. */
const prose = (count: number): string[] =>
  Array.from({ length: count }, (_, at) => {
    const sentence = (n: number) => `${subjects[n % 8]}は${places[(n >> 3) % 6]}で${acts[n % 7]}。`;
    return sentence(at * 7) + sentence(at * 11 + 3);
  });
const noise = (count: number): string[] =>
  Array.from({ length: count }, (_, at) =>
    Array.from({ length: 30 }, (_, unit) => String.fromCharCode(0x4e00 + ((at * 911 + unit * 7919) % 20_000))).join(''),
  );

const jsonl = (texts: readonly string[]): string => texts.map((text) => `${JSON.stringify({ text })}\n`).join('');

let cwd: string;
beforeAll(async () => {
  cwd = await temporaryFolder();
  await mkdir(join(cwd, 'texts'));
  await writeFile(join(cwd, 'texts/good.jsonl'), jsonl(prose(400)));
  await writeFile(join(cwd, 'texts/good.txt'), prose(400).join('\n\n'));
  await writeFile(join(cwd, 'mixed.jsonl'), jsonl([...prose(60).reverse(), ...noise(40)]));
});

const pipeline = (model: string): string => `name: p
sources:
  - files: { glob: mixed.jsonl }
filters:
  - perplexity: { model: ${model}, keep: [head, middle], head: 20, middle: 200 }
sinks:
  - text: {}
`;

describe('seiryu lm', () => {
  it('trains a model, the same bytes each time, and measures texts with it', async () => {
    const first = await cli(['lm', 'texts/good.jsonl', '--out', 'a.lm', '--memory', '20MB'], { cwd });
    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(first.stdout).toContain('from 400 documents');
    await cli(['lm', 'texts/*.txt', '--out', 'b.lm', '--memory', '20MB'], { cwd });
    expect((await readFile(join(cwd, 'b.lm'))).equals(await readFile(join(cwd, 'a.lm')))).toBe(true);
    const measured = await cli(['lm', 'mixed.jsonl', '--measure', 'a.lm'], { cwd });
    expect(measured.stdout).toMatch(/^100 documents/);
    expect(measured.stdout).toMatch(/bounds: head \d+\.\d, middle \d+\.\d/);
  });

  it('lets a pipeline keep what the model expects, with as many workers as there are', async () => {
    await writeFile(join(cwd, 'p.yaml'), pipeline('a.lm'));
    const ended = await cli(['run', 'p.yaml', '--workers', '2'], { cwd });
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    const record = await recordOf(join(cwd, 'runs/p'));
    expect(record.documents).toMatchObject({ read: 100, kept: 60, dropped: { 'perplexity.tail': 40 } });
    // The model is held once, whatever the workers, and check tells beforehand how much it takes.
    const size = (await readFile(join(cwd, 'a.lm'))).length;
    expect(record.memory.tables).toBeGreaterThan(0.5 * size);
    expect(record.memory.tables).toBeLessThanOrEqual(size);
    expect((await cli(['check', 'p.yaml'], { cwd })).stdout).toMatch(/memory of perplexity: [\d.]+ kB, once for all/);
  });

  it('trains on what a pipeline gives', async () => {
    const flags = ['--out', 'c.lm', '--memory', '20MB', '--smoothing', 'kneser-ney', '--json'];
    const ended = await cli(['lm', 'p.yaml', ...flags], { cwd });
    expect(JSON.parse(ended.stdout)).toMatchObject({ file: 'c.lm', documents: 60, smoothing: 'kneser-ney' });
  });

  it('says what is missing before a run begins', async () => {
    await writeFile(join(cwd, 'q.yaml'), pipeline('none.lm'));
    const checked = await cli(['check', 'q.yaml'], { cwd });
    expect(checked.code).toBe(2);
    expect(checked.stderr).toContain('none.lm');
    expect(checked.stderr).toContain('5:');
    expect(await cli(['lm', 'mixed.jsonl'], { cwd })).toMatchObject({ code: 2 });
    expect(await cli(['lm', 'nothing-*.jsonl', '--out', 'd.lm'], { cwd })).toMatchObject({ code: 3 });
  });
});
