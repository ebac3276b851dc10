// Perplexity on held-out text: the same sequences every time, so that numbers compare.
import * as tf from '@tensorflow/tfjs-core';
import type { Model } from './model.ts';

export interface Evaluation {
  /** Mean cross-entropy in nats; NaN without held-out text. */
  readonly loss: number;
  readonly perplexity: number;
  /** Predicted tokens. */
  readonly tokens: number;
}

/** `heldOut` holds sequences of context + 1 tokens, one after another; `batch` of them are computed at a time. */
export async function evaluate(model: Model, heldOut: Int32Array, batch: number): Promise<Evaluation> {
  const { context } = model.options;
  const count = Math.floor(heldOut.length / (context + 1));
  let sum = 0;
  for (let first = 0; first < count; first += batch) {
    const size = Math.min(batch, count - first);
    const { inputs, targets } = inputsAndTargets(heldOut, first, size, context);
    const loss = tf.tidy(() => model.loss(tf.tensor1d(inputs, 'int32'), tf.tensor1d(targets, 'int32'), size));
    sum += Number((await loss.data())[0]) * size;
    loss.dispose();
  }
  const loss = sum / count;
  return { loss, perplexity: Math.exp(loss), tokens: count * context };
}

function inputsAndTargets(sequences: Int32Array, first: number, size: number, context: number) {
  const inputs = new Int32Array(size * context);
  const targets = new Int32Array(size * context);
  for (let i = 0; i < size; i++) {
    const at = (first + i) * (context + 1);
    inputs.set(sequences.subarray(at, at + context), i * context);
    targets.set(sequences.subarray(at + 1, at + 1 + context), i * context);
  }
  return { inputs, targets };
}
