// JSON written as bytes into one buffer, which is lent out when it is full and then used again.
import { JsonTextKernel, LONGEST_ESCAPE, LONGEST_TEXT } from '../../kernels/json-text.ts';

/** Bytes with which it is full; one call of `inside` adds to fewer. */
const OUTPUT = 512 * 1024;
const CAPACITY = OUTPUT + LONGEST_TEXT * LONGEST_ESCAPE;
/** Most bytes that a UTF-16 unit takes in UTF-8. */
const UNIT = 3;

/** Valid UTF-8 of a column of text: it becomes JSON without ever being a string. */
export class Utf8 {
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
}

/** Whoever writes takes, as soon as it is full, what was written. Linear; holds CAPACITY bytes and the last strings. */
export class JsonLines {
  readonly #kernel = new JsonTextKernel();
  readonly #encoder = new TextEncoder();
  readonly #buffer = Buffer.allocUnsafeSlow(CAPACITY);
  #length = 0;
  /** JSON that comes after the buffer's bytes: joining strings and writing them at once is cheaper than writing each. */
  #text = '';

  get isFull(): boolean {
    return this.#length + UNIT * this.#text.length >= OUTPUT;
  }

  get isEmpty(): boolean {
    return this.#length === 0 && this.#text === '';
  }

  /** What was written, or its first CAPACITY bytes; valid until the next call of any method that writes. */
  take(): Buffer {
    this.#writeText();
    const lines = this.#buffer.subarray(0, this.#length);
    this.#length = 0;
    return lines;
  }

  /** JSON, or a part of it. */
  json(text: string): void {
    this.#text += text;
  }

  /** A part of at most LONGEST_TEXT bytes of what stands in quotes. Only while it is not full. */
  inside(utf8: Uint8Array): void {
    this.#writeText();
    const escaped = this.#kernel.escape(utf8);
    this.#buffer.set(escaped, this.#length);
    this.#length += escaped.length;
  }

  #writeText(): void {
    if (this.#text === '') return;
    if (UNIT * this.#text.length <= CAPACITY - this.#length) {
      this.#length += this.#buffer.write(this.#text, this.#length);
      this.#text = '';
      return;
    }
    const { read, written } = this.#encoder.encodeInto(this.#text, this.#buffer.subarray(this.#length));
    this.#length += written;
    this.#text = this.#text.slice(read);
  }
}
