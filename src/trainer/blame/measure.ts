// How a document looks to a good model: its loss and the gradient that it alone would give.
import * as tf from '@tensorflow/tfjs-core';
import type { Model } from '../model.ts';
import { globalNorm } from '../optimizer.ts';
import { median } from '../robust.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';

export interface Look {
  /** Mean cross-entropy of its tokens, in nats. */
  readonly loss: number;
  /** Norm of the gradient of that loss. */
  readonly gradientNorm: number;
  /** Tokens measured. */
  readonly tokens: number;
}

/** Of a long document so many sequences are measured: enough to know it by. */
const SEQUENCES = 4;

/** Costs one forward and backward pass of at most four sequences. Undefined for a document without a token to predict. */
export async function lookAt(model: Model, tokenizer: Tokenizer, text: string): Promise<Look | undefined> {
  const { context } = model.options;
  const tokens = [tokenizer.endOfDocument, ...tokenizer.encode(text), tokenizer.endOfDocument];
  const length = Math.min(context, tokens.length - 1);
  if (length < 1) return undefined;
  const count = Math.min(SEQUENCES, Math.floor((tokens.length - 1) / length));
  const ids = Int32Array.from(tokens.slice(0, count * length));
  const targets = Int32Array.from(tokens.slice(1, count * length + 1));
  const measured = tf.tidy(() => {
    const { value, grads } = tf.variableGrads(
      () => model.loss(tf.tensor1d(ids, 'int32'), tf.tensor1d(targets, 'int32'), count),
      [...model.weights.values()],
    );
    return tf.stack([value, globalNorm(Object.values(grads))]);
  });
  const [loss = Number.NaN, gradientNorm = Number.NaN] = await measured.data();
  measured.dispose();
  return { loss, gradientNorm, tokens: count * length };
}

/**
 * How much each stands out among the others: robust deviations above the median of loss, plus those of the logarithm of the
 * gradient norm. What is not finite stands out most.
 */
export function standOut(looks: readonly Look[]): number[] {
  const losses = deviationsOf(looks.map(({ loss }) => loss));
  const norms = deviationsOf(looks.map(({ gradientNorm }) => Math.log(gradientNorm)));
  return looks.map((_, index) => (losses[index] ?? 0) + (norms[index] ?? 0));
}

/** No spread is smaller than this: among a few documents that happen to be alike, a hair's breadth is no sign. */
const LEAST_SPREAD = 0.05;

function deviationsOf(values: readonly number[]): number[] {
  const finite = values.filter(Number.isFinite);
  const centre = median(finite);
  const spread = Math.max(LEAST_SPREAD, 1.4826 * median(finite.map((value) => Math.abs(value - centre))));
  return values.map((value) => (Number.isFinite(value) ? (value - centre) / spread : Number.MAX_SAFE_INTEGER));
}
