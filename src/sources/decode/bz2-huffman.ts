// The bit reader and the canonical Huffman tables of bzip2.

/** Thrown inside the decoder when a block needs more bytes than there are; never leaves this folder. */
export class NeedsInput extends Error {}

/** Reads most-significant bits first. `bits` holds the next `count` bits at its top. */
export class BitReader {
  readonly bytes: Uint8Array;
  /** Next byte to load. */
  at: number;
  bits = 0;
  count = 0;

  constructor(bytes: Uint8Array, bit: number) {
    this.bytes = bytes;
    this.at = bit >>> 3;
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

export const LOOKUP_BITS = 11;
export const MAX_LENGTH = 20;

/** Canonical code: short codes by one table look-up, longer ones by comparing with each length's last code. */
export class HuffmanTable {
  /** symbol << 5 | length, by the next LOOKUP_BITS bits; 0 where the code is longer. */
  readonly lookup = new Uint16Array(1 << LOOKUP_BITS);
  /** First code after those of a length, left-aligned to MAX_LENGTH bits. */
  readonly limit = new Uint32Array(MAX_LENGTH + 2);
  /** Index into `symbols` of a length's first code, minus that code. */
  readonly base = new Int32Array(MAX_LENGTH + 2);
  readonly symbols = new Uint16Array(258);

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
