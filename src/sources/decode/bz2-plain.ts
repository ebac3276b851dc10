// bzip2's inner loops in plain TypeScript: the oracle of the WebAssembly kernel (bz2-wasm.ts), which does the work.
import type { BlockLoops } from './bz2-block.ts';
import { BadBz2, type BitReader, GROUP, HuffmanTable, LOOKUP_BITS, MAX_LENGTH, NeedsInput } from './bz2-huffman.ts';

const OUTPUT = 1024 * 1024;
const RUN_A = 0;
const RUN_B = 1;

const CRC_TABLE = new Uint32Array(256);
for (let byte = 0; byte < 256; byte++) {
  let crc = byte << 24;
  for (let bit = 0; bit < 8; bit++) crc = crc < 0 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  CRC_TABLE[byte] = crc;
}

export class PlainBlocks implements BlockLoops {
  readonly tables = Array.from({ length: 6 }, () => new HuffmanTable());
  readonly selectors = new Uint8Array(32_768);
  readonly mtf = new Uint8Array(256);
  readonly #words = new Uint32Array(900_000);
  readonly #counts = new Int32Array(256);

  /** Undoes Huffman, run-length and move-to-front coding into the low bytes of `words`; returns how many. */
  symbols(reader: BitReader, used: number, selectors: number, blockSize: number): number {
    const words = this.#words;
    const counts = this.#counts.fill(0);
    const mtf = this.mtf;
    const bytes = reader.bytes;
    const end = used + 1;
    let { at, bits, count } = reader;
    let table = this.#table(0);
    let lookup = table.lookup;
    let selector = 0;
    let left = 0;
    let length = 0;
    let run = 0;
    let weight = 1;
    const limit = bytes.length * 8;
    for (;;) {
      if (left === 0) {
        if (selector >= selectors) throw bad(at * 8 - count - limit, 'a block goes on after its last selector');
        if (at * 8 - count > limit) throw new NeedsInput();
        table = this.#table(this.selectors[selector++] ?? 0);
        lookup = table.lookup;
        left = GROUP;
      }
      left--;
      while (count <= 24) {
        bits |= (bytes[at++] ?? 0) << (24 - count);
        count += 8;
      }
      let symbol: number;
      const found = lookup[bits >>> (32 - LOOKUP_BITS)] ?? 0;
      if (found !== 0) {
        symbol = found >>> 5;
        bits <<= found & 31;
        count -= found & 31;
      } else {
        const code = bits >>> (32 - MAX_LENGTH);
        let width = LOOKUP_BITS + 1;
        while (width <= MAX_LENGTH && code >= (table.limit[width] ?? 0)) width++;
        if (width > MAX_LENGTH) {
          if (at * 8 - count + MAX_LENGTH > bytes.length * 8) throw new NeedsInput();
          throw bad(at * 8 - count - limit, 'a Huffman code has no symbol');
        }
        symbol = table.symbols[(code >>> (MAX_LENGTH - width)) + (table.base[width] ?? 0)] ?? 0;
        bits <<= width;
        count -= width;
      }
      if (symbol <= RUN_B) {
        run += symbol === RUN_A ? weight : 2 * weight;
        weight *= 2;
        if (run > blockSize) throw bad(at * 8 - count - limit, 'a block is longer than its stream allows');
        continue;
      }
      if (run > 0) {
        if (length + run > blockSize) throw bad(at * 8 - count - limit, 'a block is longer than its stream allows');
        const byte = mtf[0] ?? 0;
        counts[byte] = (counts[byte] ?? 0) + run;
        words.fill(byte, length, length + run);
        length += run;
        run = 0;
        weight = 1;
      }
      if (symbol === end) break;
      if (length >= blockSize) throw bad(at * 8 - count - limit, 'a block is longer than its stream allows');
      const index = symbol - 1;
      const byte = mtf[index] ?? 0;
      if (index < 16) for (let i = index; i > 0; i--) mtf[i] = mtf[i - 1] ?? 0;
      else mtf.copyWithin(1, 0, index);
      mtf[0] = byte;
      counts[byte] = (counts[byte] ?? 0) + 1;
      words[length++] = byte;
    }
    if (at * 8 - count > limit) throw new NeedsInput();
    reader.at = at;
    reader.bits = bits;
    reader.count = count;
    return length;
  }

  #table(index: number): HuffmanTable {
    const table = this.tables[index];
    if (table === undefined) throw new BadBz2('a selector names no Huffman table');
    return table;
  }

  /** Burrows-Wheeler: puts, above each low byte, the index of the word that follows it in the text. */
  #invertTransform(length: number): void {
    const words = this.#words;
    const next = this.#counts;
    let sum = 0;
    for (let byte = 0; byte < 256; byte++) {
      const count = next[byte] ?? 0;
      next[byte] = sum;
      sum += count;
    }
    for (let i = 0; i < length; i++) {
      const byte = (words[i] ?? 0) & 0xff;
      const slot = next[byte] ?? 0;
      next[byte] = slot + 1;
      words[slot] = (words[slot] ?? 0) | (i << 8);
    }
  }

  text(length: number, origin: number): { output: Uint8Array[]; crc: number } {
    this.#invertTransform(length);
    return writeRuns(this.#words, length, origin);
  }
}

/** Past the end zeros are read; what they decode to says nothing about the data. */
const bad = (past: number, what: string): Error => (past > 0 ? new NeedsInput() : new BadBz2(what));

/** Follows the chain from `origin`, expands runs (four equal bytes, then a count) and computes the CRC-32 (MSB first). */
function writeRuns(words: Uint32Array, length: number, origin: number): { output: Uint8Array[]; crc: number } {
  const output: Uint8Array[] = [];
  let piece = new Uint8Array(Math.min(OUTPUT, length + 4096));
  let filled = 0;
  let crc = -1;
  let same = 0;
  let previous = -1;
  let word = words[(words[origin] ?? 0) >>> 8] ?? 0;
  for (let i = 0; i < length; i++) {
    const byte = word & 0xff;
    word = words[word >>> 8] ?? 0;
    let copies = 1;
    if (same === 4) {
      copies = byte;
      same = 0;
    } else if (byte === previous) same++;
    else {
      previous = byte;
      same = 1;
    }
    for (; copies > 0; copies--) {
      if (filled === piece.length) {
        output.push(piece);
        piece = new Uint8Array(OUTPUT);
        filled = 0;
      }
      piece[filled++] = previous;
      crc = (crc << 8) ^ (CRC_TABLE[(crc >>> 24) ^ previous] ?? 0);
    }
  }
  if (filled > 0) output.push(filled === piece.length ? piece : piece.slice(0, filled));
  return { output, crc: ~crc >>> 0 };
}
