import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { cli, outputsOf, recordOf, start, temporaryFolder } from '../helpers/cli.ts';
import { pipelineText, writeCorpus } from '../helpers/corpus.ts';

/** A model so small that a step takes milliseconds. */
const TINY = `{ tokenizer: { train: { vocab: 400, documents: 60 } }, model: { layers: 1, width: 32, heads: 2, context: 64 },
  optimizer: { rate: 5e-3, warmup: 5, schedule: constant }, batch: 12, heldOut: 0.03, evaluate: { every: 200, tokens: 1024 },
  checkpoint: { every: 10 }, generate: { prompt: "朝早く、", tokens: 12 }`;

let cwd: string;

interface LogLine {
  readonly msg: string;
  readonly shard?: string;
  readonly step?: number;
}

async function logOf(dir: string): Promise<LogLine[]> {
  const text = await readFile(join(cwd, dir, 'log.jsonl'), 'utf8');
  return text
    .trim()
    .split('\n')
    .map((line): LogLine => JSON.parse(line));
}

beforeAll(async () => {
  cwd = await temporaryFolder();
  await writeCorpus(cwd, { shards: Array.from({ length: 12 }, () => 150) });
  const sinks = '[{ text: { shard: 10KB, compress: zstd, retain: consumed } }]';
  await writeFile(join(cwd, 'train.yaml'), pipelineText({ name: 'train', sinks, trainer: `${TINY} }` }));
  await writeFile(join(cwd, 'steps.yaml'), pipelineText({ name: 'steps', trainer: `${TINY}, until: { steps: 6 } }` }));
  await writeFile(
    join(cwd, 'tokens.yaml'),
    pipelineText({ name: 'tokens', trainer: `${TINY}, until: { tokens: 1K } }` }),
  );
  await mkdir(join(cwd, 'small'));
  await writeCorpus(join(cwd, 'small'), { shards: Array.from({ length: 12 }, () => 40) });
  await writeFile(join(cwd, 'small/keep.yaml'), pipelineText({ name: 'keep', trainer: `${TINY} }` }));
});

describe('a run with a trainer', () => {
  it('trains while the stream runs, learns, and leaves nothing but the model on disk', async () => {
    const { code, stdout, stderr } = await cli(['run', 'train.yaml'], { cwd });
    expect(code, stderr).toBe(0);
    const log = await logOf('runs/train');
    const firstStep = log.findIndex(({ msg }) => msg === 'trainer.step');
    const lastOpened = log.findLastIndex(({ msg }) => msg === 'shard.open');
    expect(firstStep).toBeGreaterThan(0);
    expect(firstStep).toBeLessThan(lastOpened);

    const { trainer, shards, disk, bytes, status } = await recordOf(join(cwd, 'runs/train'));
    expect(status).toBe('done');
    // Nothing in a clean corpus is taken for a divergence.
    expect(trainer).toMatchObject({ reason: 'end', documents: 1800, rescues: [] });
    const { first, last } = JSON.parse(JSON.stringify(trainer?.perplexity));
    expect(last).toBeLessThan(first / 3);
    expect(shards.length).toBeGreaterThan(5);
    expect(shards.every(({ retained }) => !retained)).toBe(true);
    expect(disk.parts.shards).toBeLessThan(bytes.kept / 2);

    expect(stdout).toMatch(/backend wasm: .*\n\s+not node-gpu: not installed/);
    expect(stdout).toContain('the model writes:');
    expect(stdout).toMatch(/waited for data [\d.]+ % of the time/);
  });

  it('leaves a checkpoint that seiryu generate continues a text with, the same for the same seed', async () => {
    const args = ['generate', 'runs/train', '--prompt', '夕暮れに、', '--tokens', '10', '--seed', '3'];
    const one = await cli(args, { cwd });
    expect(one.code, one.stderr).toBe(0);
    expect(one.stdout.startsWith('夕暮れに、')).toBe(true);
    expect(one.stdout.length).toBeGreaterThan('夕暮れに、\n'.length);
    expect((await cli(args, { cwd })).stdout).toBe(one.stdout);
    const none = await cli(['generate', join(cwd, 'in')], { cwd });
    expect(none.code).toBe(2);
    expect(none.stderr).toContain('checkpoint.none');
  });

  it('stops after the step in hand when it is interrupted, with a checkpoint', async () => {
    const { child, ended } = start(['run', 'train.yaml', '--out', 'interrupted', '--json'], { cwd });
    let seen = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      if (!seen.includes('"event":"step"') && chunk.includes('"event":"step"')) child.kill('SIGINT');
      seen += chunk.toString('utf8');
    });
    const { code, stdout } = await ended;
    expect(code).toBe(130);
    const { status, trainer } = await recordOf(join(cwd, 'interrupted'));
    expect(status).toBe('interrupted');
    // The first signal came with the first step; a second one would have ended the process at once.
    expect(trainer?.reason).toBe('stopped');
    expect(trainer?.steps).toBeLessThan(20);
    expect(stdout).toContain('"event":"checkpoint"');
  });

  it('refuses a model that no memory holds as a mistake in the file, and says what fits', async () => {
    const model = ['layers=90', 'width=12288', 'heads=96'].flatMap((option) => ['--set', `trainer.model.${option}`]);
    const { code, stderr } = await cli(['run', 'train.yaml', '--out', 'huge', ...model], { cwd });
    expect(code).toBe(2);
    expect(stderr).toMatch(/trainer\.memory\]\n +What fits/);
  });

  it.each(['steps', 'tokens'])(
    'ends the whole run when until.%s is reached, and says that the rest was not needed',
    async (name) => {
      const { code, stderr } = await cli(['run', `${name}.yaml`], { cwd });
      expect(code, stderr).toBe(0);
      const record = await recordOf(join(cwd, 'runs', name));
      expect(record.status).toBe('done');
      expect(record.note).toContain('not needed');
      expect(record.trainer).toMatchObject({ reason: name });
      expect(record.documents.read).toBeLessThan(1800);
      expect(await cli(['verify', join('runs', name)], { cwd })).toMatchObject({ code: 0 });
    },
  );

  it('goes on after a kill: the trainer misses no document and the shards are those of an undisturbed run', async () => {
    expect(await cli(['run', 'small/keep.yaml', '--out', 'whole'], { cwd })).toMatchObject({ code: 0 });
    for (let kills = 0; kills < 3; kills++) {
      const { child, ended } = start(['run', 'small/keep.yaml', '--out', 'cut', '--json'], { cwd });
      child.stdout?.on('data', (chunk: Buffer) => {
        if (chunk.includes('"event":"checkpoint"')) child.kill('SIGKILL');
      });
      expect((await ended).signal).toBe('SIGKILL');
    }
    const { code, stderr } = await cli(['run', 'small/keep.yaml', '--out', 'cut'], { cwd });
    expect(code, stderr).toBe(0);
    expect(await outputsOf(join(cwd, 'cut'))).toEqual(await outputsOf(join(cwd, 'whole')));
    const [cut, whole] = [await recordOf(join(cwd, 'cut')), await recordOf(join(cwd, 'whole'))];
    expect(cut.documents).toEqual(whole.documents);
    expect(cut.trainer).toMatchObject({ documents: 480, steps: whole.trainer?.steps, tokens: whole.trainer?.tokens });
  });
});
