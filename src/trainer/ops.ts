// The model's differentiable operations: TensorFlow.js, and kernels of our own where its WebAssembly backend is slow.
import * as tf from '@tensorflow/tfjs-core';
import { AttentionKernel, type AttentionShape, CrossEntropyKernel } from '../kernels/training-wasm.ts';
import { hasSimd } from '../kernels/wasm-module.ts';

/** TensorFlow.js' WebAssembly backend multiplies batches and computes exponentials one number at a time; these take four. */
interface Kernels {
  readonly attention: AttentionKernel;
  readonly crossEntropy: CrossEntropyKernel;
}
let kernels: Kernels | undefined;

function ownKernels(): Kernels | undefined {
  if (tf.getBackend() !== 'wasm' || !hasSimd()) return undefined;
  kernels ??= { attention: new AttentionKernel(), crossEntropy: new CrossEntropyKernel() };
  return kernels;
}

function floats(x: tf.Tensor): Float32Array {
  const values = x.dataSync();
  return values instanceof Float32Array ? values : Float32Array.from(values);
}

/**
 * An operation with its own gradient. `forward` also returns what `backward` needs; `backward` returns one gradient per
 * input.
 */
export function differentiable<T extends tf.Tensor = tf.Tensor>(
  inputs: tf.Tensor[],
  forward: () => { value: T; saved: tf.Tensor[] },
  backward: (dy: T, saved: tf.Tensor[]) => tf.Tensor[],
): T {
  const operation = tf.customGrad<T>((...args) => {
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

/** a · b of matrices, either one transposed first. */
function product(a: tf.Tensor, b: tf.Tensor, transposeA: boolean, transposeB: boolean): tf.Tensor {
  if (tf.getBackend() !== 'wasm') return tf.matMul(a, b, transposeA, transposeB);
  // Only plain products reach XNNPACK there: 28 GFLOP/s, against 1 for products that transpose (one core). Transposing costs
  // by the number, so the smaller matrices are turned: aᵀ · b = (bᵀ · a)ᵀ.
  if (transposeA && !transposeB && a.size > b.size) return tf.transpose(tf.matMul(tf.transpose(b), a));
  return tf.matMul(transposeA ? tf.transpose(a) : a, transposeB ? tf.transpose(b) : b);
}

/** Sums of the columns of x (M, N) → (N). */
function columnSums(x: tf.Tensor): tf.Tensor {
  if (tf.getBackend() !== 'wasm') return tf.sum(x, 0);
  // Its sum transposes first; a product with ones does not.
  const [rows = 0, columns = 0] = x.shape;
  return tf.reshape(tf.matMul(tf.ones([1, rows]), x), [columns]);
}

/** x (M, K) · weight (K, N) + bias (N) → (M, N). */
export function linear(x: tf.Tensor, weight: tf.Tensor, bias: tf.Tensor): tf.Tensor {
  return differentiable(
    [x, weight, bias],
    () => ({ value: tf.add(product(x, weight, false, false), bias), saved: [x, weight] }),
    (dy, [input = x, matrix = weight]) => [
      product(dy, matrix, false, true), // (M, K)
      product(input, dy, true, false), // (K, N)
      columnSums(dy), // (N)
    ],
  );
}

/** x (M, D) · table (V, D) transposed → (M, V): logits without a bias, from a table laid out like the input embedding's. */
export function unembed(x: tf.Tensor, table: tf.Tensor): tf.Tensor {
  return differentiable(
    [x, table],
    () => ({ value: product(x, table, false, true), saved: [x, table] }),
    (dy, [input = x, matrix = table]) => [
      product(dy, matrix, false, false), // (M, D)
      product(dy, input, true, false), // (V, D)
    ],
  );
}

/** The sum of tensors of one shape. */
export function sum(...terms: tf.Tensor[]): tf.Tensor {
  return differentiable(
    terms,
    () => ({ value: tf.addN(terms), saved: [] }),
    (dy) => terms.map(() => tf.clone(dy)),
  );
}

/** Each row of x (M, D) moved to mean 0 and variance 1, then scaled and shifted (Ba et al. 2016). */
export function layerNorm(x: tf.Tensor, scale: tf.Tensor, shift: tf.Tensor): tf.Tensor {
  return differentiable(
    [x, scale, shift],
    () => {
      const centred = tf.sub(x, tf.mean(x, -1, true)); // (M, D)
      const perDeviation = tf.rsqrt(tf.add(tf.mean(tf.square(centred), -1, true), 1e-5)); // (M, 1)
      const normal = tf.mul(centred, perDeviation); // (M, D)
      return { value: tf.add(tf.mul(normal, scale), shift), saved: [normal, perDeviation, scale] };
    },
    (dy, [normal = x, perDeviation = x, by = scale]) => {
      const dNormal = tf.mul(dy, by); // (M, D)
      const along = tf.mean(tf.mul(dNormal, normal), -1, true); // (M, 1)
      const dx = tf.sub(tf.sub(dNormal, tf.mean(dNormal, -1, true)), tf.mul(normal, along));
      return [tf.mul(dx, perDeviation), columnSums(tf.mul(dy, normal)), columnSums(dy)];
    },
  );
}

const GELU_LINEAR = 2 * Math.sqrt(2 / Math.PI);
const GELU_CUBIC = GELU_LINEAR * 0.044715;

/** GELU, tanh form (Hendrycks and Gimpel 2016): x · σ(ax + bx³), with the logistic function, which every backend computes fast. */
export function gelu(x: tf.Tensor): tf.Tensor {
  const gate = (of: tf.Tensor) => tf.sigmoid(tf.mul(of, tf.add(tf.mul(tf.square(of), GELU_CUBIC), GELU_LINEAR)));
  return differentiable(
    [x],
    () => ({ value: tf.mul(x, gate(x)), saved: [x] }),
    (dy, saved) =>
      saved.map((input) => {
        const open = gate(input);
        const slope = tf.mul(input, tf.add(tf.mul(tf.square(input), 3 * GELU_CUBIC), GELU_LINEAR));
        return tf.mul(dy, tf.mul(open, tf.add(tf.mul(slope, tf.sub(1, open)), 1)));
      }),
  );
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

/** Turns the first numbers of each head vector by its position, or back: x (B, H, T, E) → same. */
function turn(x: tf.Tensor, { cos, sin }: Rotary, direction: 1 | -1): tf.Tensor {
  const [, , length = 0, size = 0] = x.shape;
  const half = cos.shape[1];
  const c = tf.slice(cos, [0, 0], [length, half]); // (T, half)
  const s = tf.mul(tf.slice(sin, [0, 0], [length, half]), direction);
  const [first, second, rest] = parts(x, [half, half, size - 2 * half]);
  const turned = [
    tf.sub(tf.mul(first, c), tf.mul(second, s)), // (B, H, T, half)
    tf.add(tf.mul(second, c), tf.mul(first, s)),
  ];
  return tf.concat(size > 2 * half ? [...turned, rest] : turned, 3);
}

/** x (B, H, T, E) cut in three along E. */
function parts(x: tf.Tensor, sizes: [number, number, number]): [tf.Tensor, tf.Tensor, tf.Tensor] {
  const [first, second, third] = tf.split(x, sizes, 3);
  if (first === undefined || second === undefined || third === undefined) throw new Error('a split lost a part');
  return [first, second, third];
}

/**
 * Causal self-attention. qkv (B·T, 3·D) holds for each head its query, key and value side by side, as GPT-NeoX lays them
 * out → (B·T, D).
 */
export function attention(qkv: tf.Tensor, batch: number, heads: number, positions: Rotary): tf.Tensor {
  const [rows = 0, columns = 0] = qkv.shape;
  const length = rows / batch;
  const size = columns / 3 / heads;
  const own = ownKernels();
  if (own !== undefined) return kernelAttention(qkv, { batch, length, heads, size }, positions, own.attention);
  const scale = 1 / Math.sqrt(size);
  const byHead = (x: tf.Tensor, width: number) =>
    tf.transpose(tf.reshape(x, [batch, length, heads, width]), [0, 2, 1, 3]); // (B·T, H·W) → (B, H, T, W)
  const byRow = (x: tf.Tensor) => tf.reshape(tf.transpose(x, [0, 2, 1, 3]), [rows, -1]); // (B, H, T, W) → (B·T, H·W)
  return differentiable(
    [qkv],
    () => {
      const [q, k, v] = parts(byHead(qkv, 3 * size), [size, size, size]); // (B, H, T, E) each
      const [qTurned, kTurned] = [turn(q, positions, 1), turn(k, positions, 1)];
      const scores = tf.mul(tf.matMul(qTurned, kTurned, false, true), scale); // (B, H, T, T)
      const future = tf.mul(tf.sub(1, tf.linalg.bandPart(tf.ones([length, length]), -1, 0)), -1e9); // (T, T)
      const shares = tf.softmax(tf.add(scores, future)); // (B, H, T, T)
      return { value: byRow(tf.matMul(shares, v)), saved: [qTurned, kTurned, v, shares] };
    },
    (dy, [q = qkv, k = qkv, v = qkv, shares = qkv]) => {
      const dMixed = byHead(dy, size); // (B, H, T, E)
      const dShares = tf.matMul(dMixed, v, false, true); // (B, H, T, T)
      const centred = tf.sub(dShares, tf.sum(tf.mul(dShares, shares), -1, true));
      const dScores = tf.mul(tf.mul(shares, centred), scale); // (B, H, T, T)
      const dq = turn(tf.matMul(dScores, k), positions, -1); // (B, H, T, E)
      const dk = turn(tf.matMul(dScores, q, true, false), positions, -1);
      const dv = tf.matMul(shares, dMixed, true, false);
      return [byRow(tf.concat([dq, dk, dv], 3))]; // (B·T, 3D)
    },
  );
}

function kernelAttention(
  qkv: tf.Tensor,
  sizes: Pick<AttentionShape, 'batch' | 'length' | 'heads' | 'size'>,
  { cos, sin }: Rotary,
  kernel: AttentionKernel,
): tf.Tensor {
  const turned = 2 * cos.shape[1];
  const shape = (): AttentionShape => ({ ...sizes, turned, cosines: floats(cos), sines: floats(sin) });
  const rows = sizes.batch * sizes.length;
  const columns = sizes.heads * sizes.size;
  return differentiable(
    [qkv],
    () => ({ value: tf.tensor2d(kernel.forward(floats(qkv), shape()), [rows, columns]), saved: [qkv] }),
    (dy, [input = qkv]) => [tf.tensor2d(kernel.backward(floats(input), floats(dy), shape()), [rows, 3 * columns])],
  );
}

/**
 * Mean cross-entropy, in nats, of targets (M) under logits (M, V): the largest logit is taken off first, so that no
 * exponential overflows, and only the logits are kept for the gradient, (softmax − one at the target) / M.
 */
export function crossEntropy(logits: tf.Tensor, targets: tf.Tensor1D): tf.Scalar {
  const [rows = 0, vocabulary = 0] = logits.shape;
  const own = ownKernels();
  if (own !== undefined) return kernelCrossEntropy(logits, targets, own.crossEntropy);
  const cells = (columns: tf.Tensor) => tf.stack([tf.range(0, rows, 1, 'int32'), columns], 1); // (M, 2)
  return differentiable(
    [logits],
    () => ({
      value: tf.mean<tf.Scalar>(tf.sub(tf.logSumExp(logits, -1), tf.gatherND(logits, cells(targets)))),
      saved: [logits, targets],
    }),
    (dy, [kept = logits, columns = targets]) => {
      const ones = tf.scatterND(cells(columns), tf.ones([rows]), [rows, vocabulary]); // (M, V)
      return [tf.mul(tf.sub(tf.softmax(kept), ones), tf.div(dy, rows))];
    },
  );
}

function kernelCrossEntropy(logits: tf.Tensor, targets: tf.Tensor1D, kernel: CrossEntropyKernel): tf.Scalar {
  const [rows = 0, vocabulary = 0] = logits.shape;
  const wanted = Int32Array.from(targets.dataSync());
  return differentiable<tf.Scalar>(
    [logits],
    () => ({ value: tf.scalar(kernel.run(floats(logits), wanted).loss), saved: [logits] }),
    (dy, [kept = logits]) => {
      const { gradient } = kernel.run(floats(kept), wanted, (dy.dataSync()[0] ?? 0) / rows);
      return [tf.tensor2d(gradient ?? new Float32Array(0), [rows, vocabulary])];
    },
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
