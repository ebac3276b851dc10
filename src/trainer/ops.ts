// The model's differentiable operations: plain TensorFlow.js, or one fused kernel where the backend has ours (see kernels.ts).
import * as tf from '@tensorflow/tfjs-core';

/**
 * An operation with its own gradient. `forward` also returns what `backward` needs; `backward` returns one gradient per
 * input.
 */
export function differentiable(
  inputs: tf.Tensor[],
  forward: () => { value: tf.Tensor; saved: tf.Tensor[] },
  backward: (dy: tf.Tensor, saved: tf.Tensor[]) => tf.Tensor[],
): tf.Tensor {
  const operation = tf.customGrad((...args) => {
    const { value, saved } = forward();
    const save = args.at(-1);
    if (typeof save === 'function') save(saved);
    return { value, gradFunc: backward };
  });
  return operation(...inputs);
}

/** Rows of `table` (V, D) at `ids` (M) → (M, D). The gradient adds rows up by index: exact, O(MD), no one-hot product. */
export function embed(table: tf.Tensor, ids: tf.Tensor1D): tf.Tensor {
  const [vocabulary = 0, width = 0] = table.shape;
  return differentiable(
    [table],
    () => ({ value: tf.gather(table, ids), saved: [ids] }),
    (dy, saved) => saved.map((at) => tf.scatterND(tf.expandDims(at, 1), dy, [vocabulary, width])),
  );
}

/** x (M, K) · weight (K, N) + bias (N) → (M, N). */
export function linear(x: tf.Tensor, weight: tf.Tensor, bias?: tf.Tensor): tf.Tensor {
  const product = tf.matMul(x, weight);
  return bias === undefined ? product : tf.add(product, bias);
}

/** Each row of x (M, D) moved to mean 0 and variance 1, then scaled and shifted (Ba et al. 2016). */
export function layerNorm(x: tf.Tensor, scale: tf.Tensor, shift: tf.Tensor): tf.Tensor {
  const centred = tf.sub(x, tf.mean(x, -1, true)); // (M, D)
  const variance = tf.mean(tf.square(centred), -1, true); // (M, 1)
  return tf.add(tf.mul(tf.mul(centred, tf.rsqrt(tf.add(variance, 1e-5))), scale), shift);
}

/** GELU, tanh form (Hendrycks and Gimpel 2016), written with the logistic function, which every backend computes fast. */
export function gelu(x: tf.Tensor): tf.Tensor {
  const inner = tf.mul(
    x,
    tf.add(tf.mul(tf.square(x), 2 * 0.044715 * Math.sqrt(2 / Math.PI)), 2 * Math.sqrt(2 / Math.PI)),
  );
  return tf.mul(x, tf.sigmoid(inner));
}

/** Cosines and sines of rotary positions, (context, turned / 2) each (Su et al. 2021, base 10000 as GPT-NeoX). */
export interface Rotary {
  readonly cos: tf.Tensor2D;
  readonly sin: tf.Tensor2D;
}

export function rotary(context: number, turned: number): Rotary {
  const half = turned / 2;
  const angle = (i: number) => Math.floor(i / half) * 10_000 ** (-(i % half) / half);
  const table = (f: (x: number) => number) =>
    tf.tensor2d(
      Float32Array.from({ length: context * half }, (_, i) => f(angle(i))),
      [context, half],
    );
  return { cos: table(Math.cos), sin: table(Math.sin) };
}

/** Turns the first numbers of each head vector by its position: x (B, H, T, E) → same. */
function turn(x: tf.Tensor, { cos, sin }: Rotary): tf.Tensor {
  const [batch = 0, heads = 0, length = 0, size = 0] = x.shape;
  const half = cos.shape[1];
  const c = tf.slice(cos, [0, 0], [length, half]);
  const s = tf.slice(sin, [0, 0], [length, half]);
  const [first, second, rest] = tf.split(x, [half, half, size - 2 * half], 3);
  if (first === undefined || second === undefined || rest === undefined) throw new Error('a split lost a part');
  const turned = [
    tf.sub(tf.mul(first, c), tf.mul(second, s)), // (B, H, T, half)
    tf.add(tf.mul(second, c), tf.mul(first, s)),
  ];
  if (size > 2 * half) turned.push(rest);
  return tf.reshape(tf.concat(turned, 3), [batch, heads, length, size]);
}

