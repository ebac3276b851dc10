// bzip2, block by block: the format has no specification but its program; see Seward's bzip2 1.0.8 (decompress.c, huffman.c).
import { BitReader, HuffmanTable, LOOKUP_BITS, MAX_LENGTH, NeedsInput } from './bz2-huffman.ts';

/** Thrown inside the decoder for data that no encoder writes; never leaves this folder. */
export class BadBz2 extends Error {}

export type Bz2Step =
  /** A block's output, its checksum verified, in pieces of at most OUTPUT bytes. `bit`: where the next step reads. */
  | { readonly kind: 'block'; readonly bit: number; readonly output: readonly Uint8Array[] }
  | { readonly kind: 'stream-end'; readonly bit: number }
  | { readonly kind: 'needs-input' };

const OUTPUT = 1024 * 1024;
const GROUP = 50;
const RUN_A = 0;
const RUN_B = 1;

const CRC_TABLE = new Uint32Array(256);
for (let byte = 0; byte < 256; byte++) {
  let crc = byte << 24;
  for (let bit = 0; bit < 8; bit++) crc = crc < 0 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  CRC_TABLE[byte] = crc;
}

/**
 * Decodes a run of bzip2 streams one block at a time from a window that the caller keeps. Memory: 3.6 MB of work space,
 * and one block's output (0.9 MB; 46 MB when a bomb's block is all runs), which is held until its checksum agrees.
 */
export class Bz2Decoder {
  /** Block size of the stream being read in bytes; 0 between streams. */
  #blockSize = 0;
  #streamCrc = 0;
  readonly #words = new Uint32Array(900_000);
  readonly #tables = Array.from({ length: 6 }, () => new HuffmanTable());
  readonly #selectors = new Uint8Array(32_768);
  readonly #lengths = new Uint8Array(258);
  readonly #counts = new Int32Array(256);
  readonly #mtf = new Uint8Array(256);

  /** Bytes after the current position with which a step nearly always succeeds. */
  get wanted(): number {
    return Math.ceil((this.#blockSize || 900_000) * 1.05) + 20_000;
  }

  get insideStream(): boolean {
    return this.#blockSize > 0;
  }

  /** Reads one block, or the end of a stream. State changes only when it succeeds. Throws BadBz2. */
  step(bytes: Uint8Array, bit: number): Bz2Step {
    try {
      return this.#step(new BitReader(bytes, bit));
    } catch (error) {
      if (error instanceof NeedsInput) return { kind: 'needs-input' };
      throw error;
    }
  }

  #step(reader: BitReader): Bz2Step {
    let blockSize = this.#blockSize;
    let streamCrc = this.#streamCrc;
    if (blockSize === 0) {
      if (reader.read(24) !== 0x425a68) throw new BadBz2('a stream does not start with BZh');
      const level = reader.read(8) - 0x30;
      if (level < 1 || level > 9) throw new BadBz2('the block size is none of 1 to 9');
      blockSize = level * 100_000;
      streamCrc = 0;
    }
    const high = reader.read(24);
    const low = reader.read(24);
    const crc = reader.read32();
    if (high === 0x177245 && low === 0x385090) {
      if (crc !== streamCrc) throw new BadBz2('the checksum of a stream is wrong');
      this.#blockSize = 0;
      return { kind: 'stream-end', bit: Math.ceil(reader.position / 8) * 8 };
    }
    if (high !== 0x314159 || low !== 0x265359) throw new BadBz2('a block does not start with its magic number');
    const output = this.#block(reader, blockSize, crc);
    this.#blockSize = blockSize;
    this.#streamCrc = (((streamCrc << 1) | (streamCrc >>> 31)) ^ crc) >>> 0;
    return { kind: 'block', bit: reader.position, output };
  }

  #block(reader: BitReader, blockSize: number, crc: number): Uint8Array[] {
    if (reader.read(1) !== 0) throw new BadBz2('the block is randomised, which bzip2 has not written since 1997');
    const origin = reader.read(24);
    const used = this.#readUsedBytes(reader);
    const selectors = this.#readTables(reader, used + 2);
    const length = this.#readSymbols(reader, used, selectors, blockSize);
    if (origin >= length) throw new BadBz2('a block starts outside itself');
    this.#invertTransform(length);
    const { output, crc: actual } = writeRuns(this.#words, length, origin);
    if (actual !== crc) throw new BadBz2('the checksum of a block is wrong');
    return output;
  }

  /** Fills the move-to-front list with the byte values that occur; returns how many. */
  #readUsedBytes(reader: BitReader): number {
    const ranges = reader.read(16);
    let used = 0;
    for (let range = 0; range < 16; range++) {
      if ((ranges & (0x8000 >> range)) === 0) continue;
      const members = reader.read(16);
      for (let member = 0; member < 16; member++)
        if ((members & (0x8000 >> member)) !== 0) this.#mtf[used++] = range * 16 + member;
    }
    if (used === 0) throw new BadBz2('a block uses no byte value');
    return used;
  }

  #readTables(reader: BitReader, alphabet: number): number {
    const groups = reader.read(3);
    const selectors = reader.read(15);
    if (groups < 2 || groups > 6) throw new BadBz2('a block has an impossible number of Huffman tables');
    if (selectors === 0) throw new BadBz2('a block has no selectors');
    const order = [0, 1, 2, 3, 4, 5];
    for (let i = 0; i < selectors; i++) {
      let index = 0;
      while (reader.read(1) === 1) if (++index >= groups) throw new BadBz2('a selector names no Huffman table');
      const [group = 0] = order.splice(index, 1);
      order.unshift(group);
      this.#selectors[i] = group;
    }
    for (const table of this.#tables.slice(0, groups)) {
      let length = reader.read(5);
      for (let symbol = 0; symbol < alphabet; symbol++) {
        for (;;) {
          if (length < 1 || length > MAX_LENGTH) throw new BadBz2('a Huffman code has an impossible length');
          if (reader.read(1) === 0) break;
          length += reader.read(1) === 0 ? 1 : -1;
        }
        this.#lengths[symbol] = length;
      }
      table.build(this.#lengths, alphabet);
    }
    return selectors;
  }

  /** Undoes Huffman, run-length and move-to-front coding into the low bytes of `words`; returns how many. */
  #readSymbols(reader: BitReader, used: number, selectors: number, blockSize: number): number {
    const words = this.#words;
    const counts = this.#counts.fill(0);
    const mtf = this.#mtf;
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
        table = this.#table(this.#selectors[selector++] ?? 0);
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
    const table = this.#tables[index];
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
