// Walks an .xz file without decompressing it: where its blocks begin and end, from the sizes that LZMA2 puts before each chunk.
import { crc32 } from 'node:zlib';
import type { SeekPoint } from '../seek.ts';
import {
  BadXz,
  checkBlockHeader,
  checkBytes,
  HEADER_MAGIC,
  readStreamFooter,
  readStreamHeader,
  STREAM_HEADER,
  VariableLength,
} from './xz-container.ts';

/** A block held whole must be at most so big, packed and unpacked: `xz -6 -T0` writes blocks of 24 MiB. */
export const WHOLE_PACKED = 16 * 1024 * 1024;
export const WHOLE_UNPACKED = 32 * 1024 * 1024;

export interface XzBlock {
  readonly check: number;
  /** Blocks of its stream before it, with their sizes as the index counts them. */
  readonly before: XzCounts;
  /** Its bytes so far, header included. */
  readonly parts: readonly Buffer[];
  readonly packed: number;
}

export interface XzCounts {
  readonly blocks: number;
  readonly unpadded: number;
  readonly uncompressed: number;
}

export type XzUnit =
  | ({ readonly kind: 'whole'; readonly unpadded: number; readonly uncompressed: number } & XzBlock)
  /** A block too big to hold: the rest of it is read by `restOfBlock`, before any other unit. */
  | ({ readonly kind: 'open' } & XzBlock)
  /** A block that breaks off; what is there of it can still be decoded. */
  | ({ readonly kind: 'broken'; readonly why: BadXz | 'truncated' } & XzBlock)
  /** Bytes without contents: headers, index, footer, padding. `startable`: after them a new stream may begin. */
  | { readonly kind: 'frame'; readonly packed: number; readonly startable: boolean };

const NO_BLOCKS: XzCounts = { blocks: 0, unpadded: 0, uncompressed: 0 };

export class Truncated extends Error {}

export class XzWalker {
  readonly #reader: Reader;
  #check: number | undefined;
  #counts: XzCounts = NO_BLOCKS;
  #started: boolean;
  #open: { data: number; uncompressed: number; header: number } | undefined;

  constructor(pieces: AsyncIterable<Buffer>, from: SeekPoint | undefined) {
    this.#reader = new Reader(pieces);
    this.#started = from !== undefined && from.compressed > 0;
    if (from?.detail === undefined) return;
    const { check = 0, blocks = 0, unpadded = 0, uncompressed = 0 } = from.detail;
    this.#check = check;
    this.#counts = { blocks, unpadded, uncompressed };
  }

  /** The next unit; undefined at the end of the file. Throws BadXz, Truncated between blocks. */
  async next(): Promise<XzUnit | undefined> {
    this.#reader.parts();
    return this.#check === undefined ? this.#streamStart() : this.#blockOrIndex(this.#check);
  }

