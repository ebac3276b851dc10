// bzip2, block by block: the format has no specification but its program; see Seward's bzip2 1.0.8 (decompress.c, huffman.c).
import { BadBz2, BitReader, type HuffmanTable, MAX_LENGTH, NeedsInput } from './bz2-huffman.ts';
import { WasmBlocks } from './bz2-wasm.ts';

/** The inner loops of a block, with the tables that they read. One block at a time. */
export interface BlockLoops {
  /** Six, of which a block may use fewer. */
  readonly tables: readonly HuffmanTable[];
  /** Which table each group of GROUP symbols uses. */
  readonly selectors: Uint8Array;
  /** The move-to-front list. */
  readonly mtf: Uint8Array;
  /**
   * Undoes Huffman, run-length and move-to-front coding up to the block's end; returns how many bytes that gives, and
   * moves the reader. `used`: byte values that occur. `selectors`: how many there are. Throws BadBz2, NeedsInput.
   */
  symbols(reader: BitReader, used: number, selectors: number, blockSize: number): number;
  /** Undoes the Burrows-Wheeler transform of what `symbols` gave, and the runs: the block's text in pieces, with its CRC-32. */
  text(length: number, origin: number): { readonly output: Uint8Array[]; readonly crc: number };
}

export type Bz2Step =
  /** A block's output, its checksum verified, in pieces of at most 1 MiB. `bit`: where the next step reads. */
  | { readonly kind: 'block'; readonly bit: number; readonly output: readonly Uint8Array[] }
  | { readonly kind: 'stream-end'; readonly bit: number }
  | { readonly kind: 'needs-input' };

/**
 * Decodes a run of bzip2 streams one block at a time from a window that the caller keeps. Memory: 12 MB of work space,
 * and one block's output (0.9 MB; 46 MB when a bomb's block is all runs), which is held until its checksum agrees.
 */
export class Bz2Decoder {
  /** Block size of the stream being read in bytes; 0 between streams. */
  #blockSize = 0;
  #streamCrc = 0;
  readonly #lengths = new Uint8Array(258);
  readonly #loops: BlockLoops;

  constructor(loops: BlockLoops = new WasmBlocks()) {
    this.#loops = loops;
  }

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
    const length = this.#loops.symbols(reader, used, selectors, blockSize);
    if (origin >= length) throw new BadBz2('a block starts outside itself');
    const { output, crc: actual } = this.#loops.text(length, origin);
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
        if ((members & (0x8000 >> member)) !== 0) this.#loops.mtf[used++] = range * 16 + member;
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
      this.#loops.selectors[i] = group;
    }
    for (const table of this.#loops.tables.slice(0, groups)) {
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
}
