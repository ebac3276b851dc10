// What backends promise: the same losses whichever computes, and a reason for each that does not.
import { describe, expect, it } from 'vitest';
import { chooseBackend, surveyBackends } from '../../src/trainer/backends.ts';
import { Model } from '../../src/trainer/model.ts';
import { type Architecture, architectureNames, modelOptions } from '../../src/trainer/model-options.ts';
import { AdamW } from '../../src/trainer/optimizer.ts';
import { type BackendName, trainerOptions } from '../../src/trainer/options.ts';
import { Random } from '../../src/trainer/random.ts';
import { trainStep } from '../../src/trainer/step.ts';
import { initialWeights } from '../../src/trainer/weights.ts';

const VOCABULARY = 24;

/** Losses of 20 steps on sequences with two documents each. */
async function losses(backend: BackendName, architecture: Architecture): Promise<number[]> {
  await chooseBackend(backend);
  const options = modelOptions.parse({ architecture, layers: 1, width: 16, heads: 2, context: 12 });
  const model = new Model(options, VOCABULARY, initialWeights(options, VOCABULARY, new Random(1)));
  const optimizer = new AdamW(trainerOptions.shape.optimizer.parse({}), model.weights);
  const random = new Random(2);
  const sequence = () => {
    const tokens = Int32Array.from({ length: 13 }, () => Math.floor(random.next() ** 2 * VOCABULARY));
    const segments = Int32Array.from({ length: 12 }, (_, i) => (i < 5 ? 0 : 1));
    return { inputs: tokens.slice(0, -1), targets: tokens.slice(1), segments };
  };
  const kept: number[] = [];
  for (let step = 1; step <= 20; step++)
    kept.push((await trainStep(model, optimizer, [sequence(), sequence()], step, 5e-3)).loss);
  model.dispose();
  optimizer.dispose();
  return kept;
}

describe('backends', () => {
  it.each(architectureNames)('give the same losses for 20 steps of %s: wasm and cpu', async (architecture) => {
    const [wasm, cpu] = [await losses('wasm', architecture), await losses('cpu', architecture)];
    expect(wasm.at(-1)).toBeLessThan((wasm[0] ?? 0) - 0.1);
    for (const [step, loss] of wasm.entries()) expect(Math.abs(loss - (cpu[step] ?? Number.NaN))).toBeLessThan(1e-3);
  });

  it('are each named with what they are, or why they do not work', async () => {
    const found = await surveyBackends();
    expect(found.map(({ name }) => name)).toEqual(['node-gpu', 'node', 'webgpu', 'wasm', 'cpu']);
    expect(found.find(({ name }) => name === 'wasm')).toMatchObject({ works: true });
    for (const { works, why } of found) if (!works) expect(why).toMatch(/npm install|GPU|load/);
  });

  it('refuse by name with the reason and what to do', async () => {
    process.env.SEIRYU_BACKENDS = '/nowhere';
    try {
      await expect(chooseBackend('node-gpu')).rejects.toMatchObject({
        code: 'backend.unavailable',
        message: expect.stringMatching(/node-gpu: not installed, neither here nor in \/nowhere \(npm install/),
      });
    } finally {
      delete process.env.SEIRYU_BACKENDS;
    }
  });
});
