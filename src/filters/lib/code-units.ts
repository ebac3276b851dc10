// A text's UTF-16 code units in a typed array, because a loop over one takes 0.8 ns a character and `charCodeAt` 2 ns.

/** Beyond this a scratch array is not kept: few documents are that long, and every worker holds one. */
const LARGEST_KEPT = 1 << 20;

export class CodeUnits {
  #buffer = Buffer.allocUnsafeSlow(1 << 14);
  #units = new Uint16Array(this.#buffer.buffer);
  #made = new Uint16Array(0);
  #madeBytes: Buffer = Buffer.alloc(0);

  /**
   * The units of `text` from index 0, then a line feed: looking one past the end is looking at a line's end. Valid
   * until the next call. Lone surrogates are units like any other.
   */
  of(text: string): Uint16Array {
    const size = 2 * (text.length + 1);
    if (size > this.#buffer.length || this.#buffer.length > LARGEST_KEPT) {
      let capacity = 1 << 14;
      while (capacity < size) capacity *= 2;
      if (capacity !== this.#buffer.length) {
        this.#buffer = Buffer.allocUnsafeSlow(capacity);
        this.#units = new Uint16Array(this.#buffer.buffer);
      }
    }
    this.#buffer.write(text, 'utf16le');
    this.#units[text.length] = 0x0a;
    return this.#units;
  }

  /** Room for the units of a text that is made from the one given last, and is no longer. */
  scratch(length: number): Uint16Array {
    if (this.#made.length < length) {
      this.#made = new Uint16Array(Math.max(length, 1 << 14));
      this.#madeBytes = Buffer.from(this.#made.buffer);
    }
    return this.#made;
  }

  /** The first `length` units of the scratch array as one flat string: concatenated pieces would be copied again by their next reader. */
  made(length: number): string {
    const text = this.#madeBytes.toString('utf16le', 0, 2 * length);
    if (this.#made.length > LARGEST_KEPT) {
      this.#made = new Uint16Array(0);
      this.#madeBytes = Buffer.alloc(0);
    }
    return text;
  }
}
