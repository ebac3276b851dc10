// The inside of a JSON string straight from UTF-8 bytes, as JSON.stringify would write it: no string is ever made.
import { hasSimd, instantiateKernel } from './wasm-module.ts';

/** Bytes that one call takes: input and output stay in the processor's cache. */
export const LONGEST_TEXT = 64 * 1024;
/** A control character becomes six: \u001f. */
export const LONGEST_ESCAPE = 6;

const LETTERS = new Map<number, string>([
  [0x08, 'b'],
  [0x09, 't'],
  [0x0a, 'n'],
  [0x0c, 'f'],
  [0x0d, 'r'],
  [0x22, '"'],
  [0x5c, '\\'],
]);

/** The kernel's twin in plain TypeScript, its oracle in tests. Escapes as JSON.stringify does (ECMA-262, QuoteJSONString). */
export function escapePlain(utf8: Uint8Array): Buffer {
  const out = Buffer.alloc(utf8.length * LONGEST_ESCAPE);
  let to = 0;
  for (const byte of utf8) {
    const letter = LETTERS.get(byte);
    if (letter !== undefined) to += out.write(`\\${letter}`, to, 'latin1');
    else if (byte < 0x20) to += out.write(`\\u${byte.toString(16).padStart(4, '0')}`, to, 'latin1');
    else out[to++] = byte;
  }
  return out.subarray(0, to);
}

/** Holds 0.5 MB of memory of its own. */
export class JsonTextKernel {
  readonly #kernel = instantiateKernel('json-text', hasSimd() ? 'simd' : 'scalar');
  readonly #input: Buffer;
  readonly #output: Buffer;

  constructor() {
    const { call, bytes } = this.#kernel;
    call('configure', LONGEST_TEXT);
    this.#input = bytes(call('input'), LONGEST_TEXT);
    this.#output = bytes(call('output'), LONGEST_TEXT * LONGEST_ESCAPE);
  }

  /**
   * What stands between the quotes, valid until the next call. `utf8`: at most LONGEST_TEXT bytes of valid UTF-8, which
   * may begin and end inside a character. Linear.
   */
  escape(utf8: Uint8Array): Buffer {
    this.#input.set(utf8);
    return this.#output.subarray(0, this.#kernel.call('escape', utf8.length));
  }
}
