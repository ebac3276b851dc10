// Measures texts with a model: how many bits a token of them takes.
import { NgramKernel, type NgramSums } from '../kernels/ngrams-wasm.ts';
import { hasBackoffs, STEP } from './layout.ts';
import type { Model } from './model.ts';
import { NgramLines } from './ngram-lines.ts';
import { plainSums } from './plain-sums.ts';
import { Tokens } from './tokens.ts';

type Sum = (values: Uint32Array, length: number) => NgramSums;

/** One a thread: scorers of the same memory take turns with its scratch area. */
const kernels = new WeakMap<WebAssembly.Memory, NgramKernel>();

function kernelOf({ header, memory }: Model): NgramKernel | undefined {
  if (memory === undefined) return undefined;
  const backoffs = hasBackoffs(header) ? 'backoffs' : 'none';
  const kernel = kernels.get(memory) ?? NgramKernel.open(memory, header.orders, backoffs);
  if (kernel !== undefined) kernels.set(memory, kernel);
  return kernel;
}

/** The kernel where it can read the model, the plain way elsewhere. Their sums are the same. */
function summing(model: Model): Sum {
  const kernel = kernelOf(model);
  if (kernel !== undefined) return (values, length) => kernel.sums(values, length);
  const lines = new NgramLines(model.header, model.words);
  return (values, length) => plainSums(lines, model.header.orders.length, values, length);
}

/** Measures texts with a model. Holds scratch space: one a worker. */
export class Scorer {
  readonly #model: Model;
  readonly #sum: Sum;
  readonly #tokens: Tokens;

  constructor(model: Model) {
    this.#model = model;
    this.#sum = summing(model);
    this.#tokens = new Tokens(model.header.unit, model.header.form);
  }

  /**
   * 2 to the mean bits of a token, over the first `limit` UTF-16 units of the text, line ends included; infinite for a
   * text without tokens. Costs are added as whole steps, so that the result is the same on every machine. Linear: at most
   * `order` look-ups a token.
   */
  perplexity(text: string, limit: number): number {
    const { values, length } = this.#tokens.of(text, limit);
    if (length === 0) return Number.POSITIVE_INFINITY;
    const { alpha, unknown, smoothing } = this.#model.header;
    const sums = this.#sum(values, length);
    const down = hasBackoffs({ smoothing }) ? -sums.weights * STEP : sums.downs * alpha;
    return 2 ** ((sums.steps * STEP + down + sums.unknown * unknown) / length);
  }
}
