// Lines of JSON written as bytes into one buffer, which is lent out and used again.
import { JsonTextKernel, LONGEST_TEXT } from '../../kernels/json-text.ts';

/** Bytes of lines that are yielded at once, and a row. */
const OUTPUT = 512 * 1024;

/** Valid UTF-8 of a column of text: it becomes JSON without ever being a string. */
export class Utf8 {
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
}

/** Every step is linear in what it writes. Holds OUTPUT bytes, or the longest row. */
export class JsonLines {
  readonly #kernel = new JsonTextKernel();
  #buffer = Buffer.allocUnsafeSlow(2 * OUTPUT);
  #length = 0;
  /** JSON that stands after the buffer's bytes: joining strings and writing them at once is cheaper than writing each. */
  #text = '';

  get isFull(): boolean {
    return this.#length + this.#text.length >= OUTPUT;
  }

  /** What was written since the last call; the next write overwrites it. */
  take(): Buffer {
    this.#writeText();
    const lines = this.#buffer.subarray(0, this.#length);
    // The room that one huge row took is not kept.
    if (this.#buffer.length > 8 * OUTPUT) this.#buffer = Buffer.allocUnsafeSlow(2 * OUTPUT);
    this.#length = 0;
    return lines;
  }

  /** JSON, or a part of it. */
  json(text: string): void {
    this.#text += text;
  }

  /** A JSON string, in quotes. */
  quoted({ bytes }: Utf8): void {
    this.#text += '"';
    this.#writeText();
    for (let at = 0; at < bytes.length; at += LONGEST_TEXT) {
      const escaped = this.#kernel.escape(bytes.subarray(at, at + LONGEST_TEXT));
      this.#reserve(escaped.length);
      this.#buffer.set(escaped, this.#length);
      this.#length += escaped.length;
    }
    this.#text = '"';
  }

  #writeText(): void {
    if (this.#text === '') return;
    // Of UTF-16 units none takes more than three bytes.
    this.#reserve(3 * this.#text.length);
    this.#length += this.#buffer.write(this.#text, this.#length);
    this.#text = '';
  }

  #reserve(count: number): void {
    const needed = this.#length + count;
    if (needed <= this.#buffer.length) return;
    const bigger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#buffer.length));
    bigger.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = bigger;
  }
}
