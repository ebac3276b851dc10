// `seiryu sources` and runs of the sources that are no files on a server: what a user sees.
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { plugins } from '../../src/registry.gen.ts';
import { Random } from '../../src/trainer/random.ts';
import { cli, outputsOf, recordOf, SAMPLE, start, temporaryFolder } from '../helpers/cli.ts';
import { documentText, type PipelineText, pipelineText, SLOW } from '../helpers/corpus.ts';
import { startHub } from '../helpers/true-servers/hub.ts';
import { startCommonCrawl } from '../helpers/true-servers/plain-hosts.ts';
import { wetFile } from '../helpers/wet.ts';

const sources = plugins.filter((plugin) => plugin.kind === 'source');
const shard = (number: number): string =>
  `multilingual/c4-ja.tfrecord-${String(number).padStart(5, '0')}-of-00003.json.gz`;

/** Kills a run of p.yaml into the folder cut after its first commits. */
async function killMidway(cwd: string, options: { input?: Uint8Array } = {}): Promise<void> {
  const { child, ended } = start(['run', 'p.yaml', '--out', 'cut', '--workers', '1'], { cwd, ...options });
  const committed = async (): Promise<boolean> =>
    (await stat(join(cwd, 'cut/state/journal.bin')).catch(() => ({ size: 0 }))).size > 2000;
  while (child.exitCode === null && !(await committed())) await delay(5);
  child.kill('SIGKILL');
  expect((await ended).signal).toBe('SIGKILL');
}

describe('seiryu sources', () => {
  it('lists every corpus with its licence, and what of it needs a token', async () => {
    const { code, stdout } = await cli(['sources']);
    expect(code).toBe(0);
    for (const { name, licence, size, access } of sources) {
      expect(stdout).toContain(`${name}: `);
      expect(stdout).toContain(licence);
      if (size !== undefined) expect(stdout).toContain(size);
      if (access?.page !== undefined) expect(stdout).toContain(access.page);
    }
    const json: unknown = JSON.parse((await cli(['sources', '--json'])).stdout);
    expect(json).toEqual(sources.map(({ name, licence }) => expect.objectContaining({ name, licence })));
  });

  it('lists the shards of one, how many and how long, without downloading any', async () => {
    const main = Object.fromEntries([0, 1, 2].map((number) => [shard(number), Buffer.alloc(1000 * (number + 1))]));
    await using hub = await startHub({ datasets: { 'allenai/c4': { revisions: { main } } } });
    const args = ['sources', 'mc4', '--language', 'ja', '--mirror', hub.base];
    const { code, stdout, stderr } = await cli(args);
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/^mc4: 3 shards, 6\.0 kB, below http/);
    for (const number of [0, 1, 2])
      expect(stdout).toContain(`datasets/allenai/c4/resolve/main/${shard(number)}  ${number + 1}.0 kB`);
    expect(JSON.parse((await cli([...args, '--json', '-o', 'shards=1-2'])).stdout)).toMatchObject([
      { source: 'mc4', count: 2, bytes: 5000, unknown: 0, shards: [{ bytes: 2000 }, { bytes: 3000, codec: 'gzip' }] },
    ]);
    expect(hub.network.requests).toEqual([]);
  });

  it('asks for sizes that the list does not tell: of many shards only when told to', async () => {
    const main = Object.fromEntries(Array.from({ length: 3 }, (_, number) => [shard(number), Buffer.alloc(10)]));
    await using hub = await startHub({ datasets: { 'allenai/c4': { revisions: { main } } } });
    const args = ['sources', 'mc4', '--mirror', hub.base, '-o', 'of=3'];
    expect((await cli(args)).stdout).toMatch(/^mc4: 3 shards, 30 B, below/);
    const many = await cli(['sources', 'mc4', '--mirror', hub.base, '-o', 'of=100']);
    expect(many.stdout).toMatch(/^mc4: 100 shards, size not known \(--sizes asks for each\), below/);
  });

  it('lists what a pipeline file would read', async () => {
    const cwd = await temporaryFolder();
    const file = `sources:\n  - mc4: { mirror: "${SAMPLE}", shards: 2-3 }\n  - cc100: { mirror: "${SAMPLE}" }\nsinks: [text]\n`;
    await writeFile(join(cwd, 'p.yaml'), file);
    const { code, stdout } = await cli(['sources', 'p.yaml', '--set', 'sources.0.mc4.shards=2'], { cwd });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^mc4: 1 shard, [\d.]+ kB, below .*\n {2}\S+00002-of-00008\.json\.gz .*\n\ncc100: 1 shard,/);
  });

  it.each([
    [['mc5'], 2, 'Did you mean mc4?'],
    [['mc4', '-o', 'spilt=train'], 2, 'did you mean "split"?'],
    [['mc4', '-o', 'split=valid'], 2, 'train | validation'],
    [['mc4', '-o', 'split'], 2, 'For example -o split=validation.'],
    [['mc4', '-o', 'split=[a'], 2, 'Values are written as in a pipeline file.'],
    [['mc4', '--language', '日本語'], 2, 'For example --language ja.'],
    [['mc4', '--set', 'a=b'], 2, '-o split=validation'],
    [['wikipedia'], 2, 'the day of a dump, such as 20250601'],
    [['p.yaml', '--language', 'ja'], 2, '--set sources.0.mc4.shards=0-3'],
    [['no/such.yaml'], 2, 'cannot be read'],
    [['mc4', '--mirror', 'no/such/folder'], 3, 'no/such/folder does not exist'],
    [['stdin', '--mirror', 'x'], 2, 'unknown option "mirror"'],
  ])('says what is wrong with %j', async (args, exit, say) => {
    const { code, stderr, stdout } = await cli(['sources', ...args], { cwd: await temporaryFolder() });
    expect([code, stdout]).toEqual([exit, '']);
    expect(stderr).toContain(say);
  });

  it('ends well when its reader has seen enough', async () => {
    const { child, ended } = start(['sources', 'mc4', '-o', 'of=99999', '--mirror', 'http://127.0.0.1:9/']);
    child.stdout?.once('data', () => child.stdout?.destroy());
    expect(await ended).toMatchObject({ code: 0, stderr: '' });
  });
});

