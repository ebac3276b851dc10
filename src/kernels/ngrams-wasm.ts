// The n-gram kernel: a model's lines in a memory that all workers see, and what a text costs by them.
import { hasSimd, instantiateKernel, type KernelInstance } from './wasm-module.ts';

const PAGE = 0x10000;
const MOST_PAGES = 0x10000;
/** The first line of the memory counts the scratch areas that are taken. The model's lines follow it. */
const HEAD = 64;
/** Bytes of a line: src/lm/layout.ts. */
const LINE = 64;
/** Threads that can share a memory: each needs a scratch area. */
const MOST_THREADS = 256;
/** Room of one of them: more than `scratchBytes` of assembly/ngrams.ts. */
const SCRATCH = 32_768;

/** Sums over the tokens of a text. */
export interface NgramSums {
  /** Costs of the longest n-grams known, in steps. */
  steps: number;
  /** Steps down to a shorter n-gram. */
  downs: number;
  /** Back-off weights of contexts whose n-gram is not known, in steps. */
  weights: number;
  /** Tokens never seen. */
  unknown: number;
}

/**
 * Memory for a model of `bytes`, of zeros, that the kernel can read and workers can share; undefined where the model is
 * too large for it (4 GB), or there is no SIMD, or the system grants no address space.
 */
export function kernelMemory(bytes: number): WebAssembly.Memory | undefined {
  const pages = Math.ceil((HEAD + bytes + MOST_THREADS * SCRATCH) / PAGE);
  if (pages > MOST_PAGES || !hasSimd()) return undefined;
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** The words of the model in it. */
export const wordsIn = (memory: WebAssembly.Memory, bytes: number): Uint32Array =>
  new Uint32Array(memory.buffer, HEAD, bytes / 4);

/** One a thread and memory. */
export class NgramKernel {
  readonly #call: KernelInstance['call'];
  readonly #tokens: Uint32Array;

  /** Undefined when `MOST_THREADS` others have a scratch area in the memory already. `orders`: lines of each order. */
  static open(
    memory: WebAssembly.Memory,
    orders: readonly { readonly lines: number }[],
    backoffs: 'backoffs' | 'none',
  ): NgramKernel | undefined {
    const thread = Atomics.add(new Uint32Array(memory.buffer, 0, 1), 0, 1);
    if (thread >= MOST_THREADS) return undefined;
    const kernel = instantiateKernel('ngrams', 'simd', memory);
    const { call, words } = kernel;
    if (call('scratchBytes') > SCRATCH) throw new Error('SCRATCH is less than the kernel needs');
    call(
      'configure',
      memory.buffer.byteLength - (thread + 1) * SCRATCH,
      orders.length,
      backoffs === 'backoffs' ? 1 : 0,
    );
    const table = words(call('lines'), 2 * orders.length);
    let at = HEAD;
    for (const [index, { lines }] of orders.entries()) {
      table.set([at, lines], 2 * index);
      at += LINE * lines;
    }
    return new NgramKernel(kernel);
  }

  private constructor({ call, words }: KernelInstance) {
    this.#call = call;
    this.#tokens = words(call('tokens'), call('piece'));
  }

  /** Of the first `length` of `values`. Linear: at most `order` look-ups a token. */
  sums(values: Uint32Array, length: number): NgramSums {
    const [call, tokens] = [this.#call, this.#tokens];
    const sums = { steps: 0, downs: 0, weights: 0, unknown: 0 };
    call('begin');
    for (let from = 0; from < length; from += tokens.length) {
      const piece = values.subarray(from, Math.min(length, from + tokens.length));
      tokens.set(piece);
      call('add', piece.length);
      sums.steps += call('costSteps');
      sums.downs += call('stepsDown');
      sums.weights += call('weightSteps');
      sums.unknown += call('unknownTokens');
    }
    return sums;
  }
}
