import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { RunRecord } from '../../src/engine/record.ts';
import { Random } from '../../src/trainer/random.ts';
import { cli, outputsOf, recordOf, start, temporaryFolder } from '../helpers/cli.ts';
import { documentText } from '../helpers/corpus.ts';

/** Documents of the corpus; every fifth repeats an earlier one, every seventh nearly. */
const COUNT = 600;
const FILES = 4;

/** Texts in the order of `files`: file by file. */
function corpus(): string[][] {
  const random = new Random(21);
  const texts = Array.from({ length: COUNT }, (_, number) => documentText(number, random));
  for (let number = 10; number < COUNT; number++) {
    const earlier = texts[Math.floor(random.next() * number)] ?? '';
    if (number % 5 === 0) texts[number] = earlier;
    else if (number % 7 === 0) texts[number] = `${earlier}おわりに一言だけ。`;
  }
  return Array.from({ length: FILES }, (_, file) =>
    texts.filter((__, number) => Math.floor(number / (COUNT / FILES)) === file),
  );
}

const pipeline = (dedup: string, glob = 'texts/*.jsonl'): string => `name: across
sources: [files: { glob: ${JSON.stringify(glob)} }]
stream: { open: 3, block: 4KB }
filters: [length: { min: 10 }]
dedup: ${dedup}
disk: { budget: 100MB, reserve: 10MB }
sinks: [jsonl: { shard: 50KB }]
`;

const kept = z.object({ id: z.string(), text: z.string() });

async function keptBy(dir: string, record: RunRecord): Promise<z.output<typeof kept>[]> {
  const texts = await Promise.all(record.shards.map(({ path }) => readFile(join(dir, path), 'utf8')));
  return texts
    .join('')
    .split('\n')
    .filter(Boolean)
    .map((line) => kept.parse(JSON.parse(line)));
}

const both = 'exact: true, minhash: true';
const files = corpus();
let cwd: string;
const at = (name: string): string => join(cwd, name);
const run = (...args: string[]) => cli(['run', ...args], { cwd });

beforeAll(async () => {
  cwd = await temporaryFolder();
  await mkdir(at('texts'));
  for (const [file, texts] of files.entries())
    await writeFile(at(`texts/${file}.jsonl`), texts.map((text) => `${JSON.stringify({ text })}\n`).join(''));
  await writeFile(at('global.yaml'), pipeline(`{ mode: global, ${both} }`));
  await writeFile(at('first.yaml'), pipeline(`{ ${both} }`, 'texts/[01].jsonl'));
});

describe('the global mode', () => {
  let whole: RunRecord;

  it('keeps the first of each cluster in source order, though shards are read side by side', async () => {
    expect(await run('global.yaml', '--out', 'whole', '--workers', '2')).toMatchObject({ code: 0 });
    whole = await recordOf(at('whole'));
    expect(whole.firstPass).toMatchObject({
      documents: { read: COUNT, signed: COUNT },
      bytes: { decoded: whole.bytes.decoded },
      decided: { signed: COUNT, kept: whole.documents.kept },
    });
    // A text that stands in several files is kept from the first of them, at its first place there.
    const all = files.flatMap((texts, file) =>
      texts.map((text, ordinal) => ({ text, id: `files/texts/${file}.jsonl#${ordinal}` })),
    );
    const documents = await keptBy(at('whole'), whole);
    expect(documents.length).toBe(whole.documents.kept);
    expect(documents.length).toBeLessThan(0.8 * COUNT);
    for (const { id, text } of documents) expect(all.find((each) => each.text === text)?.id).toBe(id);
  }, 180_000);

  it('gives the same bytes for any number of workers, and after being killed at any moment of either pass', async () => {
    const random = new Random(Math.floor(Math.random() * 2 ** 32));
    let kills = 0;
    for (let attempt = 0; attempt < 2; attempt++) {
      const { child, ended } = start(['run', 'global.yaml', '--out', 'cut', '--workers', '1'], { cwd });
      await delay(250 + 700 * random.next());
      child.kill('SIGKILL');
      if ((await ended).signal !== 'SIGKILL') break;
      kills++;
    }
    expect(await run('global.yaml', '--out', 'cut', '--workers', '1')).toMatchObject({ code: 0 });
    expect(kills).toBeGreaterThan(0);
    expect(await outputsOf(at('cut'))).toEqual(await outputsOf(at('whole')));
    const { documents, bytes, firstPass } = await recordOf(at('cut'));
    expect({ documents, bytes, firstPass }).toEqual({
      documents: whole.documents,
      bytes: whole.bytes,
      firstPass: whole.firstPass,
    });
  }, 180_000);

  it('refuses a file that changed between its passes', async () => {
    await rm(at('whole/run.json'));
    await rm(at('whole/state/journal.bin'));
    const path = at('texts/3.jsonl');
    const before = await readFile(path, 'utf8');
    await writeFile(path, before.replace('"text"', '"tekt"'));
    const ended = await run('global.yaml', '--out', 'whole');
    await writeFile(path, before);
    expect(ended).toMatchObject({ code: 3, stderr: expect.stringContaining('[source.changed]') });
  }, 180_000);
});

