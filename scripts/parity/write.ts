// Writes what the parity check compares: exported models with Seiryu's logits, gradients and greedy text; AdamW's steps.
import { mkdir, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { chooseBackend } from '../../src/trainer/backends.ts';
import { weighted } from '../../src/trainer/cross-entropy.ts';
import { exportHuggingFace } from '../../src/trainer/export/hugging-face.ts';
import { storedWeights } from '../../src/trainer/export/layouts.ts';
import { Model } from '../../src/trainer/model.ts';
import type { ModelOptions } from '../../src/trainer/model-options.ts';
import { AdamW, globalNorm, learningRate, valuesOf } from '../../src/trainer/optimizer.ts';
import { backendName, trainerOptions } from '../../src/trainer/options.ts';
import { Random } from '../../src/trainer/random.ts';
import { type NamedArray, safetensorsHeader, writeSafetensors } from '../../src/trainer/safetensors.ts';
import { sample } from '../../src/trainer/sample.ts';
import { parseTokenizer } from '../../src/trainer/tokenizer/file.ts';
import { learnTokenizer } from '../../src/trainer/tokenizer/learn.ts';
import { MODELS, roughWeights } from './models.ts';

const TEXT =
  '吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。The quick brown fox jumps over the lazy dog.';
const BATCH = 2;
const NEW_TOKENS = 20;
const PROMPT = '吾輩は猫で';
/** Where documents begin in the two sequences that are packed. */
const BORDERS = [
  [0, 5, 20],
  [0, 1, 31],
];

const [dir = '.parity', backend = 'auto'] = process.argv.slice(2);

async function writeArrays(path: string, arrays: NamedArray[]): Promise<void> {
  const file = await open(path, 'w');
  await writeSafetensors(file, safetensorsHeader(arrays, {}), arrays).finally(() => file.close());
}

async function float32(tensor: tf.Tensor): Promise<Float32Array> {
  const values = Float32Array.from(await tensor.data());
  tensor.dispose();
  return values;
}

function segmentsOf(context: number): Int32Array {
  const segments = new Int32Array(BATCH * context);
  BORDERS.forEach((borders, row) => {
    for (let i = 0; i < context; i++) segments[row * context + i] = borders.filter((border) => border <= i).length;
  });
  return segments;
}

async function writeModel(name: string, options: ModelOptions): Promise<void> {
  const json = learnTokenizer([TEXT], { model: 'bpe', vocab: 300 });
  const tokenizer = parseTokenizer(json, 'tokenizer.json');
  const { vocabulary, endOfDocument } = tokenizer;
  const weights = roughWeights(options, vocabulary);
  const model = new Model(options, vocabulary, weights);
  const folder = join(dir, name);
  await exportHuggingFace(
    folder,
    {
      options,
      vocabulary,
      weights,
      tokenizer: json,
      endOfDocument: { number: endOfDocument, text: tokenizer.tokens[endOfDocument] ?? '' },
      card: `# ${name}\n`,
    },
    // Small enough that there are several shards and an index.
    200_000,
  );

  const { context } = options;
  const random = new Random(5);
  const tokens = () => Int32Array.from({ length: BATCH * context }, () => Math.floor(random.next() * vocabulary));
  const [ids, targets] = [tokens(), tokens()];
  const logitsOf = (segments?: Int32Array) =>
    float32(tf.tidy(() => model.logits(model.hidden(tf.tensor1d(ids, 'int32'), BATCH, segments))));
  const { value, grads } = tf.variableGrads(() => {
    const input = { ids: tf.tensor1d(ids, 'int32'), batch: BATCH };
    return weighted(model.lossParts(input, tf.tensor1d(targets, 'int32')), [1, 1]);
  }, [...model.weights.values()]);
  const gradients = new Map<string, Float32Array>();
  for (const [weight, { name: id }] of model.weights) {
    const gradient = grads[id];
    if (gradient !== undefined) gradients.set(weight, await float32(gradient));
  }
  let text = '';
  for await (const piece of sample(
    model,
    tokenizer,
    {
      prompt: PROMPT,
      tokens: NEW_TOKENS,
      temperature: 0,
      topK: 0,
      topP: 1,
      repetitionPenalty: 1,
      noRepeatNgram: 0,
      stop: [],
    },
    random,
  ))
    text += piece;

  const shape = [BATCH, context];
  await writeArrays(join(folder, 'expected.safetensors'), [
    { name: 'ids', shape, values: ids },
    { name: 'targets', shape, values: targets },
    { name: 'logits', shape: [...shape, vocabulary], values: await logitsOf() },
    { name: 'packedLogits', shape: [...shape, vocabulary], values: await logitsOf(segmentsOf(context)) },
    { name: 'loss', shape: [1], values: await float32(value) },
    ...storedWeights(options, vocabulary, (weight) => gradients.get(weight) ?? new Float32Array(0)).map(
      ({ name: stored, shape: storedShape, values }) => ({
        name: `gradient.${stored}`,
        shape: storedShape,
        values: values(),
      }),
    ),
  ]);
  const facts = { zLoss: options.zLoss, borders: BORDERS, prompt: PROMPT, newTokens: NEW_TOKENS, text };
  await writeFile(join(folder, 'expected.json'), JSON.stringify(facts));
  model.dispose();
}

/** Steps of AdamW on given gradients, with clipping, decay and a schedule: the weights after each. */
async function writeOptimizer(schedule: 'cosine' | 'constant-decay'): Promise<void> {
  const steps = 12;
  const options = trainerOptions.shape.optimizer.parse({
    schedule,
    rate: 0.01,
    warmup: 3,
    clip: 1.5,
    decayShare: 0.5,
    adamw: { decay: 0.2, exempt: ['exempt'] },
  });
  const shapes = { 'matrix.weight': [5, 7], 'exempt.weight': [4, 3], 'matrix.bias': [7] };
  const random = new Random(9);
  const normals = (shape: number[], deviation: number) =>
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.normal() * deviation);
  const weights = new Map(
    Object.entries(shapes).map(([name, shape]) => [name, tf.variable(tf.tensor(normals(shape, 1), shape))]),
  );
  const arrays: NamedArray[] = [];
  const note = async (when: string) => {
    for (const [name, values] of await valuesOf(weights))
      arrays.push({ name: `${when}.${name}`, shape: weights.get(name)?.shape ?? [], values });
  };
  await note('weights.0');
  const optimizer = new AdamW(options, weights);
  const rates: number[] = [];
  for (let step = 1; step <= steps; step++) {
    const gradients = new Map<string, tf.Tensor>();
    for (const [name, shape] of Object.entries(shapes)) {
      // Some below the clip, some above.
      const values = normals(shape, step % 2 === 0 ? 1 : 0.1);
      arrays.push({ name: `gradient.${step}.${name}`, shape, values });
      gradients.set(name, tf.tensor(values, shape));
    }
    const rate = learningRate(options, step, steps);
    rates.push(rate);
    optimizer.update(gradients, globalNorm(gradients.values()), step, rate);
    await note(`weights.${step}`);
  }
  const folder = join(dir, `adamw-${schedule}`);
  await mkdir(folder, { recursive: true });
  await writeArrays(join(folder, 'expected.safetensors'), arrays);
  await writeFile(join(folder, 'expected.json'), JSON.stringify({ steps, rates, ...options }));
}

const chosen = await chooseBackend(backend === 'auto' ? 'auto' : backendName.parse(backend));
process.stdout.write(`Seiryu on ${chosen.name}: ${chosen.why}\n`);
for (const [name, options] of Object.entries(MODELS)) await writeModel(name, options);
for (const schedule of ['cosine', 'constant-decay'] as const) await writeOptimizer(schedule);
