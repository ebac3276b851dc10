// The parts of an .xz file around its compressed data; see "The .xz File Format", version 1.2.1 (tukaani.org/xz/xz-file-format.txt).
import { crc32 } from 'node:zlib';

/** Thrown for what no encoder writes; never leaves this folder. */
export class BadXz extends Error {}

export const HEADER_MAGIC = Buffer.from('fd377a585a00', 'hex');
const FOOTER_MAGIC = Buffer.from('595a', 'hex');
/** Bytes of a stream's header, and of its footer. */
export const STREAM_HEADER = 12;
/** Bytes of the check after a block, by the check's number (2.1.1.2). */
const CHECK_BYTES = [0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64];
const LZMA2 = 0x21;
/** Largest dictionary in bytes: four times that of `xz -9`. The decoder allocates it, whatever the data. */
export const MAX_DICTIONARY = 256 * 1024 * 1024;

export const checkBytes = (check: number): number => CHECK_BYTES[check] ?? 0;

/** The check's number of a stream, from its header. */
export function readStreamHeader(bytes: Buffer): number {
  if (!bytes.subarray(0, 6).equals(HEADER_MAGIC)) throw new BadXz('a stream does not start with the magic bytes of xz');
  if (crc32(bytes.subarray(6, 8)) !== bytes.readUInt32LE(8))
    throw new BadXz('the checksum of a stream header is wrong');
  return readFlags(bytes, 6);
}

function readFlags(bytes: Buffer, at: number): number {
  const check = bytes[at + 1] ?? 0;
  if (bytes[at] !== 0 || check > 15) throw new BadXz('it asks for options that this decoder does not know');
  return check;
}

export function streamHeader(check: number): Buffer {
  const bytes = Buffer.alloc(STREAM_HEADER);
  bytes.set(HEADER_MAGIC);
  bytes[7] = check;
  bytes.writeUInt32LE(crc32(bytes.subarray(6, 8)), 8);
  return bytes;
}

/** Checks a stream's footer against its header and its index. */
export function readStreamFooter(bytes: Buffer, { check, index }: { check: number; index: number }): void {
  if (!bytes.subarray(10).equals(FOOTER_MAGIC)) throw new BadXz('a stream does not end with the magic bytes of xz');
  if (crc32(bytes.subarray(4, 10)) !== bytes.readUInt32LE(0))
    throw new BadXz('the checksum of a stream footer is wrong');
  if (readFlags(bytes, 8) !== check || (bytes.readUInt32LE(4) + 1) * 4 !== index)
    throw new BadXz('a stream footer does not belong to its stream');
}

/** The index and the footer of a stream with one block: what follows the block when it is decoded by itself. */
export function streamEnd(check: number, unpadded: number, uncompressed: number): Buffer {
  const records = Buffer.from([0, 1, ...variableLength(unpadded), ...variableLength(uncompressed)]);
  const index = Buffer.alloc(Math.ceil(records.length / 4) * 4 + 4);
  index.set(records);
  index.writeUInt32LE(crc32(index.subarray(0, -4)), index.length - 4);
  const footer = Buffer.alloc(STREAM_HEADER);
  footer.writeUInt32LE(index.length / 4 - 1, 4);
  footer[9] = check;
  footer.set(FOOTER_MAGIC, 10);
  footer.writeUInt32LE(crc32(footer.subarray(4, 10)), 0);
  return Buffer.concat([index, footer]);
}

function variableLength(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  return [...bytes, rest];
}

/** Sums of 7-bit groups, lowest first (1.2). */
export class VariableLength {
  #value = 0;
  #weight = 1;
  #bytes = 0;

  /** Takes a byte; the value when it was the last one. */
  push(byte: number): number | undefined {
    this.#bytes++;
    this.#value += (byte & 0x7f) * this.#weight;
    this.#weight *= 0x80;
    // Sizes of files stay far below 2^53; what needs more says nonsense.
    if (this.#bytes > 9 || this.#value > Number.MAX_SAFE_INTEGER) throw new BadXz('a size is longer than 63 bits');
    if (byte >= 0x80) return undefined;
    if (byte === 0 && this.#bytes > 1) throw new BadXz('a size is written with needless bytes');
    const value = this.#value;
    this.#value = 0;
    this.#weight = 1;
    this.#bytes = 0;
    return value;
  }
}

/** Checks a block's header: LZMA2 at the end of at most four filters, with a dictionary that this decoder allows. */
export function checkBlockHeader(bytes: Buffer): void {
  const end = bytes.length - 4;
  if (crc32(bytes.subarray(0, end)) !== bytes.readUInt32LE(end))
    throw new BadXz('the checksum of a block header is wrong');
  const flags = bytes[1] ?? 0;
  if ((flags & 0x3c) !== 0) throw new BadXz('it asks for options that this decoder does not know');
  let at = 2;
  const next = (): number => {
    const reader = new VariableLength();
    for (;;) {
      if (at >= end) throw new BadXz('a block header is too short for what it says');
      const value = reader.push(bytes[at++] ?? 0);
      if (value !== undefined) return value;
    }
  };
  if ((flags & 0x40) !== 0) next();
  if ((flags & 0x80) !== 0) next();
  for (let filters = (flags & 3) + 1; filters > 0; filters--) {
    const id = next();
    const size = next();
    if (size > end - at) throw new BadXz('a block header is too short for what it says');
    if (filters === 1 && (id !== LZMA2 || size !== 1)) throw new BadXz('a block is not compressed with LZMA2');
    if (id === LZMA2 && dictionaryBytes(bytes[at] ?? 0) > MAX_DICTIONARY)
      throw new BadXz(`a block asks for a dictionary of more than ${MAX_DICTIONARY / 2 ** 20} MiB`);
    at += size;
  }
}

/** 5.3.1: two bits of mantissa, five of exponent. */
const dictionaryBytes = (bits: number): number => (2 | (bits & 1)) * 2 ** ((bits >> 1) + 11);
