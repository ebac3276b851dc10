// The text that is being written, as UTF-16 units in memory that is kept from page to page.

const FEWEST = 1 << 16;
/** Memory for more is given back at the next page. */
const MOST_KEPT = 1 << 21;
/** From so many units on, V8's own copying is faster than a loop. */
const LONG = 64;

export class Output {
  codes = new Uint16Array(FEWEST);
  #bytes = Buffer.from(this.codes.buffer);
  #narrow = Buffer.alloc(FEWEST);
  length = 0;

  clear(): void {
    if (this.codes.length > MOST_KEPT) this.#keep(new Uint16Array(FEWEST));
    this.length = 0;
  }

  /** Adds one unit. */
  put(code: number): void {
    const at = this.#reserve(1);
    this.codes[at] = code;
  }

  /** Adds what stands from `from` to `to`. */
  copy(source: Uint16Array, from: number, to: number): void {
    const at = this.#reserve(to - from);
    const codes = this.codes;
    if (to - from >= LONG) codes.set(source.subarray(from, to), at);
    else for (let place = from; place < to; place++) codes[at + place - from] = source[place] ?? 0;
  }

  add(text: string): void {
    const at = this.#reserve(text.length);
    for (let place = 0; place < text.length; place++) this.codes[at + place] = text.charCodeAt(place);
  }

  /** The first `length` units. Where all are below U+0100, V8 keeps them in half the memory when it is told so. */
  text(length: number, width: 'narrow' | 'wide'): string {
    if (width === 'wide') return this.#bytes.toString('utf16le', 0, length * 2);
    this.#narrow.set(this.codes.subarray(0, length));
    return this.#narrow.toString('latin1', 0, length);
  }

  #reserve(more: number): number {
    const at = this.length;
    this.length += more;
    if (this.length > this.codes.length) {
      const larger = new Uint16Array(Math.max(this.length, this.codes.length * 2));
      larger.set(this.codes);
      this.#keep(larger);
    }
    return at;
  }

  #keep(codes: Uint16Array<ArrayBuffer>): void {
    this.codes = codes;
    this.#bytes = Buffer.from(codes.buffer);
    this.#narrow = Buffer.alloc(codes.length);
  }
}
