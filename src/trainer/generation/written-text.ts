// Text from tokens as they come: whole characters only, and nothing that may turn out to be a stop string.
import { StringDecoder } from 'node:string_decoder';

/**
 * Bytes in, text out. A character whose bytes come in several tokens is held back until it is whole; so is the beginning of
 * a stop string until it is one, or none. O(stop strings) for each UTF-16 unit, whatever they hold (Knuth, Morris, Pratt).
 */
export class WrittenText {
  readonly #decoder = new StringDecoder('utf8');
  readonly #stops: readonly StopString[];
  #held = '';
  /** True once a stop string was written: it and what follows are no part of the text. */
  stopped = false;

  constructor(stops: readonly string[]) {
    this.#stops = stops.filter((stop) => stop !== '').map((stop) => new StopString(stop));
  }

  /** The text that is certain after these bytes; often empty. */
  write(bytes: Uint8Array): string {
    return this.#certain(this.#decoder.write(Buffer.from(bytes)));
  }

  /** What was held back; bytes that never became a character are U+FFFD. */
  end(): string {
    const text = this.#certain(this.#decoder.end()) + (this.stopped ? '' : this.#held);
    this.#held = '';
    return text;
  }

  #certain(text: string): string {
    if (this.stopped) return '';
    const all = this.#held + text;
    for (let at = this.#held.length; at < all.length; at++) {
      const found = Math.max(0, ...this.#stops.map((stop) => stop.next(all.charCodeAt(at))));
      if (found > 0) {
        this.stopped = true;
        this.#held = '';
        return all.slice(0, at + 1 - found);
      }
    }
    const open = Math.max(0, ...this.#stops.map(({ matched }) => matched));
    this.#held = all.slice(all.length - open);
    return all.slice(0, all.length - open);
  }
}

class StopString {
  readonly #units: readonly number[];
  /** Length of the longest proper beginning that ends at each place. */
  readonly #borders: readonly number[];
  /** Units of it that what came so far ends with. */
  matched = 0;

  constructor(text: string) {
    this.#units = Array.from({ length: text.length }, (_, at) => text.charCodeAt(at));
    this.#borders = bordersOf(this.#units);
  }

  /** Its length when `unit` completes it, else 0. */
  next(unit: number): number {
    while (this.matched > 0 && this.#units[this.matched] !== unit) this.matched = this.#borders[this.matched - 1] ?? 0;
    if (this.#units[this.matched] === unit) this.matched++;
    return this.matched === this.#units.length ? this.matched : 0;
  }
}

/** For each beginning of `units`, the length of its longest proper beginning that is also its end (Knuth, Morris, Pratt 1977). Linear. */
export function bordersOf(units: ArrayLike<number>): number[] {
  const borders = [0];
  for (let at = 1, length = 0; at < units.length; at++) {
    while (length > 0 && units[at] !== units[length]) length = borders[length - 1] ?? 0;
    if (units[at] === units[length]) length++;
    borders.push(length);
  }
  return borders;
}
