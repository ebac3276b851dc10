import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { cli, outputsOf, recordOf, start, temporaryFolder } from '../helpers/cli.ts';
import { pipelineText, SLOW, writeCorpus } from '../helpers/corpus.ts';

let cwd: string;
let texts: string[];

beforeAll(async () => {
  cwd = await temporaryFolder();
  texts = await writeCorpus(cwd, { shards: [120, 80, 200, 40, 60] });
  await writeFile(join(cwd, 'test.yaml'), pipelineText());
});

const documentsIn = async (dir: string): Promise<string[]> => {
  const paths = [...(await outputsOf(join(cwd, dir))).keys()].filter((path) => path.endsWith('.txt'));
  const shards = await Promise.all(paths.map((path) => readFile(join(cwd, dir, path), 'utf8')));
  return shards
    .join('')
    .split('\n\n')
    .filter((document) => document !== '');
};

describe('seiryu run', () => {
  it('writes every document once, in a record that adds up and verifies', async () => {
    const ended = await cli(['run', 'test.yaml'], { cwd });
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect((await documentsIn('runs/test')).sort()).toEqual([...texts].sort());
    const record = await recordOf(join(cwd, 'runs/test'));
    expect(record).toMatchObject({
      status: 'done',
      documents: { read: 500, kept: 500, dropped: {}, quarantined: 0 },
      sources: { files: { read: 500, kept: 500, dropped: 0, quarantined: 0 } },
    });
    expect(await cli(['verify', 'runs/test'], { cwd })).toMatchObject({ code: 0 });
    const report = await cli(['report', 'runs/test'], { cwd });
    expect(report.stdout).toContain('download + extracted copy + plain text');
  });

  it('does nothing when the run is complete, and begins anew with --fresh', async () => {
    const again = await cli(['run', 'test.yaml'], { cwd });
    expect(again.code).toBe(0);
    expect(again.stdout).toContain('complete');
    const fresh = await cli(['run', 'test.yaml', '--fresh', '--workers', '1'], { cwd });
    expect(fresh.code).toBe(0);
    expect((await recordOf(join(cwd, 'runs/test'))).sessions).toBe(1);
  });

  it('writes the same bytes for 1, 2 and 4 workers', async () => {
    const outputs = [];
    for (const workers of ['1', '2', '4']) {
      const dir = `workers-${workers}`;
      expect(await cli(['run', 'test.yaml', '--out', dir, '--workers', workers], { cwd })).toMatchObject({ code: 0 });
      outputs.push(await outputsOf(join(cwd, dir)));
    }
    expect(outputs[0]?.size).toBeGreaterThan(3);
    expect(outputs[1]).toEqual(outputs[0]);
    expect(outputs[2]).toEqual(outputs[0]);
  });

  it('tells its progress as JSON lines with --json', async () => {
    const { stdout } = await cli(['run', 'test.yaml', '--out', 'json', '--json'], { cwd });
    const lines = stdout
      .trim()
      .split('\n')
      .map((line): { type: string; status?: string } => JSON.parse(line));
    expect(lines.map(({ type }) => type)).toContain('progress');
    expect(lines.at(-1)).toMatchObject({ type: 'record', status: 'done' });
  });

  it('refuses a folder that holds a run of another pipeline, and leaves it as it is', async () => {
    await writeFile(join(cwd, 'other.yaml'), pipelineText({ filters: '[]' }));
    const before = await outputsOf(join(cwd, 'runs/test'));
    const record = await recordOf(join(cwd, 'runs/test'));
    const ended = await cli(['run', 'other.yaml', '--out', 'runs/test'], { cwd });
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain('run.other_pipeline');
    expect(await outputsOf(join(cwd, 'runs/test'))).toEqual(before);
    expect(await recordOf(join(cwd, 'runs/test'))).toEqual(record);
  });

  it('uses a filter from a file of the user’s own', async () => {
    await writeFile(
      join(cwd, 'odd.ts'),
      `import { define, type Decision } from 'seiryu';
import { z } from 'zod';
export const odd = define({
  kind: 'filter', name: 'odd', summary: 'drops documents with an odd number', reasons: { odd: 'odd' }, examples: [],
  options: z.strictObject({ remainder: z.int().default(1) }),
  create: ({ remainder }) => ({
    apply: ({ text }): Decision => (Number.parseInt(text, 10) % 2 === remainder ? { drop: 'odd' } : { keep: text }),
  }),
});
`,
    );
    await writeFile(
      join(cwd, 'own.yaml'),
      `plugins: [./odd.ts]\n${pipelineText({ name: 'own', filters: '[odd: { remainder: 0 }]' })}`,
    );
    expect(await cli(['run', 'own.yaml'], { cwd })).toMatchObject({ code: 0 });
    expect((await recordOf(join(cwd, 'runs/own'))).documents).toMatchObject({ kept: 250, dropped: { 'odd.odd': 250 } });
  });
});

