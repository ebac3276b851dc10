// The bit reader and the canonical Huffman tables of bzip2.

/** Thrown inside the decoder when a block needs more bytes than there are; never leaves this folder. */
export class NeedsInput extends Error {}

/** Thrown inside the decoder for data that no encoder writes; never leaves this folder. */
export class BadBz2 extends Error {}

/** Reads most-significant bits first. `bits` holds the next `count` bits at its top. */
export class BitReader {
  readonly bytes: Uint8Array;
  /** Next byte to load. */
  at: number;
  bits = 0;
  count = 0;

  constructor(bytes: Uint8Array, bit: number) {
    this.bytes = bytes;
    this.at = 0;
    this.moveTo(bit);
  }

  moveTo(bit: number): void {
    this.at = bit >>> 3;
    this.bits = 0;
    this.count = 0;
    const skip = bit & 7;
    if (skip > 0) this.read(skip);
  }

  /** Bits from the start of `bytes`. */
  get position(): number {
    return this.at * 8 - this.count;
  }

  /** At most 24 bits. */
  read(width: number): number {
    while (this.count < width) {
      if (this.at >= this.bytes.length) throw new NeedsInput();
      this.bits |= (this.bytes[this.at++] ?? 0) << (24 - this.count);
      this.count += 8;
    }
    const value = this.bits >>> (32 - width);
    this.bits <<= width;
    this.count -= width;
    return value;
  }

  read32(): number {
    const high = this.read(16);
    return ((high << 16) | this.read(16)) >>> 0;
  }
}

/** Symbols that a selector is for. */
export const GROUP = 50;
export const LOOKUP_BITS = 11;
export const MAX_LENGTH = 20;

export interface HuffmanArrays {
  /** symbol << 5 | length, by the next LOOKUP_BITS bits; 0 where the code is longer. */
  readonly lookup: Uint16Array;
  /** First code after those of a length, left-aligned to MAX_LENGTH bits. */
  readonly limit: Uint32Array;
  /** Index into `symbols` of a length's first code, minus that code. */
  readonly base: Int32Array;
  readonly symbols: Uint16Array;
}

/** Canonical code: short codes by one table look-up, longer ones by comparing with each length's last code. */
export class HuffmanTable implements HuffmanArrays {
  readonly lookup: Uint16Array;
  readonly limit: Uint32Array;
  readonly base: Int32Array;
  readonly symbols: Uint16Array;

  /** Over arrays of its own, or over the kernel's memory. */
  constructor({ lookup, limit, base, symbols }: Partial<HuffmanArrays> = {}) {
    this.lookup = lookup ?? new Uint16Array(1 << LOOKUP_BITS);
    this.limit = limit ?? new Uint32Array(MAX_LENGTH + 2);
    this.base = base ?? new Int32Array(MAX_LENGTH + 2);
    this.symbols = symbols ?? new Uint16Array(258);
  }

  build(lengths: Uint8Array, alphabet: number): void {
    this.lookup.fill(0);
    let code = 0;
    let index = 0;
    for (let length = 1; length <= MAX_LENGTH; length++) {
      this.base[length] = index - code;
      for (let symbol = 0; symbol < alphabet; symbol++) {
        if (lengths[symbol] !== length) continue;
        this.symbols[index++] = symbol;
        if (length <= LOOKUP_BITS) {
          const first = code << (LOOKUP_BITS - length);
          this.lookup.fill((symbol << 5) | length, first, first + (1 << (LOOKUP_BITS - length)));
        }
        code++;
      }
      this.limit[length] = code << (MAX_LENGTH - length);
      code <<= 1;
    }
  }
}