describe('a run of standard input', () => {
  const random = new Random(5);
  const texts = Array.from({ length: 300 }, (_, number) => documentText(number, random));
  const lines = Buffer.from(texts.map((text) => `${JSON.stringify({ text })}\n`).join(''));
  const pipeline = (source: string, plugin = ''): string =>
    `${plugin}${pipelineText({ sources: source, stream: '{ block: 8KiB }', ...(plugin === '' ? {} : { filters: '[slow, normalize]' }) })}`;

  it('reads what is piped in, packed or not, as it reads a file', async () => {
    const cwd = await temporaryFolder();
    await writeFile(join(cwd, 'a.jsonl'), lines);
    await writeFile(join(cwd, 'file.yaml'), pipeline('[{ files: { glob: a.jsonl } }]'));
    await writeFile(join(cwd, 'stdin.yaml'), pipeline('[{ stdin: {} }]'));
    expect(await cli(['run', 'file.yaml', '--out', 'file'], { cwd })).toMatchObject({ code: 0 });
    const text = (outputs: ReadonlyMap<string, string>) =>
      outputs.get('shards/00000.txt.zst') ?? outputs.get('shards/00000.txt');
    const expected = text(await outputsOf(join(cwd, 'file')));
    expect(expected).toBeDefined();
    for (const [name, input] of [
      ['plain', lines],
      ['packed', gzipSync(lines)],
    ] as const) {
      const { code, stderr } = await cli(['run', 'stdin.yaml', '--out', name], { cwd, input });
      expect(code, stderr).toBe(0);
      expect(text(await outputsOf(join(cwd, name)))).toBe(expected);
      expect((await recordOf(join(cwd, name))).documents.read).toBe(300);
    }
  });

  it('goes on after a kill when the same is piped in again, and not when less is', async () => {
    const cwd = await temporaryFolder();
    await writeFile(join(cwd, 'slow.mjs'), SLOW);
    await writeFile(join(cwd, 'p.yaml'), pipeline('[{ stdin: {} }]', 'plugins: [./slow.mjs]\n'));
    expect(await cli(['run', 'p.yaml', '--out', 'whole'], { cwd, input: lines })).toMatchObject({ code: 0 });
    await killMidway(cwd, { input: lines });
    const less = await cli(['run', 'p.yaml', '--out', 'cut'], { cwd, input: Buffer.alloc(0) });
    expect(less.code, less.stderr).toBe(3);
    expect(less.stderr).toContain('source.changed');
    expect(await cli(['run', 'p.yaml', '--out', 'cut'], { cwd, input: lines })).toMatchObject({ code: 0 });
    expect(await outputsOf(join(cwd, 'cut'))).toEqual(await outputsOf(join(cwd, 'whole')));
  });

  it.each(['alone', 'with the program that writes into the pipe'])(
    'stops at once when interrupted %s, and goes on where it stopped',
    async (who) => {
      const cwd = await temporaryFolder();
      await writeFile(join(cwd, 'p.yaml'), pipeline('[{ stdin: {} }]'));
      const { child, ended } = start(['run', 'p.yaml', '--out', 'cut'], { cwd, input: 'open' });
      // Ends in mid-record, as a pipe does whose writer is killed.
      child.stdin?.write(lines.subarray(0, Math.floor(lines.length / 2)));
      const opened = async (): Promise<boolean> =>
        (await readFile(join(cwd, 'cut/log.jsonl'), 'utf8').catch(() => '')).includes('shard.open');
      while (child.exitCode === null && !(await opened())) await delay(5);
      if (who !== 'alone') child.stdin?.end();
      child.kill('SIGINT');
      expect(await ended).toMatchObject({ code: 130 });
      expect(await cli(['run', 'p.yaml', '--out', 'cut'], { cwd, input: lines })).toMatchObject({ code: 0 });
      const { documents } = await recordOf(join(cwd, 'cut'));
      expect(documents).toMatchObject({ read: 300, quarantined: 0 });
    },
  );
});

