// The lines of a model, read and filled one n-gram at a time: the plain way, which the kernel's is compared with.
import { lineOf, tagOf } from './hashes.ts';
import {
  BACKOFFS,
  hasBackoffs,
  type Layout,
  LINE_BYTES,
  LINE_WORDS,
  lineStarts,
  NO_BACKOFF,
  roomOf,
  STEP,
} from './layout.ts';

const clamped = (steps: number): number => Math.max(0, Math.min(255, Math.round(steps)));

export class NgramLines {
  readonly words: Uint32Array;
  readonly #bytes: Uint8Array;
  readonly #starts: readonly number[];
  readonly #room: number;
  readonly #hasBackoffs: boolean;

  /** `words` holds the lines of all orders, `LINE_WORDS` words each. */
  constructor(layout: Layout, words: Uint32Array) {
    this.words = words;
    this.#bytes = new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
    this.#starts = lineStarts(layout);
    this.#room = roomOf(layout);
    this.#hasBackoffs = hasBackoffs(layout);
  }

  /** Where the n-gram of `order` tokens is, as an index of `words`; -1 when it is not there. Some fifteen comparisons. */
  find(order: number, first: number, second: number): number {
    const place = this.#placeOf(order, first, second);
    return place !== undefined && this.words[place] !== 0 ? place : -1;
  }

  /** -log2 of the probability, in steps. */
  cost(place: number): number {
    return (this.words[place] ?? 0) & 0xff;
  }

  /** log2 of the back-off weight, in steps; 0 in a model that has none. */
  weight(place: number): number {
    return this.#hasBackoffs ? (this.#bytes[this.#backoffAt(place)] ?? NO_BACKOFF) - NO_BACKOFF : 0;
  }

  /** `bits` is -log2 of the probability, `weight` log2 of the back-off weight. False when the n-gram was there already, or there is no room. */
  put(order: number, first: number, second: number, bits: number, weight: number): boolean {
    const place = this.#placeOf(order, first, second);
    if (place === undefined || this.words[place] !== 0) return false;
    this.words[place] = ((tagOf(second) << 8) | clamped(bits / STEP)) >>> 0;
    if (this.#hasBackoffs) this.#bytes[this.#backoffAt(place)] = clamped(NO_BACKOFF + weight / STEP);
    return true;
  }

  /** Where the n-gram is or would be; undefined when every line is full. A look goes on only behind a line that is full. */
  #placeOf(order: number, first: number, second: number): number | undefined {
    const start = this.#starts[order - 1] ?? 0;
    const lines = (this.#starts[order] ?? 0) - start;
    const tag = tagOf(second);
    let line = lineOf(first, lines);
    for (let seen = 0; seen < lines; seen++) {
      const from = (start + line) * LINE_WORDS;
      for (let place = from; place < from + this.#room; place++) {
        const word = this.words[place] ?? 0;
        if (word === 0 || word >>> 8 === tag) return place;
      }
      line = line + 1 === lines ? 0 : line + 1;
    }
    return undefined;
  }

  #backoffAt(place: number): number {
    const inLine = place % LINE_WORDS;
    return ((place - inLine) / LINE_WORDS) * LINE_BYTES + BACKOFFS + inLine;
  }
}
