// `npx tsx bench/gpu/main.ts [backend] [preset …]`: tokens a second and the share of the device's arithmetic that training uses.
//
// MFU, the model's FLOP utilisation (Chowdhery et al. 2022, appendix B): the arithmetic that the model needs for the tokens
// trained on, 6 · parameters (without embedding lookups) + 12 · layers · width · context a token, over what the device can do
// in that time. SEIRYU_PEAK_TFLOPS says what that is, e.g. 67 for the 32-bit floats of an H100 SXM; without it, it is measured
// as the best rate of large matrix products here, which is what TensorFlow.js can reach at most.
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { chooseBackend } from '../../src/trainer/backends.ts';
import { Model } from '../../src/trainer/model.ts';
import { architectureNames, type ModelOptions, modelOptions } from '../../src/trainer/model-options.ts';
import { AdamW } from '../../src/trainer/optimizer.ts';
import { backendName, trainerOptions } from '../../src/trainer/options.ts';
import { presetNames } from '../../src/trainer/presets.ts';
import { Random } from '../../src/trainer/random.ts';
import { trainStep } from '../../src/trainer/step.ts';
import { initialWeights, weightShapes } from '../../src/trainer/weights.ts';

const VOCABULARY = 32_000;
const WARM_UP = 2;
const STEPS = 6;

/** Floating-point operations that one token costs, forward and backward; the output embedding is a product, the input's is not. */
export function flopsPerToken(options: ModelOptions, vocabulary: number): number {
  let multiplied = options.tied ? vocabulary * options.width : 0;
  for (const [name, shape] of weightShapes(options, vocabulary))
    if (shape.length === 2 && name !== 'embed_in.weight' && name !== 'embed_positions.weight')
      multiplied += (shape[0] ?? 0) * (shape[1] ?? 0);
  return 6 * multiplied + 12 * options.layers * options.width * options.context;
}

/** Operations a second of the best of five products of matrices of `size`. */
async function measuredPeak(size: number): Promise<number> {
  const [a, b] = [tf.randomNormal([size, size]), tf.randomNormal([size, size])];
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 6; round++) {
    const begin = performance.now();
    // The sum of a row is read, so that the work is done when the clock stops.
    const read = tf.tidy(() => tf.sum(tf.slice(tf.matMul(a, b), [0, 0], [1, size])));
    await read.data();
    read.dispose();
    if (round > 0) best = Math.min(best, (performance.now() - begin) / 1000);
  }
  tf.dispose([a, b]);
  return (2 * size ** 3) / best;
}

async function secondsPerStep(options: ModelOptions, batch: number): Promise<number> {
  const model = new Model(options, VOCABULARY, initialWeights(options, VOCABULARY, new Random(1)));
  const optimizer = new AdamW(trainerOptions.shape.optimizer.parse({}), model.weights);
  const random = new Random(2);
  const tokens = () => Int32Array.from({ length: options.context }, () => Math.floor(random.next() * VOCABULARY));
  const sequences = Array.from({ length: batch }, () => ({ inputs: tokens(), targets: tokens() }));
  const times: number[] = [];
  for (let step = 1; step <= WARM_UP + STEPS; step++) {
    const begin = performance.now();
    await trainStep(model, optimizer, sequences, step, 1e-4);
    if (step > WARM_UP) times.push((performance.now() - begin) / 1000);
  }
  model.dispose();
  optimizer.dispose();
  return times.sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? Number.NaN;
}

const [backend = 'auto', ...presets] = process.argv.slice(2);
const chosen = await chooseBackend(backend === 'auto' ? 'auto' : backendName.parse(backend));
const onGpu = chosen.name === 'node-gpu' || chosen.name === 'webgpu';
const told = process.env.SEIRYU_PEAK_TFLOPS;
const peak =
  told === undefined ? await measuredPeak(onGpu ? 8192 : 1024) : z.coerce.number().positive().parse(told) * 1e12;
console.log(`${chosen.name}: ${chosen.why}`);
console.log(`peak ${(peak / 1e12).toFixed(2)} TFLOP/s, ${told === undefined ? 'measured' : 'as told'}`);
console.log(
  '| preset | architecture | batch × context | tokens/s | TFLOP/s | MFU |\n| --- | --- | --- | ---: | ---: | ---: |',
);
const wanted = presets.length > 0 ? presets.map((name) => z.enum(presetNames).parse(name)) : (['5M'] as const);
for (const preset of wanted) {
  for (const architecture of architectureNames) {
    const options = modelOptions.parse({ architecture, preset });
    const batch = onGpu ? 8 : 1;
    const seconds = await secondsPerStep(options, batch);
    const tokens = (batch * options.context) / seconds;
    const rate = tokens * flopsPerToken(options, VOCABULARY);
    const cells = [preset, architecture, `${batch} × ${options.context}`, tokens.toFixed(0), (rate / 1e12).toFixed(3)];
    console.log(`| ${[...cells, `${((100 * rate) / peak).toFixed(1)} %`].join(' | ')} |`);
  }
}
process.exit(0);