describe('an interrupt', () => {
  it('finishes the block, commits, exits 130, and the run goes on to the same output', async () => {
    const slow = join(cwd, 'slow');
    await mkdir(slow);
    await writeCorpus(slow, { shards: [300, 200, 300], seed: 3 });
    await writeFile(join(slow, 'slow.mjs'), SLOW);
    const text = pipelineText({ name: 'slow', filters: '[slow, normalize]', stream: '{ block: 32KiB }' });
    await writeFile(join(slow, 'slow.yaml'), `plugins: [./slow.mjs]\n${text}`);
    expect(await cli(['run', 'slow.yaml', '--out', 'whole'], { cwd: slow })).toMatchObject({ code: 0 });
    const { child, ended } = start(['run', 'slow.yaml', '--out', 'cut', '--workers', '1', '--json'], { cwd: slow });
    // The first progress line comes when a fifth of the work is done.
    child.stdout?.once('data', () => child.kill('SIGINT'));
    expect((await ended).code).toBe(130);
    const cut = await recordOf(join(slow, 'cut'));
    expect(cut.status).toBe('interrupted');
    expect(cut.documents.read).toBeLessThan(800);
    expect(await cli(['run', 'slow.yaml', '--out', 'cut'], { cwd: slow })).toMatchObject({ code: 0 });
    expect(await outputsOf(join(slow, 'cut'))).toEqual(await outputsOf(join(slow, 'whole')));
  });
});

