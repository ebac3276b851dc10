// A run whose trainer is killed and one that diverges, through the command line.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadCheckpoint } from '../../src/trainer/checkpoint.ts';
import { isHeldOut } from '../../src/trainer/held-out.ts';
import { Random } from '../../src/trainer/random.ts';
import { rescueRecord } from '../../src/trainer/rescue.ts';
import { cli, recordOf, start, temporaryFolder } from '../helpers/cli.ts';
import { pipelineText, writeCorpus } from '../helpers/corpus.ts';
import { poisonText } from '../helpers/training.ts';

const TINY = `{ tokenizer: { train: { vocab: 300, documents: 15 } }, model: { layers: 1, width: 16, heads: 2, context: 32 },
  optimizer: { rate: 1e-2, warmup: 5, schedule: constant }, batch: 4, heldOut: 0.2, evaluate: { every: 50, tokens: 512 },
  checkpoint: { every: 20 }, generate: { tokens: 1 }, backend: wasm, until: { steps: 120 }`;

let cwd: string;

beforeAll(async () => {
  cwd = await temporaryFolder();
  await writeCorpus(cwd, { shards: [18, 60] });
  // A seed whose text is trained on, not held out.
  const text = poisonText(150, new Random(2));
  expect(isHeldOut({ text }, 0.2)).toBe(false);
  const line = JSON.stringify({ text, url: 'https://bad.example/page' });
  await writeFile(join(cwd, 'in/00000a.jsonl.gz'), gzipSync(`${line}\n`));
  const parts = { filters: '[normalize]', stream: '{ open: 1 }', sinks: '[]' };
  await writeFile(join(cwd, 'poison.yaml'), pipelineText({ ...parts, name: 'poison', trainer: `${TINY} }` }));
  const hopeless = `${TINY.replace('rate: 1e-2', 'rate: 100')}, guard: { rescues: 1 } }`;
  await writeFile(join(cwd, 'hopeless.yaml'), pipelineText({ ...parts, name: 'hopeless', trainer: hopeless }));
});

describe('a run that diverges', () => {
  it('is rescued, says so on the screen and in run.json, and blame names the poison', async () => {
    const { code, stdout, stderr } = await cli(['run', 'poison.yaml'], { cwd });
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/trainer {3}divergence at step \d+: loss [\d.]+ against [\d.]+ usually/);
    expect(stdout).toMatch(/rescued: step \d+ is passed with loss/);
    const { trainer } = await recordOf(join(cwd, 'runs/poison'));
    const [rescue] = rescueRecord.array().parse(trainer?.rescues);
    expect(rescue).toMatchObject({ number: 1, kind: 'loss' });
    expect(rescue?.after?.loss).toBeLessThan(rescue?.before.loss ?? 0);

    const step = String(rescue?.step);
    const blamed = await cli(['blame', 'runs/poison', '--step', step, '--json', '--backend', 'wasm'], { cwd });
    expect(blamed.code, blamed.stderr).toBe(0);
    const found: { blamed: { url: string }[] } = JSON.parse(blamed.stdout);
    expect(found.blamed.slice(0, 3).map(({ url }) => url)).toContain('https://bad.example/page');
  });

  it('is bit for bit the same after kill -9 in the middle, before, in and after the rescue', async () => {
    for (const wanted of ['"step":37,', '"event":"rescue"', '"step":95,']) {
      const { child, ended } = start(['run', 'poison.yaml', '--out', 'cut', '--json'], { cwd });
      let seen = '';
      child.stdout?.on('data', (chunk: Buffer) => {
        seen = (seen + chunk.toString('utf8')).slice(-100_000);
        if (seen.includes(wanted)) child.kill('SIGKILL');
      });
      expect((await ended).signal, wanted).toBe('SIGKILL');
    }
    expect(await cli(['run', 'poison.yaml', '--out', 'cut'], { cwd })).toMatchObject({ code: 0 });
    const [whole, cut] = [
      await loadCheckpoint(join(cwd, 'runs/poison/trainer')),
      await loadCheckpoint(join(cwd, 'cut/trainer')),
    ];
    expect(cut?.weights).toEqual(whole?.weights);
    expect(cut?.moments).toEqual(whole?.moments);
    expect(cut?.state).toEqual(whole?.state);
  });

  it('for good ends with exit 5, the best checkpoint named and kept', async () => {
    const { code, stderr } = await cli(['run', 'hopeless.yaml'], { cwd });
    expect(code, stderr).toBe(5);
    const [, file = ''] = /best checkpoint.* is (checkpoint-\d+\.safetensors)/.exec(stderr) ?? [];
    expect((await readFile(join(cwd, 'runs/hopeless/trainer', file))).length).toBeGreaterThan(1000);
    expect((await recordOf(join(cwd, 'runs/hopeless'))).error).toMatchObject({ code: 'trainer.diverged', exit: 5 });
  });
});
