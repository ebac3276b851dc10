// Trains each architecture for 20 steps on one backend and prints the losses as JSON; compare.ts runs it for each backend.
import * as tf from '@tensorflow/tfjs-core';
import { chooseBackend } from '../../src/trainer/backends.ts';
import { Model } from '../../src/trainer/model.ts';
import { architectureNames, modelOptions } from '../../src/trainer/model-options.ts';
import { AdamW, learningRate } from '../../src/trainer/optimizer.ts';
import { backendName, trainerOptions } from '../../src/trainer/options.ts';
import { Random } from '../../src/trainer/random.ts';
import { trainStep } from '../../src/trainer/step.ts';
import { initialWeights } from '../../src/trainer/weights.ts';

const STEPS = 20;
const VOCABULARY = 96;
const BATCH = 4;

const { name, why } = await chooseBackend(backendName.parse(process.argv[2]));
const losses: Record<string, number[]> = {};
const leaked: Record<string, number> = {};
const begin = performance.now();
for (const architecture of architectureNames) {
  const options = modelOptions.parse({ architecture, layers: 2, width: 32, heads: 2, context: 32 });
  const model = new Model(options, VOCABULARY, initialWeights(options, VOCABULARY, new Random(1)));
  const training = trainerOptions.shape.optimizer.parse({ rate: 3e-3, warmup: 5, accumulate: 2 });
  const optimizer = new AdamW(training, model.weights);
  const random = new Random(2);
  // Few different tokens: there is something to learn, and every token stands in a batch many times.
  const sequence = () => {
    const tokens = Int32Array.from({ length: options.context + 1 }, () => Math.floor(random.next() ** 3 * 40));
    const segments = Int32Array.from({ length: options.context }, (_, i) => (i < 11 ? 0 : 1));
    return { inputs: tokens.slice(0, -1), targets: tokens.slice(1), segments };
  };
  const kept: number[] = [];
  let tensors = 0;
  for (let step = 1; step <= STEPS; step++) {
    const batch = Array.from({ length: BATCH }, sequence);
    const { loss } = await trainStep(model, optimizer, batch, step, learningRate(training, step, STEPS));
    kept.push(loss);
    if (step === 1) tensors = tf.memory().numTensors;
  }
  leaked[architecture] = tf.memory().numTensors - tensors;
  losses[architecture] = kept;
  model.dispose();
  optimizer.dispose();
}
const seconds = (performance.now() - begin) / 1000;
process.stdout.write(`\n${JSON.stringify({ name, why, losses, leaked, seconds })}\n`);
// Dawn and libtensorflow keep threads that would hold the process.
process.exit(0);
