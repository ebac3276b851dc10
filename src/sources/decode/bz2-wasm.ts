// bzip2's inner loops in WebAssembly: the kernel of src/kernels/assembly/bz2.ts behind the decoder's interface.
import { instantiateKernel } from '../../kernels/wasm-module.ts';
import type { BlockLoops } from './bz2-block.ts';
import { BadBz2, type BitReader, HuffmanTable, LOOKUP_BITS, MAX_LENGTH, NeedsInput } from './bz2-huffman.ts';

/** Compressed bytes that a block's symbols can take at most: 900,001 codes of 20 bits. */
const INPUT = 2_304 * 1024;
const OUTPUT = 1024 * 1024;
const LENGTHS = MAX_LENGTH + 2;
const ALPHABET = 258;
const NEEDS_INPUT = -1;
/** What the kernel returns instead of a length. */
const BROKEN: Readonly<Record<number, string>> = {
  [-2]: 'a block goes on after its last selector',
  [-3]: 'a Huffman code has no symbol',
  [-4]: 'a block is longer than its stream allows',
};

/** Holds 12 MB of memory of its own. */
export class WasmBlocks implements BlockLoops {
  readonly #kernel = instantiateKernel('bz2', 'scalar');
  readonly tables: readonly HuffmanTable[];
  readonly selectors: Uint8Array;
  readonly mtf: Uint8Array;
  readonly #input: Uint8Array;
  readonly #output: Uint8Array;

  constructor() {
    const { call, bytes } = this.#kernel;
    call('configure', INPUT, OUTPUT);
    const view = (name: string, length: number): [ArrayBufferLike, number, number] => {
      const { buffer, byteOffset } = bytes(call(name), 1);
      return [buffer, byteOffset, length];
    };
    const lookups = new Uint16Array(...view('lookups', 6 << LOOKUP_BITS));
    const limits = new Uint32Array(...view('limits', 6 * LENGTHS));
    const bases = new Int32Array(...view('bases', 6 * LENGTHS));
    const codes = new Uint16Array(...view('codes', 6 * ALPHABET));
    this.tables = Array.from(
      { length: 6 },
      (_, table) =>
        new HuffmanTable({
          lookup: lookups.subarray(table << LOOKUP_BITS, (table + 1) << LOOKUP_BITS),
          limit: limits.subarray(table * LENGTHS, (table + 1) * LENGTHS),
          base: bases.subarray(table * LENGTHS, (table + 1) * LENGTHS),
          symbols: codes.subarray(table * ALPHABET, (table + 1) * ALPHABET),
        }),
    );
    this.selectors = new Uint8Array(...view('selectors', 32_768));
    this.mtf = new Uint8Array(...view('order', 256));
    this.#input = new Uint8Array(...view('input', INPUT));
    this.#output = new Uint8Array(...view('output', OUTPUT));
  }

  symbols(reader: BitReader, used: number, selectors: number, blockSize: number): number {
    const { call } = this.#kernel;
    const start = reader.position >>> 3;
    const rest = reader.bytes.subarray(start, start + INPUT);
    this.#input.set(rest);
    const length = call('symbols', rest.length, reader.position & 7, used, selectors, blockSize);
    if (length === NEEDS_INPUT) throw new NeedsInput();
    if (length < 0) throw new BadBz2(BROKEN[length]);
    reader.moveTo(start * 8 + call('position'));
    return length;
  }

  text(length: number, origin: number): { output: Uint8Array[]; crc: number } {
    const { call } = this.#kernel;
    call('invert', length, origin);
    const output: Uint8Array[] = [];
    for (;;) {
      const count = call('runs', OUTPUT);
      if (count === 0) return { output, crc: call('checksum') >>> 0 };
      output.push(this.#output.slice(0, count));
    }
  }
}
