// One step of training: loss and gradients of a batch, part by part, then clipped and applied.
import * as tf from '@tensorflow/tfjs-core';
import { weighted } from './cross-entropy.ts';
import type { Model } from './model.ts';
import { type AdamW, globalNorm } from './optimizer.ts';

export interface StepResult {
  /** Mean cross-entropy of the batch before the step, in nats; the z-loss is not in it. */
  readonly loss: number;
  /** Norm of all gradients together, before clipping. */
  readonly gradientNorm: number;
}

/** What a step learns from: `inputs[i]` predicts `targets[i]`. */
export interface TrainingSequence {
  /** (context) */
  readonly inputs: Int32Array;
  /** (context) */
  readonly targets: Int32Array;
  /** (context): changes from one document to the next, where documents must not see each other. */
  readonly segments?: Int32Array | undefined;
}

/** Trains on `sequences`, mean over all; `step` counts from 1. */
export async function trainStep(
  model: Model,
  optimizer: AdamW,
  sequences: readonly TrainingSequence[],
  step: number,
  rate: number,
): Promise<StepResult> {
  const total = new GradientSum(model, optimizer.lossScale.scale);
  const part = Math.ceil(sequences.length / optimizer.accumulate);
  for (let first = 0; first < sequences.length; first += part)
    total.add(sequences.slice(first, first + part), sequences.length);
  const norm = globalNorm(total.gradients.values());
  const measured = tf.tidy(() => tf.stack([total.loss, norm]));
  const [loss = Number.NaN, gradientNorm = Number.NaN] = await measured.data();
  if (optimizer.lossScale.after(gradientNorm) === 'apply') optimizer.update(total.gradients, norm, step, rate);
  tf.dispose([measured, norm]);
  total.dispose();
  return { loss, gradientNorm };
}

/** Loss and gradients of a batch that is computed in parts: each part's mean counts by its share of the sequences. */
class GradientSum {
  readonly #model: Model;
  readonly #scale: number;
  #gradients = new Map<string, tf.Tensor>();
  #loss: tf.Tensor = tf.scalar(0);

  constructor(model: Model, scale: number) {
    this.#model = model;
    this.#scale = scale;
  }

  get gradients(): ReadonlyMap<string, tf.Tensor> {
    return this.#gradients;
  }

  get loss(): tf.Tensor {
    return this.#loss;
  }

  add(sequences: readonly TrainingSequence[], of: number): void {
    const { loss, gradients } = gradientsOf(this.#model, sequences, sequences.length / of, this.#scale);
    const before = { loss: this.#loss, gradients: this.#gradients };
    this.#loss = tf.add(before.loss, loss);
    this.#gradients = new Map(
      Array.from(gradients, ([name, gradient]) => {
        const sum = before.gradients.get(name);
        return [name, sum === undefined ? tf.clone(gradient) : tf.add(sum, gradient)];
      }),
    );
    tf.dispose([loss, ...gradients.values(), before.loss, ...before.gradients.values()]);
  }

  dispose(): void {
    tf.dispose([this.#loss, ...this.#gradients.values()]);
  }
}

/** Mean loss of `sequences`, and its gradient by weight name, both times `share`. The loss is scaled while it matters. */
function gradientsOf(
  model: Model,
  sequences: readonly TrainingSequence[],
  share: number,
  scale: number,
): { loss: tf.Tensor; gradients: Map<string, tf.Tensor> } {
  const { ids, targets, segments } = sideBySide(sequences, model.options.context);
  const gradients = new Map<string, tf.Tensor>();
  const loss = tf.tidy(() => {
    let entropy: tf.Tensor = tf.scalar(0);
    const input = { ids: tf.tensor1d(ids, 'int32'), batch: sequences.length, segments };
    const { grads } = tf.variableGrads(() => {
      const parts = model.lossParts(input, tf.tensor1d(targets, 'int32')); // (2)
      entropy = tf.keep(tf.mul(tf.reshape(tf.slice(parts, [0], [1]), []), share));
      return weighted(parts, [scale * share, scale * share]);
    }, [...model.weights.values()]);
    for (const [name, weight] of model.weights) {
      const gradient = grads[weight.name];
      if (gradient !== undefined) gradients.set(name, tf.keep(scale === 1 ? gradient : tf.div(gradient, scale)));
    }
    return entropy;
  });
  return { loss, gradients };
}

/** Sequences one after another, as the model takes them. */
export function sideBySide(sequences: readonly TrainingSequence[], context: number) {
  const ids = new Int32Array(sequences.length * context);
  const targets = new Int32Array(sequences.length * context);
  const segments = sequences.some((sequence) => sequence.segments !== undefined)
    ? new Int32Array(sequences.length * context)
    : undefined;
  sequences.forEach((sequence, index) => {
    ids.set(sequence.inputs, index * context);
    targets.set(sequence.targets, index * context);
    if (sequence.segments !== undefined) segments?.set(sequence.segments, index * context);
  });
  return { ids, targets, segments };
}
