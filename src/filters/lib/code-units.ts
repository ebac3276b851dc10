// A text's UTF-16 code units in a typed array, because a loop over one takes 0.8 ns a character and `charCodeAt` 2 ns.

/** Beyond this a scratch array is not kept: few documents are that long, and every worker holds one. */
const LARGEST_KEPT = 1 << 20;

export class CodeUnits {
  #buffer = Buffer.allocUnsafeSlow(1 << 14);
  #units = new Uint16Array(this.#buffer.buffer);

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
}
