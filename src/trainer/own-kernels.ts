// Kernels of our own for the two operations where TensorFlow.js' WebAssembly backend is slow.
import * as tf from '@tensorflow/tfjs-core';
import { AttentionKernel, CrossEntropyKernel } from '../kernels/training-wasm.ts';
import { hasSimd } from '../kernels/wasm-module.ts';

/** That backend multiplies batches and computes exponentials one number at a time; these take four. */
export interface Kernels {
  readonly attention: AttentionKernel;
  readonly crossEntropy: CrossEntropyKernel;
}
let kernels: Kernels | undefined;

/** Undefined where plain TensorFlow.js operations are the way. */
export function ownKernels(): Kernels | undefined {
  if (tf.getBackend() !== 'wasm' || !hasSimd()) return undefined;
  kernels ??= { attention: new AttentionKernel(), crossEntropy: new CrossEntropyKernel() };
  return kernels;
}

export function floats(x: tf.Tensor): Float32Array {
  const values = x.dataSync();
  return values instanceof Float32Array ? values : Float32Array.from(values);
}
