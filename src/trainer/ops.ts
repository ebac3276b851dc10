// The model's differentiable operations, each with a gradient of its own: exact, and fast on every backend.
import * as tf from '@tensorflow/tfjs-core';

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

/** x (M, K) · weight (K, N), + bias (N) where there is one → (M, N). */
export function linear(x: tf.Tensor, weight: tf.Tensor, bias?: tf.Tensor): tf.Tensor {
  return differentiable(
    bias === undefined ? [x, weight] : [x, weight, bias],
    () => {
      const value = product(x, weight, false, false);
      return { value: bias === undefined ? value : tf.add(value, bias), saved: [x, weight] };
    },
    (dy, [input = x, matrix = weight]) => [
      product(dy, matrix, false, true), // (M, K)
      product(input, dy, true, false), // (K, N)
      ...(bias === undefined ? [] : [columnSums(dy)]), // (N)
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

/** Added to the variance, as GPT-2, GPT-NeoX and PaLM do. */
export const NORM_EPS = 1e-5;

/** Each row of x (M, D) moved to mean 0 and variance 1, then scaled and shifted (Ba et al. 2016). */
export function layerNorm(x: tf.Tensor, scale: tf.Tensor, shift: tf.Tensor): tf.Tensor {
  return differentiable(
    [x, scale, shift],
    () => {
      const centred = tf.sub(x, tf.mean(x, -1, true)); // (M, D)
      const perDeviation = tf.rsqrt(tf.add(tf.mean(tf.square(centred), -1, true), NORM_EPS)); // (M, 1)
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

/** Each row of x (M, D) divided by the root of its mean square, then scaled (Zhang and Sennrich 2019). */
export function rmsNorm(x: tf.Tensor, scale: tf.Tensor): tf.Tensor {
  return differentiable(
    [x, scale],
    () => {
      const perRoot = tf.rsqrt(tf.add(tf.mean(tf.square(x), -1, true), NORM_EPS)); // (M, 1)
      const normal = tf.mul(x, perRoot); // (M, D)
      return { value: tf.mul(normal, scale), saved: [normal, perRoot, scale] };
    },
    (dy, [normal = x, perRoot = x, by = scale]) => {
      const dNormal = tf.mul(dy, by); // (M, D)
      const along = tf.mean(tf.mul(dNormal, normal), -1, true); // (M, 1)
      return [tf.mul(tf.sub(dNormal, tf.mul(normal, along)), perRoot), columnSums(tf.mul(dy, normal))];
    },
  );
}
