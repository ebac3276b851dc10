// A seeded shuffle of a stream: each document leaves a bounded buffer at a random place in time.
import { Random } from '../random.ts';
import type { TokenDocument } from './token-document.ts';

export interface ShuffleState {
  readonly random: readonly number[];
  readonly documents: readonly TokenDocument[];
}

/**
 * Holds up to `limit` tokens of documents (one document more while it comes in) and gives a random one for every one that
 * exceeds them. A document moves back by any distance, forward by no more than the buffer. `limit` 0 keeps the order.
 */
export class Shuffle {
  readonly #limit: number;
  readonly #random: Random;
  readonly #documents: TokenDocument[];
  #tokens: number;

  constructor(limit: number, start: number | ShuffleState) {
    this.#limit = limit;
    this.#random = new Random(typeof start === 'number' ? start : start.random);
    this.#documents = typeof start === 'number' ? [] : [...start.documents];
    this.#tokens = this.#documents.reduce((sum, { tokens }) => sum + tokens.length, 0);
  }

  add(document: TokenDocument): void {
    this.#documents.push(document);
    this.#tokens += document.tokens.length;
  }

  /** A document while the buffer is over its limit, else undefined. O(1). */
  take(): TokenDocument | undefined {
    return this.#tokens > this.#limit ? this.rest() : undefined;
  }

  /** A document when no more will come; undefined when all are taken. */
  rest(): TokenDocument | undefined {
    const last = this.#documents.pop();
    if (last === undefined) return undefined;
    const at = Math.floor(this.#random.next() * (this.#documents.length + 1));
    const chosen = this.#documents[at] ?? last;
    if (at < this.#documents.length) this.#documents[at] = last;
    this.#tokens -= chosen.tokens.length;
    return chosen;
  }

  get state(): ShuffleState {
    return { random: this.#random.state, documents: [...this.#documents] };
  }
}