  async #streamStart(): Promise<XzUnit | undefined> {
    const start = await this.#reader.take(4);
    if (start.length === 0 && this.#started) return undefined;
    // Stream padding comes in fours, and only after a stream (2.2).
    if (this.#started && start.length === 4 && start.readUInt32LE(0) === 0)
      return { kind: 'frame', packed: 4, startable: true };
    const rest = await this.#reader.take(STREAM_HEADER - 4);
    const header = Buffer.concat([start, rest]);
    if (!HEADER_MAGIC.subarray(0, header.length).equals(header.subarray(0, HEADER_MAGIC.length)))
      throw new BadXz('it is no xz file, or bytes that are no stream follow its last one');
    if (header.length < STREAM_HEADER) throw new Truncated();
    this.#check = readStreamHeader(header);
    this.#counts = NO_BLOCKS;
    this.#started = true;
    return { kind: 'frame', packed: STREAM_HEADER, startable: false };
  }

  async #blockOrIndex(check: number): Promise<XzUnit> {
    const [size] = await this.#reader.exactly(1);
    if (size === 0) return this.#index(check);
    const length = ((size ?? 0) + 1) * 4;
    const header = Buffer.concat([Buffer.of(size ?? 0), await this.#reader.exactly(length - 1)]);
    checkBlockHeader(header);
    this.#open = { data: 0, uncompressed: 0, header: length };
    const block = (): XzBlock => {
      const parts = this.#reader.parts();
      return { check, before: this.#counts, parts, packed: parts.reduce((sum, part) => sum + part.length, 0) };
    };
    try {
      for (;;) {
        const end = await this.#chunk(check);
        if (end !== undefined) {
          const unit: XzUnit = { kind: 'whole', ...block(), ...end };
          this.#close(end);
          return unit;
        }
        if (this.#open.data > WHOLE_PACKED || this.#open.uncompressed > WHOLE_UNPACKED)
          return { kind: 'open', ...block() };
      }
    } catch (error) {
      return { kind: 'broken', ...block(), why: brokenBy(error) };
    }
  }

  /** What is still to come of an `open` block, in parts; at its end the sizes. Throws BadXz, Truncated after the last part. */
  async *restOfBlock(check: number): AsyncGenerator<Buffer, { unpadded: number; uncompressed: number }> {
    for (;;) {
      let end: { unpadded: number; uncompressed: number } | undefined;
      try {
        end = await this.#chunk(check);
      } catch (error) {
        yield* this.#reader.parts();
        throw error;
      }
      if (end !== undefined) {
        yield* this.#reader.parts();
        this.#close(end);
        return end;
      }
      yield* this.#reader.wholeParts();
    }
  }

  /** Passes one LZMA2 chunk; at the block's end also its padding and its check. */
  async #chunk(check: number): Promise<{ unpadded: number; uncompressed: number } | undefined> {
    const open = this.#open;
    if (open === undefined) throw new Error('no block is open');
    const [control = 0] = await this.#reader.exactly(1);
    if (control === 0) {
      const data = open.data + 1;
      const padding = (4 - (data % 4)) % 4;
      await this.#reader.exactly(padding + checkBytes(check));
      return { unpadded: open.header + data + checkBytes(check), uncompressed: open.uncompressed };
    }
    if (control > 2 && control < 0x80) throw new BadXz('its contents are no valid LZMA data');
    const packed = control >= 0x80;
    const head = await this.#reader.exactly(packed ? 4 : 2);
    const size = head.readUInt16BE(packed ? 2 : 0) + 1;
    const properties = control >= 0xc0 ? 1 : 0;
    await this.#reader.skip(size + properties);
    open.data += 1 + head.length + size + properties;
    open.uncompressed += packed ? ((control & 0x1f) << 16) + head.readUInt16BE(0) + 1 : size;
    return undefined;
  }

  #close({ unpadded, uncompressed }: { unpadded: number; uncompressed: number }): void {
    const { blocks, unpadded: packed, uncompressed: sum } = this.#counts;
    this.#counts = { blocks: blocks + 1, unpadded: packed + unpadded, uncompressed: sum + uncompressed };
    this.#open = undefined;
  }

  /** Compares the index with the blocks that came: their number and the sums of their sizes. Reads no more records than blocks. */
  async #index(check: number): Promise<XzUnit> {
    let crc = crc32(Buffer.of(0));
    let length = 1;
    const reader = new VariableLength();
    const next = async (): Promise<number> => {
      for (;;) {
        const byte = await this.#reader.exactly(1);
        crc = crc32(byte, crc);
        length++;
        const value = reader.push(byte[0] ?? 0);
        if (value !== undefined) return value;
      }
    };
    const { blocks, unpadded, uncompressed } = this.#counts;
    const other = new BadXz('the index of a stream does not fit its blocks');
    if ((await next()) !== blocks) throw other;
    let packed = 0;
    let sum = 0;
    for (let record = 0; record < blocks; record++) {
      packed += await next();
      sum += await next();
    }
    if (packed !== unpadded || sum !== uncompressed) throw other;
    const padding = await this.#reader.exactly((4 - (length % 4)) % 4);
    if (padding.some((byte) => byte !== 0)) throw other;
    const wanted = crc32(padding, crc);
    if ((await this.#reader.exactly(4)).readUInt32LE(0) !== wanted)
      throw new BadXz('the checksum of an index is wrong');
    const index = length + padding.length + 4;
    readStreamFooter(await this.#reader.exactly(STREAM_HEADER), { check, index });
    this.#check = undefined;
    return { kind: 'frame', packed: index + STREAM_HEADER, startable: true };
  }
}

function brokenBy(error: unknown): BadXz | 'truncated' {
  if (error instanceof BadXz) return error;
  if (error instanceof Truncated) return 'truncated';
  throw error;
}

/** Takes bytes from pieces, and remembers what was taken as views into them. */
class Reader {
  readonly #pieces: AsyncIterator<Buffer>;
  #piece: Buffer = Buffer.alloc(0);
  /** Up to here the piece was handed out by `parts`, up to there it was taken. */
  #given = 0;
  #at = 0;
  #parts: Buffer[] = [];

  constructor(pieces: AsyncIterable<Buffer>) {
    this.#pieces = pieces[Symbol.asyncIterator]();
  }

  /** `length` bytes, fewer at the end of the file. */
  async take(length: number): Promise<Buffer> {
    if (this.#piece.length - this.#at >= length) {
      this.#at += length;
      return this.#piece.subarray(this.#at - length, this.#at);
    }
    const bytes = Buffer.alloc(length);
    let filled = 0;
    while (filled < length && (await this.#ready())) {
      const count = Math.min(length - filled, this.#piece.length - this.#at);
      bytes.set(this.#piece.subarray(this.#at, this.#at + count), filled);
      this.#at += count;
      filled += count;
    }
    return bytes.subarray(0, filled);
  }

  /** Exactly `length` bytes. */
  async exactly(length: number): Promise<Buffer> {
    const bytes = await this.take(length);
    if (bytes.length < length) throw new Truncated();
    return bytes;
  }

  async skip(length: number): Promise<void> {
    let left = length;
    while (left > 0) {
      if (!(await this.#ready())) throw new Truncated();
      const count = Math.min(left, this.#piece.length - this.#at);
      this.#at += count;
      left -= count;
    }
  }

  /** What was taken since the last call. */
  parts(): Buffer[] {
    if (this.#at > this.#given) this.#parts.push(this.#piece.subarray(this.#given, this.#at));
    this.#given = this.#at;
    return this.wholeParts();
  }

  /** The same without what was taken of the present piece: fewer, bigger views. */
  wholeParts(): Buffer[] {
    const parts = this.#parts;
    this.#parts = [];
    return parts;
  }

  /** True when the piece has bytes left; false at the end of the file. */
  async #ready(): Promise<boolean> {
    while (this.#at === this.#piece.length) {
      if (this.#at > this.#given) this.#parts.push(this.#piece.subarray(this.#given));
      this.#at = 0;
      this.#given = 0;
      this.#piece = Buffer.alloc(0);
      const { value, done } = await this.#pieces.next();
      if (done === true) return false;
      this.#piece = value;
    }
    return true;
  }
}