/**
 * Causal self-attention. qkv (B·T, 3·D) holds for each head its query, key and value side by side, as GPT-NeoX lays them
 * out → (B·T, D).
 */
export function attention(qkv: tf.Tensor, batch: number, heads: number, positions: Rotary): tf.Tensor {
  const [rows = 0, columns = 0] = qkv.shape;
  const length = rows / batch;
  const size = columns / 3 / heads;
  const split = tf.transpose(tf.reshape(qkv, [batch, length, heads, 3 * size]), [0, 2, 1, 3]); // (B, H, T, 3E)
  const [q, k, v] = tf.split(split, 3, 3); // (B, H, T, E) each
  if (q === undefined || k === undefined || v === undefined) throw new Error('a split lost a part');
  const scores = tf.mul(tf.matMul(turn(q, positions), turn(k, positions), false, true), 1 / Math.sqrt(size)); // (B, H, T, T)
  const future = tf.mul(tf.sub(1, tf.linalg.bandPart(tf.ones([length, length]), -1, 0)), -1e9); // (T, T)
  const mixed = tf.matMul(tf.softmax(tf.add(scores, future)), v); // (B, H, T, E)
  return tf.reshape(tf.transpose(mixed, [0, 2, 1, 3]), [rows, heads * size]);
}

/**
 * Mean cross-entropy, in nats, of targets (M) under logits (M, V): the largest logit is taken off first, so that no
 * exponential overflows, and only the logits are kept for the gradient, (softmax − one at the target) / M.
 */
export function crossEntropy(logits: tf.Tensor, targets: tf.Tensor1D): tf.Tensor {
  const [rows = 0, vocabulary = 0] = logits.shape;
  const at = () => tf.stack([tf.range(0, rows, 1, 'int32'), targets], 1); // (M, 2)
  return differentiable(
    [logits],
    () => ({ value: tf.mean(tf.sub(tf.logSumExp(logits, -1), tf.gatherND(logits, at()))), saved: [logits] }),
    (dy, saved) =>
      saved.map((kept) => {
        const ones = tf.scatterND(at(), tf.ones([rows]), [rows, vocabulary]);
        return tf.mul(tf.sub(tf.softmax(kept), ones), tf.div(dy, rows));
      }),
  );
}

/** Σx² of any tensor, a scalar. */
export function sumOfSquares(x: tf.Tensor): tf.Tensor {
  return tf.sum(tf.square(x));
}

export interface AdamInputs {
  weight: tf.Tensor;
  first: tf.Tensor;
  second: tf.Tensor;
  gradient: tf.Tensor;
  /** Scalar that the gradient is multiplied by. */
  scale: tf.Tensor;
}

export interface AdamNumbers {
  beta1: number;
  beta2: number;
  eps: number;
  decay: number;
  rate: number;
  /** From 1: corrects the moments' start at zero. */
  step: number;
}

/** One weight's AdamW step: new weight and moments, of the weight's shape. */
export function adamw(inputs: AdamInputs, numbers: AdamNumbers): Pick<AdamInputs, 'weight' | 'first' | 'second'> {
  const { beta1, beta2, eps, decay, rate, step } = numbers;
  const gradient = tf.mul(inputs.gradient, inputs.scale);
  const first = tf.add(tf.mul(inputs.first, beta1), tf.mul(gradient, 1 - beta1));
  const second = tf.add(tf.mul(inputs.second, beta2), tf.mul(tf.square(gradient), 1 - beta2));
  const root = tf.add(tf.sqrt(tf.div(second, 1 - beta2 ** step)), eps);
  const change = tf.div(tf.mul(first, rate / (1 - beta1 ** step)), root);
  return { weight: tf.sub(tf.mul(inputs.weight, 1 - rate * decay), change), first, second };
}
