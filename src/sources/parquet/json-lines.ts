// Lines of JSON written as bytes into one buffer, which is lent out and used again.
import { JsonTextKernel, LONGEST_TEXT } from '../../kernels/json-text.ts';

/** Bytes of lines that are yielded at once, and a row. */
const OUTPUT = 512 * 1024;
const QUOTE = 0x22;

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

  get isFull(): boolean {
    return this.#length >= OUTPUT;
  }

  /** What was written since the last call; the next write overwrites it. */
  take(): Buffer {
    const lines = this.#buffer.subarray(0, this.#length);
    // The room that one huge row took is not kept.
    if (this.#buffer.length > 8 * OUTPUT) this.#buffer = Buffer.allocUnsafeSlow(2 * OUTPUT);
    this.#length = 0;
    return lines;
  }

  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** JSON text. */
  json(text: string): void {
    // Of UTF-16 units none takes more than three bytes.
    this.#reserve(3 * text.length);
    this.#length += this.#buffer.write(text, this.#length);
  }

  /** A string, in quotes. */
  quoted({ bytes }: Utf8): void {
    this.#byte(QUOTE);
    for (let at = 0; at < bytes.length; at += LONGEST_TEXT)
      this.raw(this.#kernel.escape(bytes.subarray(at, at + LONGEST_TEXT)));
    this.#byte(QUOTE);
  }

  #byte(byte: number): void {
    this.#reserve(1);
    this.#buffer[this.#length++] = byte;
  }

  #reserve(count: number): void {
    const needed = this.#length + count;
    if (needed <= this.#buffer.length) return;
    const bigger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#buffer.length));
    bigger.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = bigger;
  }
}
