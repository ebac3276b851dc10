// The trainer's own WebAssembly kernels against plain TensorFlow.js: same numbers, same gradients.
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { AttentionKernel, CrossEntropyKernel } from '../../src/kernels/training-wasm.ts';
import { attention, documentStarts, rotary } from '../../src/trainer/attention.ts';
import { lossParts, weighted } from '../../src/trainer/cross-entropy.ts';
import { Random } from '../../src/trainer/random.ts';

const random = new Random(4);
const normals = (count: number, deviation = 1) =>
  Float32Array.from({ length: count }, () => random.normal() * deviation);

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  let largest = 0;
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs((a[i] ?? 0) - (b[i] ?? 0)));
  return largest;
}

describe('the attention kernel', () => {
  it.each([
    { batch: 1, length: 1, heads: 1, size: 4, turned: 2 },
    { batch: 2, length: 7, heads: 3, size: 6, turned: 4 },
    { batch: 3, length: 33, heads: 2, size: 24, turned: 6 },
    { batch: 1, length: 64, heads: 1, size: 64, turned: 64 },
    { batch: 2, length: 17, heads: 4, size: 20, turned: 10 },
    { batch: 2, length: 35, heads: 2, size: 12, turned: 12, borders: [0, 3, 16, 17, 40, 60] },
    { batch: 1, length: 9, heads: 2, size: 8, turned: 0 },
  ])(
    'computes what TensorFlow.js does, forward and backward: %o',
    async ({ batch, length, heads, size, turned, borders }) => {
      await tf.setBackend('cpu');
      const columns = heads * size;
      const qkv = normals(batch * length * 3 * columns, 1.5);
      const dy = normals(batch * length * columns);
      const positions = turned === 0 ? undefined : rotary(length, turned);
      const segments = Int32Array.from(
        { length: batch * length },
        (_, i) => (borders ?? []).filter((at) => at <= i).length,
      );
      const starts = borders === undefined ? undefined : documentStarts(segments, length);
      const plain = tf.valueAndGrad((x) => attention(x, batch, heads, positions, starts));
      const { value, grad } = plain(
        tf.tensor2d(qkv, [batch * length, 3 * columns]),
        tf.tensor2d(dy, [batch * length, columns]),
      );
      const tables = positions === undefined ? [] : [positions.cos, positions.sin];
      const [cosines, sines] = tables.map((table) => Float32Array.from(table.dataSync()));
      const none = new Float32Array(0);
      const shape = { batch, length, heads, size, turned, cosines: cosines ?? none, sines: sines ?? none, starts };
      const kernel = new AttentionKernel();
      // Another shape before, and the same twice: the kernel keeps nothing between calls.
      kernel.forward(normals(5 * 3 * 8), {
        ...shape,
        batch: 1,
        length: 5,
        heads: 1,
        size: 8,
        turned: 2,
        cosines: normals(5),
        sines: normals(5),
      });
      expect(largestDifference(kernel.forward(qkv, shape), value.dataSync())).toBeLessThan(2e-5);
      expect(largestDifference(kernel.backward(qkv, dy, shape), grad.dataSync())).toBeLessThan(1e-4);
      expect(largestDifference(kernel.forward(qkv, shape), value.dataSync())).toBeLessThan(2e-5);
    },
  );

  it('lets NaN through, so that a diverged model shows', () => {
    const shape = { batch: 1, length: 4, heads: 1, size: 4, turned: 2, cosines: normals(4), sines: normals(4) };
    const qkv = normals(4 * 12);
    qkv[13] = Number.NaN;
    expect(new AttentionKernel().forward(qkv, shape).some(Number.isNaN)).toBe(true);
  });
});

describe('the cross-entropy kernel', () => {
  it.each([1, 3, 4, 37, 2000])(
    'computes what TensorFlow.js does over %i columns, the z-loss included',
    async (columns) => {
      await tf.setBackend('cpu');
      const rows = 9;
      const logits = normals(rows * columns, 6);
      const targets = Int32Array.from({ length: rows }, () => Math.floor(random.next() * columns));
      const zLoss = 0.01;
      const plain = tf.valueAndGrad((x) => weighted(lossParts(x, tf.tensor1d(targets, 'int32'), zLoss), [1, 1]));
      const { value, grad } = plain(tf.tensor2d(logits, [rows, columns]), tf.scalar(1));
      const scales = { entropy: 1 / rows, logZ: (2 * zLoss) / rows };
      const { loss, squares, gradient } = new CrossEntropyKernel().run(logits, targets, scales);
      expect(loss + zLoss * squares).toBeCloseTo(value.dataSync()[0] ?? Number.NaN, 4);
      expect(largestDifference(gradient ?? [], grad.dataSync())).toBeLessThan(1e-6);
    },
  );

  it('neither overflows on large logits nor hides a NaN', () => {
    const kernel = new CrossEntropyKernel();
    expect(kernel.run(Float32Array.of(1000, -1000, 0), Int32Array.of(0)).loss).toBeCloseTo(0, 5);
    expect(kernel.run(Float32Array.of(1000, -1000, 0), Int32Array.of(1)).loss).toBeCloseTo(2000, 1);
    expect(kernel.run(Float32Array.of(1, Number.NaN, 0), Int32Array.of(0)).loss).toBeNaN();
  });
});
