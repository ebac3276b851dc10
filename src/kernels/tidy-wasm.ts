// The tidy kernel: white space of texts that need no other repair, which most texts do not.
import { instantiateKernel } from './wasm-module.ts';

/** By UTF-16 unit. */
export interface TidyTables {
  /** Class of the unit: src/filters/lib/repair-classes.ts. */
  readonly classes: Uint8Array;
  /** 1 Japanese, 2 bracket or full stop, 4 Japanese letter. */
  readonly traits: Uint8Array;
}

export const SPACES = ['keep', 'tidy', 'all'] as const;

/** Longer texts are left to the caller: every worker holds room for two of them. */
const MOST_UNITS = 1 << 21;

export class TidyKernel {
  readonly #kernel = instantiateKernel('tidy', 'scalar');
  #capacity = -1;
  #input: Buffer = Buffer.alloc(0);
  #output: Buffer = Buffer.alloc(0);

  constructor({ classes, traits }: TidyTables) {
    const { call, bytes } = this.#kernel;
    bytes(call('classes'), 0x10000).set(classes);
    bytes(call('traits'), 0x10000).set(traits);
  }

  /** The tidied text (the same string when there is nothing to do), or undefined when it needs other repairs. Linear. */
  tidy(text: string, spaces: (typeof SPACES)[number]): string | undefined {
    if (text.length > MOST_UNITS) return undefined;
    if (text.length > this.#capacity) this.#grow(text.length);
    this.#input.write(text, 'utf16le');
    const result = this.#kernel.call('tidy', text.length, SPACES.indexOf(spaces));
    if (result < 0) return undefined;
    return (result & 1) === 0 ? text : this.#output.toString('utf16le', 0, result & ~1);
  }

  #grow(units: number): void {
    const { call, bytes } = this.#kernel;
    let capacity = 1 << 14;
    while (capacity < units) capacity *= 2;
    this.#capacity = capacity;
    call('configure', capacity);
    this.#input = bytes(call('input'), 2 * capacity);
    this.#output = bytes(call('output'), 2 * capacity);
  }
}
