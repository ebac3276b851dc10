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
  /** (B·T): the first position of its sequence that each query looks at; left out: 0, all that came before. */
  readonly starts?: Int32Array | undefined;
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
      this.#setStarts(shape, b);
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
      this.#setStarts(shape, b);
      call('backward');
      out.set(gradient, b * 3 * row);
    }
    return out;
  }

  #prepare({ length, heads, size, turned, cosines, sines }: AttentionShape): KernelInstance {
    const { call, floats } = this.#kernel;
    const wanted = `${length} ${heads} ${size} ${turned}`;
    if (this.#configured !== wanted) call('configure', length, heads, size, turned);
    this.#configured = wanted;
    // Each time: another model of this shape may turn by other angles.
    floats(call('cosinesAt'), (length * turned) / 2).set(cosines.subarray(0, (length * turned) / 2));
    floats(call('sinesAt'), (length * turned) / 2).set(sines.subarray(0, (length * turned) / 2));
    return this.#kernel;
  }

  #setStarts({ length, starts }: AttentionShape, sequence: number): void {
    const { call, words } = this.#kernel;
    const into = words(call('startsAt'), length);
    if (starts === undefined) into.fill(0);
    else into.set(starts.subarray(sequence * length, (sequence + 1) * length));
  }
}

export class CrossEntropyKernel {
  readonly #kernel = instantiateKernel('cross-entropy', 'simd');
  #columns = 0;

  /**
   * Mean cross-entropy in nats of targets (M) under logits (M, V), and the mean of log² Z, Z the sum of a row's
   * exponentials. With `scales` also the gradient of the logits, softmax · (entropy + logZ · log Z) − entropy at the target.
   */
  run(
    logits: Float32Array,
    targets: Int32Array,
    scales?: { entropy: number; logZ: number },
  ): { loss: number; squares: number; gradient: Float32Array | undefined } {
    const { call, floats } = this.#kernel;
    const columns = logits.length / targets.length;
    if (this.#columns !== columns) call('configure', columns);
    this.#columns = columns;
    const gradient = scales === undefined ? undefined : new Float32Array(logits.length);
    const row = floats(call('rowAt'), columns);
    let sum = 0;
    let squares = 0;
    for (const [index, target] of targets.entries()) {
      row.set(logits.subarray(index * columns, (index + 1) * columns));
      const entropy = call('softmax', target);
      const logZ = entropy + (logits[index * columns + target] ?? 0);
      sum += entropy;
      squares += logZ * logZ;
      if (gradient === undefined || scales === undefined) continue;
      call('gradient', target, scales.entropy + scales.logZ * logZ, scales.entropy);
      gradient.set(row, index * columns);
    }
    return { loss: sum / targets.length, squares: squares / targets.length, gradient };
  }
}
