// What training relies on: every gradient of the model is the slope of its loss, and steps leave no tensors behind.
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { initialWeights, Model, type ModelOptions, parameterCount } from '../../src/trainer/model.ts';
import { embed } from '../../src/trainer/ops.ts';
import { AdamW } from '../../src/trainer/optimizer.ts';
import { trainerOptions } from '../../src/trainer/options.ts';
import { Random } from '../../src/trainer/random.ts';
import { trainStep } from '../../src/trainer/step.ts';

const VOCABULARY = 11;
const IDS = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8];
const TARGETS = [1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 10];

function modelOptions(changes: Partial<ModelOptions> = {}): ModelOptions {
  return trainerOptions.shape.model.parse({ layers: 2, width: 8, heads: 2, context: 8, rotary: 0.5, ...changes });
}

/** Weights far from zero, so that no gradient is near zero for want of signal. */
function roughModel(options: ModelOptions): Model {
  const random = new Random(7);
  const weights = initialWeights(options, VOCABULARY, random);
  for (const values of weights.values())
    for (let i = 0; i < values.length; i++) values[i] = (values[i] ?? 0) + random.normal() * 0.3;
  return new Model(options, VOCABULARY, weights);
}

const lossOf = (model: Model) =>
  tf.tidy(() => model.loss(tf.tensor1d(IDS, 'int32'), tf.tensor1d(TARGETS, 'int32'), 2).dataSync()[0] ?? Number.NaN);

beforeAll(async () => {
  await tf.setBackend('cpu');
});

describe('the model', () => {
  it.each([
    ['as it is', {}],
    ['with one matrix for both embeddings', { tied: true }],
    ['with rotary positions over the whole head', { rotary: 1 }],
  ])('has gradients that agree with finite differences, %s', (_, changes) => {
    const model = roughModel(modelOptions(changes));
    const { grads } = tf.variableGrads(
      () => model.loss(tf.tensor1d(IDS, 'int32'), tf.tensor1d(TARGETS, 'int32'), 2),
      [...model.weights.values()],
    );
    const random = new Random(3);
    for (const [name, weight] of model.weights) {
      const gradient = grads[weight.name]?.dataSync() ?? new Float32Array(0);
      const values = Float32Array.from(weight.dataSync());
      // Along a random direction: every number of the weight takes part in one slope.
      const direction = values.map(() => (random.next() < 0.5 ? -1 : 1));
      const at = (distance: number) => {
        weight.assign(
          tf.tensor(
            values.map((value, i) => value + distance * (direction[i] ?? 0)),
            weight.shape,
          ),
        );
        return lossOf(model);
      };
      const distance = 2e-3;
      const slope = (at(distance) - at(-distance)) / (2 * distance);
      weight.assign(tf.tensor(values, weight.shape));
      const expected = direction.reduce((total, sign, i) => total + sign * (gradient[i] ?? 0), 0);
      expect(Math.abs(slope - expected), `${name}: slope ${slope}, gradient ${expected}`).toBeLessThan(
        0.02 * Math.abs(expected) + 3e-3,
      );
    }
  });

  it('never looks ahead: a token does not change what comes before it', () => {
    const model = roughModel(modelOptions());
    const hidden = (ids: number[]) => tf.tidy(() => Array.from(model.hidden(tf.tensor1d(ids, 'int32'), 1).dataSync()));
    const a = hidden([1, 2, 3, 4, 5, 6]);
    const b = hidden([1, 2, 3, 9, 9, 9]);
    expect(a.slice(0, 3 * 8)).toEqual(b.slice(0, 3 * 8));
    expect(a.slice(3 * 8)).not.toEqual(b.slice(3 * 8));
  });

  it('has as many parameters as it says', () => {
    const model = roughModel(modelOptions());
    const counted = [...model.weights.values()].reduce((sum, { size }) => sum + size, 0);
    expect(parameterCount(modelOptions(), VOCABULARY)).toBe(counted);
  });

  it('gives an embedding gradient that adds up rows exactly, repeated tokens included', () => {
    const table = tf.zeros([5, 2]);
    const ids = tf.tensor1d([4, 1, 4, 4], 'int32');
    const dy = tf.tensor2d([1, 2, 3, 4, 10, 20, 100, 200], [4, 2]);
    const gradient = tf.grad((x) => embed(x, ids))(table, dy);
    expect(Array.from(gradient.dataSync())).toEqual([0, 0, 3, 4, 0, 0, 0, 0, 111, 222]);
  });

  it('leaves no tensors behind, step after step', async () => {
    const model = roughModel(modelOptions());
    const options = trainerOptions.shape.optimizer.parse({});
    const optimizer = new AdamW(options, model.weights);
    const sequence = {
      inputs: Int32Array.from(IDS.slice(0, 8)),
      targets: Int32Array.from(TARGETS.slice(0, 8)),
      documents: [0, 0] as const,
    };
    await trainStep(model, optimizer, [sequence], 1, 1e-3);
    const before = tf.memory().numTensors;
    for (let step = 2; step < 8; step++) await trainStep(model, optimizer, [sequence, sequence], step, 1e-3);
    expect(tf.memory().numTensors).toBe(before);
    model.dispose();
    optimizer.dispose();
  });
});
