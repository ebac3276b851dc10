// How far a shard has been decoded: what seek points and the count of consumed bytes are made from.
import type { SeekPoint } from '../seek.ts';

interface Listeners {
  readonly from?: SeekPoint | undefined;
  readonly onInput?: ((bytes: number) => void) | undefined;
  readonly onPoint?: ((point: SeekPoint) => void) | undefined;
}

export class Place {
  #compressed: number;
  #decoded: number;
  readonly #hear: Listeners;

  constructor(listeners: Listeners) {
    this.#compressed = listeners.from?.compressed ?? 0;
    this.#decoded = listeners.from?.decoded ?? 0;
    this.#hear = listeners;
  }

  get atStart(): boolean {
    return this.#compressed === 0;
  }

  /** Compressed bytes whose output comes next, or that have none. */
  took(bytes: number): void {
    this.#compressed += bytes;
    this.#hear.onInput?.(bytes);
  }

  gave(bytes: number): void {
    this.#decoded += bytes;
  }

  /** Decoding could start afresh here. */
  canStart(detail?: SeekPoint['detail']): void {
    if (this.atStart) return;
    this.#hear.onPoint?.({ compressed: this.#compressed, decoded: this.#decoded, ...(detail && { detail }) });
  }
}
