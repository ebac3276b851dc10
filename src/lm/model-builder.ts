// Puts n-grams and their log probabilities into the lines of a model.
import { type Layout, linesFor, type Smoothing } from './layout.ts';
import { type Model, type ModelHeader, reserveLines } from './model.ts';
import { NgramLines } from './ngram-lines.ts';

export class ModelBuilder {
  readonly #smoothing: Smoothing;
  readonly #lines: NgramLines;
  readonly #memory: Model['memory'];
  readonly #sizes: readonly number[];
  readonly #entries: number[];

  /** `most`: n-grams of 1, 2, … tokens that will come, or more than those. */
  constructor(most: readonly number[], smoothing: Smoothing) {
    this.#smoothing = smoothing;
    this.#sizes = most.map((entries) => linesFor(entries, { smoothing }));
    this.#entries = most.map(() => 0);
    const layout = this.#layout();
    const { words, memory } = reserveLines(layout);
    this.#lines = new NgramLines(layout, words);
    this.#memory = memory;
  }

  /** The lines as far as they are filled. */
  get lines(): NgramLines {
    return this.#lines;
  }

  /** `bits` is -log2 of the probability, `weight` log2 of the back-off weight. An n-gram that is there already stays as it is. */
  add(order: number, first: number, second: number, bits: number, weight = 0): void {
    if (this.#lines.put(order, first, second, bits, weight))
      this.#entries[order - 1] = (this.#entries[order - 1] ?? 0) + 1;
  }

  finish(about: Omit<ModelHeader, 'format' | 'smoothing' | 'orders'>): Model {
    const { smoothing, orders } = this.#layout();
    const header: ModelHeader = { format: 2, ...about, smoothing, orders: [...orders] };
    return { header, words: this.#lines.words, memory: this.#memory };
  }

  #layout(): Layout {
    const orders = this.#sizes.map((lines, index) => ({ entries: this.#entries[index] ?? 0, lines }));
    return { smoothing: this.#smoothing, orders };
  }
}
