// Reads the models that foreign.py wrote and compares logits: what `seiryu train --from` would go on from.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { chooseBackend } from '../../src/trainer/backends.ts';
import { readConfig, readWeights } from '../../src/trainer/import/hugging-face.ts';
import { StoredTensors } from '../../src/trainer/import/tensors.ts';
import { Model } from '../../src/trainer/model.ts';

const ALLOWED = 1e-4;
const expectedFile = z.object({ ids: z.array(z.int()), logits: z.array(z.number()) });

const [root = '.parity/foreign'] = process.argv.slice(2);
await chooseBackend('wasm');
let worst = 0;
for (const name of ['gpt2', 'pythia', 'rinna']) {
  const dir = join(root, name);
  const expected = expectedFile.parse(JSON.parse(await readFile(join(dir, 'expected.json'), 'utf8')));
  const { options, vocabulary } = await readConfig(dir);
  const model = new Model(
    options,
    vocabulary,
    await readWeights(dir, await StoredTensors.open(dir), options, vocabulary),
  );
  const logits = tf.tidy(() => model.logits(model.hidden(tf.tensor1d(expected.ids, 'int32'), 2)).dataSync());
  let largest = 0;
  for (const [i, value] of expected.logits.entries())
    largest = Math.max(largest, Math.abs(value - (logits[i] ?? Number.NaN)));
  console.log(`${name}, written by transformers, read by Seiryu: logits differ by ${largest.toExponential(2)}`);
  if (!(largest <= ALLOWED)) worst = Number.POSITIVE_INFINITY;
  model.dispose();
}
if (worst > ALLOWED) {
  console.error(`Logits differ by more than ${ALLOWED}.`);
  process.exit(1);
}
