// One step of training: loss and gradients of a batch, clipped, applied.
import * as tf from '@tensorflow/tfjs-core';
import type { Model } from './model.ts';
import { type AdamW, globalNorm } from './optimizer.ts';
import type { Shown } from './packing.ts';

export interface StepResult {
  /** Mean cross-entropy of the batch before the step, in nats. */
  readonly loss: number;
  /** Norm of all gradients together, before clipping. */
  readonly gradientNorm: number;
}

/** Trains on `sequences`; `step` counts from 1. */
export async function trainStep(
  model: Model,
  optimizer: AdamW,
  sequences: readonly Shown[],
  step: number,
  rate: number,
): Promise<StepResult> {
  const { context } = model.options;
  const ids = new Int32Array(sequences.length * context);
  const targets = new Int32Array(sequences.length * context);
  sequences.forEach((sequence, index) => {
    ids.set(sequence.inputs, index * context);
    targets.set(sequence.targets, index * context);
  });
  const measured = tf.tidy(() => {
    const { value, grads } = tf.variableGrads(
      () => model.loss(tf.tensor1d(ids, 'int32'), tf.tensor1d(targets, 'int32'), sequences.length),
      [...model.weights.values()],
    );
    const gradients = new Map<string, tf.Tensor>();
    for (const [name, weight] of model.weights) {
      const gradient = grads[weight.name];
      if (gradient !== undefined) gradients.set(name, gradient);
    }
    const norm = globalNorm(gradients.values());
    optimizer.update(gradients, norm, step, rate);
    return tf.stack([value, norm]);
  });
  const [loss = Number.NaN, gradientNorm = Number.NaN] = await measured.data();
  measured.dispose();
  return { loss, gradientNorm };
}
