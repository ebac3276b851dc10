// What training relies on: every gradient of the model is the slope of its loss, and steps leave no tensors behind.
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { weighted } from '../../src/trainer/cross-entropy.ts';
import { initialWeights, Model, type ModelOptions, parameterCount } from '../../src/trainer/model.ts';
import { architectureNames, modelOptions } from '../../src/trainer/model-options.ts';
import { embed } from '../../src/trainer/ops.ts';
import { AdamW, valuesOf } from '../../src/trainer/optimizer.ts';
import { trainerOptions } from '../../src/trainer/options.ts';
import { Random } from '../../src/trainer/random.ts';
import { trainStep } from '../../src/trainer/step.ts';

const VOCABULARY = 11;
const IDS = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8];
const TARGETS = [1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 10];

/** Two documents in the first sequence, three in the second. */
const SEGMENTS = Int32Array.of(7, 7, 8, 8, 8, 8, 1, 2, 2, 3, 3, 3);

function optionsOf(changes: object = {}): ModelOptions {
  const rotary = 'architecture' in changes ? {} : { rotary: 0.5 };
  return modelOptions.parse({ layers: 2, width: 8, heads: 2, context: 8, ...rotary, ...changes });
}

/** Weights far from zero, so that no gradient is near zero for want of signal. */
function roughModel(options: ModelOptions): Model {
  const random = new Random(7);
  const weights = initialWeights(options, VOCABULARY, random);
  for (const values of weights.values())
    for (let i = 0; i < values.length; i++) values[i] = (values[i] ?? 0) + random.normal() * 0.3;
  return new Model(options, VOCABULARY, weights);
}

/** What training minimises, the z-loss included. */
function objective(model: Model, segments: Int32Array | undefined): tf.Scalar {
  const input = { ids: tf.tensor1d(IDS, 'int32'), batch: 2, segments };
  return weighted(model.lossParts(input, tf.tensor1d(TARGETS, 'int32')), [1, 1]);
}

beforeAll(async () => {
  await tf.setBackend('cpu');
});

describe('the model', () => {
  it.each([
    ['gpt-neox', {}, undefined],
    ['gpt-neox with one matrix for both embeddings', { tied: true }, undefined],
    ['gpt-neox turning the whole head', { rotary: 1 }, SEGMENTS],
    ['gpt-neox, MLP after attention, exact GELU', { residual: 'sequential', activation: 'gelu' }, undefined],
    ['gpt2', { architecture: 'gpt2' }, SEGMENTS],
    ['palm with its z-loss', { architecture: 'palm', zLoss: 0.1 }, SEGMENTS],
  ])('has gradients that agree with finite differences: %s', (_, changes, segments) => {
    const model = roughModel(optionsOf(changes));
    const { grads } = tf.variableGrads(() => objective(model, segments), [...model.weights.values()]);
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
        return tf.tidy(() => objective(model, segments).dataSync()[0] ?? Number.NaN);
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

  it.each(architectureNames)(
    '%s computes for a document among others what it computes for it alone',
    (architecture) => {
      const model = roughModel(optionsOf({ architecture }));
      const hidden = (ids: number[], batch: number, segments?: Int32Array) =>
        tf.tidy(() => Array.from(model.hidden(tf.tensor1d(ids, 'int32'), batch, segments).dataSync()));
      const packed = hidden(IDS, 2, SEGMENTS);
      for (const [begin, end] of [
        [0, 2],
        [2, 6],
        [6, 7],
        [7, 9],
        [9, 12],
      ] as const) {
        const alone = hidden(IDS.slice(begin, end), 1);
        for (const [i, value] of alone.entries()) expect(packed[begin * 8 + i]).toBeCloseTo(value, 4);
      }
      expect(hidden(IDS, 2)).not.toEqual(packed);
    },
  );

  it('never looks ahead: a token does not change what comes before it', () => {
    const model = roughModel(optionsOf());
    const hidden = (ids: number[]) => tf.tidy(() => Array.from(model.hidden(tf.tensor1d(ids, 'int32'), 1).dataSync()));
    const a = hidden([1, 2, 3, 4, 5, 6]);
    const b = hidden([1, 2, 3, 9, 9, 9]);
    expect(a.slice(0, 3 * 8)).toEqual(b.slice(0, 3 * 8));
    expect(a.slice(3 * 8)).not.toEqual(b.slice(3 * 8));
  });

  it.each(architectureNames)('%s has as many parameters as it says', (architecture) => {
    const model = roughModel(optionsOf({ architecture }));
    const counted = [...model.weights.values()].reduce((sum, { size }) => sum + size, 0);
    expect(parameterCount(optionsOf({ architecture }), VOCABULARY)).toBe(counted);
  });

  it('gives an embedding gradient that adds up rows exactly, repeated tokens included', () => {
    const table = tf.zeros([5, 2]);
    const ids = tf.tensor1d([4, 1, 4, 4], 'int32');
    const dy = tf.tensor2d([1, 2, 3, 4, 10, 20, 100, 200], [4, 2]);
    const gradient = tf.grad((x) => embed(x, ids))(table, dy);
    expect(Array.from(gradient.dataSync())).toEqual([0, 0, 3, 4, 0, 0, 0, 0, 111, 222]);
  });

  it('takes the same step whether the batch is computed at once or in parts', async () => {
    const sequence = (at: number) => ({
      inputs: Int32Array.from({ length: 8 }, (_, i) => (at * 3 + i * i) % VOCABULARY),
      targets: Int32Array.from({ length: 8 }, (_, i) => (at + i) % VOCABULARY),
    });
    // Five in parts of two: the last part is smaller, and counts by its size.
    const batch = [0, 1, 2, 3, 4].map(sequence);
    const weightsAfter = async (accumulate: number) => {
      const model = roughModel(optionsOf());
      const optimizer = new AdamW(trainerOptions.shape.optimizer.parse({ accumulate }), model.weights);
      const result = await trainStep(model, optimizer, batch, 1, 1e-2);
      return { ...result, weights: await valuesOf(model.weights) };
    };
    const [whole, parts] = [await weightsAfter(1), await weightsAfter(3)];
    expect(parts.loss).toBeCloseTo(whole.loss, 5);
    expect(parts.gradientNorm / whole.gradientNorm).toBeCloseTo(1, 4);
    // Adam turns the rounding of gradients near 0 into steps: most weights agree to the last digits, none is far off.
    for (const [name, values] of whole.weights) {
      const other = parts.weights.get(name) ?? [];
      const near = values.filter((value, i) => Math.abs(value - (other[i] ?? Number.NaN)) < 1e-5).length;
      expect(near / values.length, name).toBeGreaterThan(0.95);
    }
  });

  it('keeps tensors and memory flat over 1,000 steps', async () => {
    const model = roughModel(optionsOf({ layers: 1, architecture: 'palm' }));
    const optimizer = new AdamW(trainerOptions.shape.optimizer.parse({}), model.weights);
    const sequence = { inputs: Int32Array.from(IDS.slice(0, 8)), targets: Int32Array.from(TARGETS.slice(0, 8)) };
    await trainStep(model, optimizer, [sequence], 1, 1e-3);
    const { numTensors, numBytes, numDataBuffers } = tf.memory();
    for (let step = 2; step <= 1000; step++) await trainStep(model, optimizer, [sequence], step, 1e-3);
    expect(tf.memory()).toMatchObject({ numTensors, numBytes, numDataBuffers });
    model.dispose();
    optimizer.dispose();
  });
});
