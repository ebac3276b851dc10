// What a user does with a trained model: measure it, let it write, and ask what each part of the pipeline was worth.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { cli, recordOf, temporaryFolder } from '../helpers/cli.ts';
import { pipelineText, writeCorpus } from '../helpers/corpus.ts';

const TINY = `{ tokenizer: { train: { vocab: 300, documents: 60 } }, model: { layers: 1, width: 16, heads: 2, context: 32 },
  optimizer: { rate: 5e-3, warmup: 5, schedule: constant }, batch: 8, heldOut: 0.1, until: { steps: 12 }, backend: wasm,
  evaluate: { every: 6, tokens: 256, bytes: 1000, samples: 2 }, checkpoint: { every: 6 }, generate: { tokens: 8 } }`;

let cwd: string;

beforeAll(async () => {
  cwd = await temporaryFolder();
  await writeCorpus(cwd, { shards: [120, 120] });
  await writeFile(join(cwd, 'tiny.yaml'), pipelineText({ name: 'tiny', sinks: '[]', trainer: TINY }));
  const { code, stderr } = await cli(['run', 'tiny.yaml', '--workers', '1'], { cwd });
  expect(code, stderr).toBe(0);
});

describe('a trained model', () => {
  it('leaves its curves, its held-out text and its diagnostics in the run', async () => {
    const { trainer } = await recordOf(join(cwd, 'runs/tiny'));
    expect(trainer?.heldOut).toMatchObject({ sources: { files: { bytes: 1000 } } });
    expect(trainer?.samples).toMatchObject({ samples: 2 });
    const csv = (await readFile(join(cwd, 'runs/tiny/trainer/curve.csv'), 'utf8')).trim().split('\n');
    const steps = csv.filter((line) => line.includes(',train/loss,')).map((line) => Number.parseInt(line, 10));
    expect(steps).toEqual(Array.from({ length: 12 }, (_, i) => i + 1));
    const perByte = csv.filter((line) => line.includes(',held_out/per_byte,'));
    expect(perByte.map((line) => Number.parseInt(line, 10))).toEqual([0, 6, 12, 12]);
  });

  it('is measured on its held-out text as the training measured it, and on any file', async () => {
    const own = await cli(['eval', 'runs/tiny', '--json', '--samples', '3', '--tokens', '6'], { cwd });
    expect(own.code, own.stderr).toBe(0);
    const { all, sources, samples } = JSON.parse(own.stdout);
    const { trainer } = await recordOf(join(cwd, 'runs/tiny'));
    expect(all.perByte).toBeCloseTo(JSON.parse(JSON.stringify(trainer?.heldOut)).perByte, 4);
    expect(Object.keys(sources)).toEqual(['files']);
    expect(samples.samples).toBe(3);

    await writeFile(join(cwd, 'a.jsonl'), `${JSON.stringify({ text: '朝早く、川の東にある橋で歩いた。' })}\n`);
    await writeFile(join(cwd, 'b.txt'), 'zxq jvk\n\nqqq\n');
    const files = await cli(['eval', 'runs/tiny', 'a.jsonl', 'b.txt', '--samples', '0'], { cwd });
    const rows = files.stdout
      .trim()
      .split('\n')
      .map((line) => line.split(/ {2,}/));
    expect(rows.map(([source, documents]) => [source, documents])).toEqual([
      ['source', 'documents'],
      ['a.jsonl', '1'],
      ['b.txt', '2'],
      ['all', '3'],
    ]);
    // Per byte: what it was trained on is likelier than what it never saw.
    expect(Number(rows[1]?.[5])).toBeLessThan(Number(rows[2]?.[5]));
  });

  it('continues the prompts of a file, in their order, the same each time', async () => {
    const prompts = ['朝早く、', '昔々、', ''].map((prompt, id) => JSON.stringify({ id, prompt }));
    await writeFile(join(cwd, 'prompts.jsonl'), `${prompts.join('\n')}\n`);
    const args = ['generate', 'runs/tiny', '--prompts', 'prompts.jsonl', '--tokens', '6', '--top-p', '0.9'];
    const toFile = await cli([...args, '--out', 'out.jsonl', '--batch', '2'], { cwd });
    expect(toFile.code, toFile.stderr).toBe(0);
    const out = await readFile(join(cwd, 'out.jsonl'), 'utf8');
    expect(
      out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).id),
    ).toEqual([0, 1, 2]);
    expect((await cli(args, { cwd })).stdout).toBe(out);
  });
});

describe('seiryu ablate', () => {
  const args =
    'ablate tiny.yaml --drop boilerplate --tokens 1500 --seeds 1 --model file --samples 2 --held-out 1KB'.split(' ');

  it('trains each arm on as many tokens, prints a table, and runs nothing twice', async () => {
    const { code, stdout, stderr } = await cli(args, { cwd });
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/^all {2,}/m);
    expect(stdout).toMatch(/^without boilerplate {2,}.*%/m);
    const saved = JSON.parse(await readFile(join(cwd, 'runs/tiny-ablation/ablation.json'), 'utf8'));
    const runs: { tokens: number }[] = saved.arms.flatMap((arm: { runs: [] }) => arm.runs);
    expect(runs.map(({ tokens }) => tokens)).toEqual([1536, 1536]);
    // The held-out documents are in no arm.
    const { documents } = await recordOf(join(cwd, 'runs/tiny-ablation/all/seed-1'));
    expect(documents.dropped['decontaminate.overlap']).toBeGreaterThanOrEqual(saved.heldOut.documents);

    const again = await cli(args, { cwd });
    expect(again.stdout).toBe(stdout);
    expect(again.stderr).not.toContain('training');
  });
});