describe('a run of Common Crawl', () => {
  const random = new Random(9);
  const path = (number: number): string =>
    `crawl-data/CC-MAIN-2024-22/segments/1.39/wet/CC-MAIN-2024-0000${number}.warc.wet.gz`;
  const pages = Array.from({ length: 240 }, (_, number) => ({
    url: `http://example.jp/${number}`,
    text: documentText(number, random),
    languages: number % 3 === 0 ? 'jpn' : 'eng,jpn',
  }));
  const crawl = {
    [path(0)]: wetFile(pages.slice(0, 120)),
    [path(1)]: wetFile(pages.slice(120)),
    'crawl-data/CC-MAIN-2024-22/wet.paths.gz': gzipSync(`${path(0)}\n${path(1)}\n`),
  };
  const pipeline = (base: string, parts: PipelineText): string =>
    pipelineText({
      sources: `[{ commoncrawl: { crawl: CC-MAIN-2024-22, mirror: "${base}" } }]`,
      stream: '{ block: 8KiB }',
      ...parts,
    });

  it('keeps the pages of the language and counts the others, the same for any number of workers', async () => {
    const cwd = await temporaryFolder();
    await using server = await startCommonCrawl(crawl);
    await writeFile(join(cwd, 'p.yaml'), pipeline(server.base, {}));
    for (const workers of ['1', '3']) {
      const { code, stderr } = await cli(['run', 'p.yaml', '--out', workers, '--workers', workers], { cwd });
      expect(code, stderr).toBe(0);
    }
    expect(await outputsOf(join(cwd, '3'))).toEqual(await outputsOf(join(cwd, '1')));
    const { documents } = await recordOf(join(cwd, '1'));
    expect(documents).toMatchObject({ read: 242, kept: 80, quarantined: 0 });
    expect(documents.dropped).toMatchObject({ 'commoncrawl.language': 160, 'commoncrawl.type': 2 });
  });

  it('goes on after a kill in mid-file, with nothing lost and nothing twice', async () => {
    const cwd = await temporaryFolder();
    await using server = await startCommonCrawl(crawl);
    await writeFile(join(cwd, 'slow.mjs'), SLOW);
    const text = pipeline(server.base, { filters: '[slow, normalize]' });
    await writeFile(join(cwd, 'p.yaml'), `plugins: [./slow.mjs]\n${text.replace('mirror:', 'language: any, mirror:')}`);
    expect(await cli(['run', 'p.yaml', '--out', 'whole'], { cwd })).toMatchObject({ code: 0 });
    await killMidway(cwd);
    expect(await cli(['run', 'p.yaml', '--out', 'cut'], { cwd })).toMatchObject({ code: 0 });
    expect(await outputsOf(join(cwd, 'cut'))).toEqual(await outputsOf(join(cwd, 'whole')));
    expect((await recordOf(join(cwd, 'cut'))).documents.read).toBe(242);
  });
});
