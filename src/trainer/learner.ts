// What learns, on the device: the model's weights and the optimiser's moments, moved to checkpoints and back.
import * as tf from '@tensorflow/tfjs-core';
import type { Checkpoint } from './checkpoint.ts';
import { Model } from './model.ts';
import { AdamW, valuesOf } from './optimizer.ts';
import type { TrainerOptions } from './options.ts';
import { type Sequence, shown } from './packing.ts';
import { type StepResult, sideBySide, trainStep } from './step.ts';

export type Learned = Pick<Checkpoint, 'weights' | 'moments'>;

export class Learner {
  readonly model: Model;
  readonly #options: TrainerOptions;
  #optimizer: AdamW;

  constructor(
    options: TrainerOptions,
    vocabulary: number,
    { weights, moments }: Pick<Checkpoint, 'weights'> & Partial<Pick<Checkpoint, 'moments'>>,
  ) {
    this.#options = options;
    this.model = new Model(options.model, vocabulary, weights);
    this.#optimizer = new AdamW(options.optimizer, this.model.weights, moments);
  }

  /** One step of training; `step` counts from 1. */
  step(batch: readonly Sequence[], step: number, rate: number): Promise<StepResult> {
    const { attention } = this.#options.packing;
    const sequences = batch.map((sequence) => shown(sequence, attention));
    return trainStep(this.model, this.#optimizer, sequences, step, rate);
  }

  /** Mean cross-entropy of a batch in nats, without training on it. */
  async loss(batch: readonly Sequence[]): Promise<number> {
    const { attention } = this.#options.packing;
    const { ids, targets, segments } = sideBySide(
      batch.map((sequence) => shown(sequence, attention)),
      this.model.options.context,
    );
    const loss = tf.tidy(() =>
      this.model.loss(tf.tensor1d(ids, 'int32'), tf.tensor1d(targets, 'int32'), batch.length, segments),
    );
    const [value = Number.NaN] = await loss.data();
    loss.dispose();
    return value;
  }

  /** A copy of all that was learned. */
  async learned(): Promise<Learned> {
    return { weights: await valuesOf(this.model.weights), moments: await this.#optimizer.moments() };
  }

  /** Becomes what it was when `learned` was saved. */
  restore({ weights, moments }: Learned): void {
    for (const [name, variable] of this.model.weights) {
      const values = weights.get(name);
      if (values === undefined) throw new Error(`no values for weight ${name}`);
      tf.tidy(() => variable.assign(tf.tensor(values, variable.shape)));
    }
    this.#optimizer.dispose();
    this.#optimizer = new AdamW(this.#options.optimizer, this.model.weights, moments);
  }

  dispose(): void {
    this.model.dispose();
    this.#optimizer.dispose();
  }
}

/** The first weight or moment that holds a number that is none. O(parameters). */
export function notFinite({ weights, moments }: Learned): string | undefined {
  for (const [kind, values] of [
    ['weight', weights],
    ['first moment of', moments.first],
    ['second moment of', moments.second],
  ] as const)
    for (const [name, numbers] of values) if (!numbers.every(Number.isFinite)) return `${kind} ${name}`;
  return undefined;
}