describe('what is wrong is said once and clearly', () => {
  const fails = async (
    text: string,
    args: readonly string[] = [],
  ): Promise<{ code: number | null; stderr: string }> => {
    const dir = await temporaryFolder();
    await writeFile(join(dir, 'p.yaml'), text);
    const { code, stderr } = await cli(['run', 'p.yaml', ...args], { cwd: dir });
    return { code, stderr };
  };

  it('an invalid pipeline file: every problem with its line, exit 2, no folder made', async () => {
    const dir = await temporaryFolder();
    await writeFile(
      join(dir, 'p.yaml'),
      'sources: [{ mc5: {} }]\nfilters: [normalise]\nsinks: [text: { compress: zst }]\n',
    );
    const { code, stderr } = await cli(['run', 'p.yaml'], { cwd: dir });
    expect(code).toBe(2);
    expect(stderr).toContain('did you mean "mc4"');
    expect(stderr).toContain('did you mean "normalize"');
    expect(stderr).toContain('p.yaml:3:');
    expect(await readdir(dir)).toEqual(['p.yaml']);
  });

  it('a missing pipeline file and a wrong argument: exit 2', async () => {
    expect(await cli(['run', 'nowhere.yaml'], { cwd })).toMatchObject({ code: 2 });
    expect(await cli(['run', 'test.yaml', '--workers', 'many'], { cwd })).toMatchObject({ code: 2 });
    expect(await cli(['rum', 'test.yaml'], { cwd })).toMatchObject({ code: 2 });
    expect(await cli(['run', 'test.yaml', '--set', 'disk.budget=lots'], { cwd })).toMatchObject({ code: 2 });
  });

  it('a missing folder: exit 3, resumable once it is there', async () => {
    const { code, stderr } = await fails('sources: [{ mc4: { mirror: ./nowhere } }]\nsinks: [text]\n');
    expect(code).toBe(3);
    expect(stderr).toContain('nowhere');
    expect(stderr.trim().split('\n').length).toBeLessThan(4);
  });

  it('files that match nothing: exit 3', async () => {
    const { code, stderr } = await fails('sources: [{ files: { glob: "*.jsonl" } }]\nsinks: [text]\n');
    expect(code).toBe(3);
    expect(stderr).toContain('*.jsonl');
  });

  it('an unknown codec: exit 2 or 3, with the codecs that are known', async () => {
    const dir = await temporaryFolder();
    await writeFile(join(dir, 'a.jsonl.lz4'), 'x');
    await writeFile(join(dir, 'p.yaml'), 'sources: [{ files: { glob: "*.lz4" } }]\nsinks: [text]\n');
    const { code, stderr } = await cli(['run', 'p.yaml'], { cwd: dir });
    expect([2, 3]).toContain(code);
    expect(stderr).toMatch(/gzip|gz/);
  });

  it('records of a wrong schema: each in quarantine with its place and reason', async () => {
    const dir = await temporaryFolder();
    const lines = ['{"content":"本文はここにある。"}', '{"text":5}', '{"text":"正しい。"}', '{"text":"切れ', '[1]'];
    await writeFile(join(dir, 'a.jsonl.gz'), gzipSync(`${lines.join('\n')}\n`));
    await writeFile(join(dir, 'p.yaml'), 'sources: [{ files: { glob: "a.jsonl.gz" } }]\nsinks: [jsonl]\n');
    expect(await cli(['run', 'p.yaml'], { cwd: dir })).toMatchObject({ code: 0 });
    const quarantine = await readFile(join(dir, 'runs/p/quarantine.jsonl'), 'utf8');
    const found = quarantine
      .trim()
      .split('\n')
      .map((line): Record<string, unknown> => JSON.parse(line));
    const offset = (line: number): number =>
      lines.slice(0, line).reduce((sum, text) => sum + Buffer.byteLength(text) + 1, 0);
    expect(found.map(({ shard, ordinal, offset: at, reason }) => [shard, ordinal, at, reason])).toEqual([
      ['a.jsonl.gz', 0, 0, 'record.no_text'],
      ['a.jsonl.gz', 1, offset(1), 'record.no_text'],
      ['a.jsonl.gz', 3, offset(3), 'json.invalid'],
      ['a.jsonl.gz', 4, offset(4), 'record.no_text'],
    ]);
    expect((await recordOf(join(dir, 'runs/p'))).documents).toEqual({ read: 5, kept: 1, dropped: {}, quarantined: 4 });
  });

  it('a truncated shard gives what came before it and is reported', async () => {
    const dir = await temporaryFolder();
    const all = await writeCorpus(dir, { shards: [400] });
    const whole = gzipSync(all.map((text) => `${JSON.stringify({ text })}\n`).join(''));
    await writeFile(join(dir, 'in/00000.jsonl.gz'), whole.subarray(0, Math.floor(whole.length / 2)));
    await writeFile(join(dir, 'p.yaml'), pipelineText({ name: 'p', filters: '[]', dedup: '{}', sinks: '[text]' }));
    expect(await cli(['run', 'p.yaml'], { cwd: dir })).toMatchObject({ code: 0 });
    const kept = (await readFile(join(dir, 'runs/p/shards/00000.txt'), 'utf8')).split('\n\n').slice(0, -1);
    expect(kept.length).toBeGreaterThan(50);
    expect(kept).toEqual(all.slice(0, kept.length));
    expect(await readFile(join(dir, 'runs/p/quarantine.jsonl'), 'utf8')).toContain('shard.truncated');
    const { documents } = await recordOf(join(dir, 'runs/p'));
    expect(documents).toEqual({ read: kept.length + 1, kept: kept.length, dropped: {}, quarantined: 1 });
  });

  it('verify names what differs: exit 1', async () => {
    const dir = await temporaryFolder();
    await writeCorpus(dir, { shards: [50] });
    await writeFile(join(dir, 'p.yaml'), pipelineText({ name: 'p', sinks: '[text]' }));
    await cli(['run', 'p.yaml'], { cwd: dir });
    await writeFile(join(dir, 'runs/p/shards/00000.txt'), 'changed');
    const { code, stderr } = await cli(['verify', 'runs/p'], { cwd: dir });
    expect(code).toBe(1);
    expect(stderr).toContain('shards/00000.txt');
  });
});

describe('seiryu check, doctor and help', () => {
  it('explain the plan, the machine and the commands', async () => {
    const check = await cli(['check', 'test.yaml'], { cwd });
    expect(check).toMatchObject({ code: 0 });
    expect(check.stdout).toContain('strip-urls');
    const doctor = await cli(['doctor'], { cwd });
    expect(doctor).toMatchObject({ code: 0 });
    for (const name of ['zstd', 'xz', 'trainer wasm', 'trainer node-gpu']) expect(doctor.stdout).toContain(name);
    expect((await cli(['--help'])).stdout).toContain('Exit codes');
  });
});

describe('a reader that goes away', () => {
  const withoutReader = async (args: readonly string[]) => {
    const { child, ended } = start(args, { cwd });
    child.stdout?.destroy();
    return ended;
  };

  it('ends a command that only prints, without a word', async () => {
    for (const args of [['--help'], ['plugins'], ['models']])
      expect(await withoutReader(args)).toMatchObject({ code: 0, stderr: '' });
  });

  it('does not end a run', async () => {
    expect(await withoutReader(['run', 'test.yaml', '--out', 'unread', '--json'])).toMatchObject({ code: 0 });
    expect(await recordOf(join(cwd, 'unread'))).toMatchObject({ status: 'done', documents: { kept: 500 } });
  });
});
