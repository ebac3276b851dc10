// AdamW with a warm-up and a cosine, and clipping by the norm of all gradients together.
import * as tf from '@tensorflow/tfjs-core';
import { adamw, sumOfSquares } from './ops.ts';
import type { TrainerOptions } from './options.ts';

export type OptimizerOptions = TrainerOptions['optimizer'];

/** The cosine ends here, as a share of the highest rate (Hoffmann et al. 2022). */
const FINAL_SHARE = 0.1;

/**
 * Learning rate of step `step` (the first is 1): rises in a line to `rate` at `warmup`, then falls by a cosine to a tenth at
 * `lastStep` and stays; without `lastStep` it stays at `rate`.
 */
export function learningRate(options: OptimizerOptions, step: number, lastStep: number | undefined): number {
  if (step <= options.warmup) return (options.rate * step) / options.warmup;
  if (options.schedule === 'constant' || lastStep === undefined) return options.rate;
  const done = Math.min(1, (step - options.warmup) / Math.max(1, lastStep - options.warmup));
  return options.rate * (FINAL_SHARE + ((1 - FINAL_SHARE) * (1 + Math.cos(Math.PI * done))) / 2);
}

/** Norm of all gradients together: √Σg², a scalar. */
export function globalNorm(gradients: Iterable<tf.Tensor>): tf.Tensor {
  return tf.tidy(() => tf.sqrt(tf.addN(Array.from(gradients, sumOfSquares))));
}

/** Values of the two moments by weight name, as checkpoints keep them. */
export interface Moments {
  readonly first: ReadonlyMap<string, Float32Array>;
  readonly second: ReadonlyMap<string, Float32Array>;
}

/** AdamW (Loshchilov and Hutter 2019): weight decay apart from the gradient, on matrices only. */
export class AdamW {
  readonly #options: OptimizerOptions;
  readonly #weights: ReadonlyMap<string, tf.Variable>;
  readonly #first = new Map<string, tf.Variable>();
  readonly #second = new Map<string, tf.Variable>();

  constructor(options: OptimizerOptions, weights: ReadonlyMap<string, tf.Variable>, moments?: Moments) {
    this.#options = options;
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
        const decay = weight.rank > 1 ? adam.decay : 0;
        const updated = adamw(
          { weight, first, second, gradient, scale },
          { beta1, beta2, eps: adam.eps, decay, rate, step },
        );
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
