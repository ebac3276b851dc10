// The trainer's two hot loops in WebAssembly with SIMD; plain TensorFlow.js operations in src/trainer/ops.ts are their oracle.
import { instantiateKernel, type KernelInstance } from './wasm-module.ts';

/** Shape of causal self-attention over (B·T, 3·D) with D = heads × size. */
export interface AttentionShape {
  readonly batch: number;
  readonly length: number;
  readonly heads: number;
  readonly size: number;
  /** Numbers of a head that rotary positions turn. */
  readonly turned: number;
  /** (T, turned / 2) each. */
  readonly cosines: Float32Array;
  readonly sines: Float32Array;
}

/** Attention one sequence at a time: O(T² · D) time, O(T · D) memory (scores are computed again for the gradient; Dao et al. 2022). */
export class AttentionKernel {
  readonly #kernel = instantiateKernel('attention', 'simd');
  #configured = '';

  /** (B·T, 3D) → (B·T, D). */
  forward(qkv: Float32Array, shape: AttentionShape): Float32Array {
    const { floats, call } = this.#prepare(shape);
    const row = shape.heads * shape.size * shape.length;
    const out = new Float32Array(shape.batch * row);
    const input = floats(call('inputAt'), 3 * row);
    const outer = floats(call('outerAt'), row);
    for (let b = 0; b < shape.batch; b++) {
      input.set(qkv.subarray(b * 3 * row, (b + 1) * 3 * row));
      call('forward');
      out.set(outer, b * row);
    }
    return out;
  }

  /** (B·T, 3D) and the gradient of the output (B·T, D) → gradient of the input (B·T, 3D). */
  backward(qkv: Float32Array, dy: Float32Array, shape: AttentionShape): Float32Array {
    const { floats, call } = this.#prepare(shape);
    const row = shape.heads * shape.size * shape.length;
    const out = new Float32Array(shape.batch * 3 * row);
    const input = floats(call('inputAt'), 3 * row);
    const outer = floats(call('outerAt'), row);
    const gradient = floats(call('gradientAt'), 3 * row);
    for (let b = 0; b < shape.batch; b++) {
      input.set(qkv.subarray(b * 3 * row, (b + 1) * 3 * row));
      outer.set(dy.subarray(b * row, (b + 1) * row));
      call('backward');
      out.set(gradient, b * 3 * row);
    }
    return out;
  }

  #prepare({ length, heads, size, turned, cosines, sines }: AttentionShape): KernelInstance {
    const { call, floats } = this.#kernel;
    const wanted = `${length} ${heads} ${size} ${turned}`;
    if (this.#configured !== wanted) {
      call('configure', length, heads, size, turned);
      floats(call('cosinesAt'), (length * turned) / 2).set(cosines.subarray(0, (length * turned) / 2));
      floats(call('sinesAt'), (length * turned) / 2).set(sines.subarray(0, (length * turned) / 2));
      this.#configured = wanted;
    }
    return this.#kernel;
  }
}

export class CrossEntropyKernel {
  readonly #kernel = instantiateKernel('cross-entropy', 'simd');
  #columns = 0;

  /**
   * Mean cross-entropy in nats of targets (M) under logits (M, V), and with `scale` the gradient of the logits,
   * (softmax − one at the target) · scale.
   */
  run(logits: Float32Array, targets: Int32Array, scale?: number): { loss: number; gradient: Float32Array | undefined } {
    const { call, floats } = this.#kernel;
    const columns = logits.length / targets.length;
    if (this.#columns !== columns) call('configure', columns);
    this.#columns = columns;
    const gradient = scale === undefined ? undefined : new Float32Array(logits.length);
    const row = floats(call('rowAt'), columns);
    let sum = 0;
    for (const [index, target] of targets.entries()) {
      row.set(logits.subarray(index * columns, (index + 1) * columns));
      sum += call('softmax', target);
      if (gradient === undefined || scale === undefined) continue;
      call('gradient', target, scale);
      gradient.set(row, index * columns);
    }
    return { loss: sum / targets.length, gradient };
  }
}
