// What training minimises: cross-entropy, and for those who want it the z-loss that keeps logits near zero.
import * as tf from '@tensorflow/tfjs-core';
import type { CrossEntropyKernel } from '../kernels/training-wasm.ts';
import { differentiable } from './ops.ts';
import { floats, ownKernels } from './own-kernels.ts';

/**
 * Mean cross-entropy, in nats, of targets (M) under logits (M, V), and zLoss · mean(log² Z) with Z the sum of the
 * exponentials (Chowdhery et al. 2022, section 5) → (2). The largest logit is taken off first, so that no exponential
 * overflows. Only the logits are kept for the gradient, (softmax · (1 + 2 · zLoss · log Z) − one at the target) / M.
 */
export function lossParts(logits: tf.Tensor, targets: tf.Tensor1D, zLoss: number): tf.Tensor1D {
  const [rows = 0, vocabulary = 0] = logits.shape;
  const own = ownKernels();
  if (own !== undefined) return kernelLossParts(logits, targets, zLoss, own.crossEntropy);
  const cells = (columns: tf.Tensor) => tf.stack([tf.range(0, rows, 1, 'int32'), columns], 1); // (M, 2)
  return differentiable<tf.Tensor1D>(
    [logits],
    () => {
      const logZ = tf.logSumExp(logits, -1); // (M)
      const entropy = tf.mean(tf.sub(logZ, tf.gatherND(logits, cells(targets))));
      const value = tf.stack([entropy, tf.mul(tf.mean(tf.square(logZ)), zLoss)]);
      return { value: tf.reshape(value, [2]), saved: [logits, targets] };
    },
    (dy, [kept = logits, columns = targets]) => {
      const [dEntropy, dZ] = tf.split(tf.div(dy, rows), 2); // (1) each
      if (dEntropy === undefined || dZ === undefined) throw new Error('the loss has two parts');
      const ones = tf.scatterND(cells(columns), tf.ones([rows]), [rows, vocabulary]); // (M, V)
      const logZ = tf.logSumExp(kept, -1, true); // (M, 1)
      const weight = tf.add(tf.mul(logZ, tf.mul(dZ, 2 * zLoss)), dEntropy); // (M, 1)
      return [tf.sub(tf.mul(tf.softmax(kept), weight), tf.mul(ones, dEntropy))];
    },
  );
}

/** Σ part · weight of the two parts of a loss, a scalar. */
export function weighted(parts: tf.Tensor1D, weights: readonly [number, number]): tf.Scalar {
  return differentiable<tf.Scalar>(
    [parts],
    () => ({ value: tf.sum(tf.mul(parts, tf.tensor1d([...weights]))), saved: [] }),
    (dy) => [tf.mul(tf.tensor1d([...weights]), dy)],
  );
}

/** Mean cross-entropy in nats of targets (M) under logits (M, V). */
export function crossEntropy(logits: tf.Tensor, targets: tf.Tensor1D): tf.Scalar {
  return weighted(lossParts(logits, targets, 0), [1, 0]);
}

function kernelLossParts(
  logits: tf.Tensor,
  targets: tf.Tensor1D,
  zLoss: number,
  kernel: CrossEntropyKernel,
): tf.Tensor1D {
  const [rows = 0, vocabulary = 0] = logits.shape;
  const wanted = Int32Array.from(targets.dataSync());
  return differentiable<tf.Tensor1D>(
    [logits],
    () => {
      const { loss, squares } = kernel.run(floats(logits), wanted);
      return { value: tf.tensor1d([loss, zLoss * squares]), saved: [logits] };
    },
    (dy, [kept = logits]) => {
      const [dEntropy = 0, dZ = 0] = dy.dataSync();
      const scales = { entropy: dEntropy / rows, logZ: (2 * zLoss * dZ) / rows };
      const { gradient } = kernel.run(floats(kept), wanted, scales);
      return [tf.tensor2d(gradient ?? new Float32Array(0), [rows, vocabulary])];
    },
  );
}