describe('earlier runs', () => {
  it('are what a new run is compared with: together the two keep what one run of all would', async () => {
    expect(await run('first.yaml', '--out', 'earlier')).toMatchObject({ code: 0 });
    const sizes = await outputsOf(at('earlier'));
    await writeFile(at('next.yaml'), pipeline(`{ against: [earlier], ${both} }`, 'texts/[0123].jsonl'));
    expect(await run('next.yaml', '--out', 'next')).toMatchObject({ code: 0 });
    const [earlier, next] = [await recordOf(at('earlier')), await recordOf(at('next'))];
    const { dropped } = next.documents;
    expect(dropped['exact.earlier-run']).toBeGreaterThan(earlier.documents.kept - 1);
    expect(dropped['minhash.earlier-run']).toBeGreaterThan(0);
    const texts = new Set((await keptBy(at('earlier'), earlier)).map(({ text }) => text));
    const fresh = await keptBy(at('next'), next);
    expect(fresh.length).toBeGreaterThan(50);
    for (const { text } of fresh) expect(texts.has(text)).toBe(false);
    expect(await outputsOf(at('earlier'))).toEqual(sizes);
    expect(await stat(at('earlier/run.json'))).toBeDefined();
  }, 180_000);

  it('may be index files, built from a run or from files, and merged', async () => {
    const index = (...args: string[]) => cli(['index', ...args], { cwd });
    expect(await index('build', 'earlier', '--out', 'a.index')).toMatchObject({ code: 0 });
    const built = await index(
      'build',
      'texts/2.jsonl',
      'texts/3.jsonl',
      '--pipeline',
      'first.yaml',
      '--out',
      'b.index',
      '--json',
    );
    expect(JSON.parse(built.stdout)).toMatchObject({ documents: COUNT / 2, inputs: [{ documents: COUNT / 2 }] });
    expect(await index('merge', 'a.index', 'b.index', '--out', 'ab.index')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/algorithm one-permutation · shingle 5 · .*bands 14 · rows 8/u),
    });
    await writeFile(at('none.yaml'), pipeline(`{ against: [ab.index], ${both} }`));
    expect(await run('none.yaml', '--out', 'none')).toMatchObject({ code: 0 });
    expect((await recordOf(at('none'))).documents).toMatchObject({ read: COUNT, kept: 0 });
    // The same in two passes.
    await writeFile(at('none.yaml'), pipeline(`{ mode: global, against: [a.index], ${both} }`));
    expect(await run('none.yaml', '--out', 'none', '--fresh')).toMatchObject({ code: 0 });
    const global = (await recordOf(at('none'))).documents;
    expect(global.dropped['exact.earlier-run']).toBe(
      (await recordOf(at('next'))).documents.dropped['exact.earlier-run'],
    );
    expect(global.kept).toBeGreaterThan(50);
  }, 180_000);

  it('are refused with other parameters, and when they changed since the run began', async () => {
    await writeFile(at('rows.yaml'), pipeline('{ against: [a.index], minhash: { rows: 4 } }'));
    const other = await run('rows.yaml', '--out', 'rows');
    expect(other).toMatchObject({ code: 2, stderr: expect.stringContaining('rows is 8 in the index and 4 here') });
    // The folder holds a run that is not done, and the index is another one than it began with.
    await rm(at('none/run.json'));
    await writeFile(at('a.index'), await readFile(at('ab.index')));
    const changed = await run('none.yaml', '--out', 'none');
    expect(changed).toMatchObject({ code: 2, stderr: expect.stringContaining('[run.other_earlier]') });
  }, 180_000);

  it('are named when a document is explained', async () => {
    const { stdout, code } = await cli(['explain', 'files/texts/0.jsonl#0', '--run', 'next'], { cwd });
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /dropped by exact: an earlier run holds it: .*earlier, document 0, files\/texts\/0\.jsonl#0/u,
    );
    expect(stdout).toContain('that begins: 0番目の話。');
  }, 180_000);
});
