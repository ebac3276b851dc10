// AdamW, clipping by the norm of all gradients together, and which weights decay.
import * as tf from '@tensorflow/tfjs-core';
import { LossScale } from './loss-scale.ts';
import type { TrainerOptions } from './options.ts';

export { learningRate } from './schedule.ts';
export type OptimizerOptions = TrainerOptions['optimizer'];

/** WebGPU binds 8 buffers to a program and computes nothing, without an error here, when there are more. */
const SUMMANDS = 4;

/** The sum of any number of scalars, always in the same order. */
function sumOfScalars(scalars: readonly tf.Tensor[]): tf.Tensor {
  const [only] = scalars;
  if (only !== undefined && scalars.length === 1) return only;
  const sums: tf.Tensor[] = [];
  for (let at = 0; at < scalars.length; at += SUMMANDS) sums.push(tf.addN(scalars.slice(at, at + SUMMANDS)));
  return sumOfScalars(sums);
}

/** Norm of all gradients together: √Σg², a scalar. */
export function globalNorm(gradients: Iterable<tf.Tensor>): tf.Tensor {
  return tf.tidy(() => tf.sqrt(sumOfScalars(Array.from(gradients, (gradient) => tf.sum(tf.square(gradient))))));
}

/** Values of the two moments by weight name, as checkpoints keep them. */
export interface Moments {
  readonly first: ReadonlyMap<string, Float32Array>;
  readonly second: ReadonlyMap<string, Float32Array>;
}

interface Moment {
  weight: tf.Tensor;
  first: tf.Tensor;
  second: tf.Tensor;
}

interface AdamNumbers {
  beta1: number;
  beta2: number;
  eps: number;
  /** Weight decay: the share of itself, times the rate, that a weight loses. */
  decay: number;
  rate: number;
  /** From 1: corrects the moments' start at zero. */
  step: number;
}

/** One weight's AdamW step, its gradient multiplied by `scale` first: new weight and moments, of the weight's shape. */
export function adamw(before: Moment, gradient: tf.Tensor, scale: tf.Tensor, numbers: AdamNumbers): Moment {
  const { beta1, beta2, eps, decay, rate, step } = numbers;
  const scaled = tf.mul(gradient, scale);
  const first = tf.add(tf.mul(before.first, beta1), tf.mul(scaled, 1 - beta1));
  const second = tf.add(tf.mul(before.second, beta2), tf.mul(tf.square(scaled), 1 - beta2));
  const root = tf.add(tf.sqrt(tf.div(second, 1 - beta2 ** step)), eps);
  const change = tf.div(tf.mul(first, rate / (1 - beta1 ** step)), root);
  return { weight: tf.sub(tf.mul(before.weight, 1 - rate * decay), change), first, second };
}

/** Whether weight decay acts on a weight: on matrices, unless a part of the name is exempt; never on biases and norms. */
export const decays = (name: string, rank: number, exempt: readonly string[]): boolean =>
  rank > 1 && !exempt.some((part) => name.includes(part));

/** AdamW (Loshchilov and Hutter 2019): weight decay apart from the gradient. */
export class AdamW {
  /** Parts that a step's batch is computed in. */
  readonly accumulate: number;
  readonly lossScale: LossScale;
  readonly #options: OptimizerOptions;
  readonly #weights: ReadonlyMap<string, tf.Variable>;
  readonly #first = new Map<string, tf.Variable>();
  readonly #second = new Map<string, tf.Variable>();

  constructor(options: OptimizerOptions, weights: ReadonlyMap<string, tf.Variable>, moments?: Moments) {
    this.#options = options;
    this.accumulate = options.accumulate;
    this.lossScale = new LossScale(options.lossScale, tf.backend().floatPrecision());
    this.#weights = weights;
    for (const [name, weight] of weights) {
      const variable = (values: Float32Array | undefined) =>
        tf.tidy(() =>
          tf.variable(values === undefined ? tf.zerosLike(weight) : tf.tensor(values, weight.shape), false),
        );
      this.#first.set(name, variable(moments?.first.get(name)));
      this.#second.set(name, variable(moments?.second.get(name)));
    }
  }

  /** One step. `step` counts from 1; `norm` is the gradients' global norm (scalar). Gradients stay the caller's. */
  update(gradients: ReadonlyMap<string, tf.Tensor>, norm: tf.Tensor, step: number, rate: number): void {
    const { adamw: adam, clip } = this.#options;
    const [beta1, beta2] = adam.beta;
    tf.tidy(() => {
      const scale = tf.minimum(1, tf.div(clip, tf.add(norm, 1e-6)));
      for (const [name, weight] of this.#weights) {
        const gradient = gradients.get(name);
        const first = this.#first.get(name);
        const second = this.#second.get(name);
        if (gradient === undefined || first === undefined || second === undefined)
          throw new Error(`no gradient of ${name}`);
        const decay = decays(name, weight.rank, adam.exempt) ? adam.decay : 0;
        const numbers = { beta1, beta2, eps: adam.eps, decay, rate, step };
        const updated = adamw({ weight, first, second }, gradient, scale, numbers);
        weight.assign(updated.weight);
        first.assign(updated.first);
        second.assign(updated.second);
      }
    });
  }

  async moments(): Promise<Moments> {
    return { first: await valuesOf(this.#first), second: await valuesOf(this.#second) };
  }

  dispose(): void {
    for (const variable of [...this.#first.values(), ...this.#second.values()]) variable.dispose();
  }
}

/** A copy of the variables' values. */
export async function valuesOf(variables: ReadonlyMap<string, tf.Variable>): Promise<Map<string, Float32Array>> {
  const values = new Map<string, Float32Array>();
  for (const [name, variable] of variables) values.set(name, Float32Array.from(await variable.data()));
  return values;
}
