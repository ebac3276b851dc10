// Causal self-attention: rotary positions, one key and value for all heads, and documents that do not see each other.
import * as tf from '@tensorflow/tfjs-core';
import type { AttentionKernel, AttentionShape } from '../kernels/training-wasm.ts';
import { differentiable } from './ops.ts';
import { floats, ownKernels } from './own-kernels.ts';

/** Cosines and sines of rotary positions, (context, turned / 2) each (Su et al. 2021). */
export interface Rotary {
  readonly cos: tf.Tensor2D;
  readonly sin: tf.Tensor2D;
}

/** Tables for `context` positions that turn the first `turned` numbers of a head, number i with number i + turned / 2. */
export function rotary(context: number, turned: number, base = 10_000): Rotary {
  const half = turned / 2;
  const angle = (i: number) => Math.floor(i / half) * base ** (-(i % half) / half);
  const table = (f: (x: number) => number) =>
    tf.tensor2d(
      Float32Array.from({ length: context * half }, (_, i) => f(angle(i))),
      [context, half],
    );
  return { cos: table(Math.cos), sin: table(Math.sin) };
}

/** Turns the first numbers of each head vector by its position, or back: x (B, H, T, E) → same. */
function turn(x: tf.Tensor, positions: Rotary | undefined, direction: 1 | -1): tf.Tensor {
  if (positions === undefined) return x;
  const { cos, sin } = positions;
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
 * Where each token's document begins in its sequence: `segments` (B·T) changes from one document to the next → (B·T),
 * each from 0 to T − 1. A token attends to the tokens from there to itself.
 */
export function documentStarts(segments: Int32Array, length: number): Int32Array {
  const starts = new Int32Array(segments.length);
  for (let i = 0; i < segments.length; i++) {
    const at = i % length;
    starts[i] = at > 0 && segments[i] === segments[i - 1] ? (starts[i - 1] ?? 0) : at;
  }
  return starts;
}

/**
 * Multi-query attention (Shazeer 2019) as attention with a key and a value for each head: qkv (M, H·E + 2·E), queries of
 * all heads and then the one key and value → (M, H·3E), query, key and value of each head side by side.
 */
export function shareKeys(qkv: tf.Tensor, heads: number): tf.Tensor {
  const [rows = 0, columns = 0] = qkv.shape;
  const size = columns / (heads + 2);
  return differentiable(
    [qkv],
    () => {
      const queries = tf.reshape(tf.slice(qkv, [0, 0], [rows, heads * size]), [rows, heads, size]);
      const shared = tf.reshape(tf.slice(qkv, [0, heads * size], [rows, 2 * size]), [rows, 1, 2 * size]);
      const each = tf.concat([queries, tf.tile(shared, [1, heads, 1])], 2); // (M, H, 3E)
      return { value: tf.reshape(each, [rows, heads * 3 * size]), saved: [] };
    },
    (dy) => {
      const byHead = tf.reshape(dy, [rows, heads, 3 * size]);
      const queries = tf.reshape(tf.slice(byHead, [0, 0, 0], [rows, heads, size]), [rows, heads * size]);
      const shared = tf.sum(tf.slice(byHead, [0, 0, size], [rows, heads, 2 * size]), 1); // (M, 2E)
      return [tf.concat([queries, shared], 1)];
    },
  );
}

/** 0 where a query may look at a key, −1e9 where it may not: the future, and before `starts` → (T, T) or (B, 1, T, T). */
function mask(batch: number, length: number, starts: Int32Array | undefined): tf.Tensor {
  const past = tf.linalg.bandPart(tf.ones([length, length]), -1, 0); // (T, T)
  if (starts === undefined) return tf.mul(tf.sub(1, past), -1e9);
  const keys = tf.reshape(tf.range(0, length, 1, 'int32'), [1, 1, 1, length]);
  const same = tf.cast(tf.greaterEqual(keys, tf.tensor(starts, [batch, 1, length, 1], 'int32')), 'float32');
  return tf.mul(tf.sub(1, tf.mul(past, same)), -1e9);
}

/**
 * Causal self-attention. qkv (B·T, 3·D) holds for each head its query, key and value side by side, as GPT-NeoX lays them
 * out → (B·T, D). `starts` (B·T, see `documentStarts`) shuts out what comes before it.
 */
export function attention(
  qkv: tf.Tensor,
  batch: number,
  heads: number,
  positions: Rotary | undefined,
  starts?: Int32Array,
): tf.Tensor {
  const [rows = 0, columns = 0] = qkv.shape;
  const length = rows / batch;
  const size = columns / 3 / heads;
  const own = ownKernels();
  if (own !== undefined) return kernelAttention(qkv, { batch, length, heads, size }, positions, starts, own.attention);
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
      const shares = tf.softmax(tf.add(scores, mask(batch, length, starts))); // (B, H, T, T)
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
  positions: Rotary | undefined,
  starts: Int32Array | undefined,
  kernel: AttentionKernel,
): tf.Tensor {
  const shape = (): AttentionShape => ({
    ...sizes,
    turned: positions === undefined ? 0 : 2 * positions.cos.shape[1],
    cosines: positions === undefined ? new Float32Array(0) : floats(positions.cos),
    sines: positions === undefined ? new Float32Array(0) : floats(positions.sin),
    starts,
  });
  const rows = sizes.batch * sizes.length;
  const columns = sizes.heads * sizes.size;
  return differentiable(
    [qkv],
    () => ({ value: tf.tensor2d(kernel.forward(floats(qkv), shape()), [rows, columns]), saved: [qkv] }),
    (dy, [input = qkv]) => [tf.tensor2d(kernel.backward(floats(input), floats(dy), shape()), [rows, 3 * columns])],
  );
}
