// Checks an unpacked page before the Parquet library reads it: run lengths and sizes in it must not ask for more than a page may hold.

import { deltaBinaryUnpack } from 'hyparquet/src/delta.js';
import { readRleBitPackedHybrid } from 'hyparquet/src/encoding.js';
import { getMaxDefinitionLevel, getMaxRepetitionLevel } from 'hyparquet/src/schema.js';
import type { ColumnDecoder, PageHeader } from 'hyparquet/src/types.js';
import { BadParquet } from './thrift.ts';

/** Largest page in bytes, packed or unpacked; writers aim at 1 MiB and exceed it for single long values. */
export const LARGEST_PAGE = 128 * 1024 * 1024;
/** Values of a page, nulls included: Arrow's default for rows of a whole row group. */
export const MOST_VALUES = 2 ** 20;
const MOST_MINIBLOCKS = 1024;

/** Throws BadParquet for a page that would unpack to more than it may. Linear in the page's runs. */
export function checkPage(page: Uint8Array, header: PageHeader, column: ColumnDecoder): void {
  const { data_page_header: first, data_page_header_v2: second } = header;
  const { num_values: count = -1, encoding } = first ?? second ?? {};
  checkCount(count);
  const reader = new PageReader(page);
  /** Values that are there: all but the nulls. */
  let values = count - (second?.num_nulls ?? 0);
  const levels = [getMaxRepetitionLevel(column.schemaPath), getMaxDefinitionLevel(column.schemaPath)];
  const lengths = [second?.repetition_levels_byte_length, second?.definition_levels_byte_length];
  for (const [index, level] of levels.entries()) {
    const width = 32 - Math.clz32(level);
    if (second !== undefined) {
      const end = reader.at + (lengths[index] ?? 0);
      if (!(end >= reader.at && end <= page.length)) throw new BadParquet('a page has levels outside itself');
      if (level > 0) reader.checkRuns(width, count, end);
      reader.at = end;
    } else if (level > 0) {
      const end = reader.at + 4 + reader.word();
      reader.at += 4;
      const start = reader.at;
      reader.checkRuns(width, count, end);
      // Only deltas need it, and unpacking levels twice would cost all.
      if (index === 1 && encoding?.startsWith('DELTA') === true)
        values = reader.countOf(level, { start, count, width });
      reader.at = end;
    }
  }
  if (second !== undefined && !(second.num_nulls >= 0 && second.num_nulls <= count && second.num_rows <= count))
    throw new BadParquet('a page has more nulls or rows than values');
  if (encoding === 'PLAIN_DICTIONARY' || encoding === 'RLE_DICTIONARY') {
    reader.checkRuns(reader.byte(), count, page.length);
  } else if (encoding === 'RLE') {
    reader.at += 4;
    reader.checkRuns(1, count, page.length);
  } else if (encoding === 'DELTA_BINARY_PACKED' || encoding === 'DELTA_LENGTH_BYTE_ARRAY') {
    reader.checkDeltas(values);
  } else if (encoding === 'DELTA_BYTE_ARRAY') {
    reader.checkPrefixes(values);
  } else if (encoding === 'BYTE_STREAM_SPLIT' && count * (column.element.type_length ?? 8) > LARGEST_PAGE) {
    throw new BadParquet(`a page claims more than ${LARGEST_PAGE} bytes of values`);
  }
}

export function checkCount(count: number): void {
  if (!(count >= 0 && count <= MOST_VALUES))
    throw new BadParquet(`a page claims ${count} values; at most ${MOST_VALUES} are read`);
}

class PageReader {
  readonly #bytes: Uint8Array;
  at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  byte(): number {
    return this.#bytes[this.at++] ?? 0;
  }

  /** Little-endian, without moving on. */
  word(): number {
    const [a = 0, b = 0, c = 0, d = 0] = this.#bytes.subarray(this.at, this.at + 4);
    return a + b * 2 ** 8 + c * 2 ** 16 + d * 2 ** 24;
  }

  #varint(): number {
    let value = 0;
    for (let count = 0; ; count++) {
      if (count === 10) throw new BadParquet('a number in a page has more than 64 bits');
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** (7 * count);
      if (byte < 0x80) return value;
    }
  }

  /** Runs of the RLE and bit-packing hybrid: their lengths must not exceed `count` in all. */
  checkRuns(width: number, count: number, end: number): void {
    const last = Math.min(end, this.#bytes.length);
    let left = count;
    while (left > 0 && this.at < last) {
      const header = this.#varint();
      const run = Math.floor(header / 2);
      if (header % 2 === 1) {
        // The library stops at the page's count; DuckDB fills its last run up to 256.
        if (run * 8 > MOST_VALUES) throw new BadParquet(`a page of ${count} values holds a run of ${run * 8}`);
        left -= run * 8;
        this.at += run * width;
      } else {
        if (run > left) throw new BadParquet(`a page of ${count} values holds a run of ${run}`);
        left -= run;
        this.at += Math.ceil(width / 8);
      }
    }
  }

  /** How many of the checked levels at `start` are `level`. */
  countOf(level: number, { start, count, width }: { start: number; count: number; width: number }): number {
    const { buffer, byteOffset, length } = this.#bytes;
    const levels = new Uint8Array(count);
    readRleBitPackedHybrid({ view: new DataView(buffer, byteOffset, length), offset: start }, width, levels, 0);
    return levels.reduce((sum, each) => (each === level ? sum + 1 : sum), 0);
  }

  /** Blocks of deltas of `count` numbers. */
  checkDeltas(count: number): void {
    if (count === 0) return;
    const block = this.#varint();
    const miniblocks = this.#varint();
    this.#varint();
    this.#varint();
    if (count < 2) return;
    if (!(miniblocks > 0 && miniblocks <= MOST_MINIBLOCKS && block > 0 && block <= MOST_VALUES))
      throw new BadParquet('a page has deltas in impossible blocks');
    for (let left = count - 1; left > 0; ) {
      this.#varint();
      const widths = this.#bytes.subarray(this.at, this.at + miniblocks);
      if (widths.length < miniblocks) throw new BadParquet('a page ends in the middle of its deltas');
      this.at += miniblocks;
      for (const width of widths) {
        if (left <= 0) break;
        if (width > 64) throw new BadParquet('a page has deltas of more than 64 bits');
        left -= block / miniblocks;
        this.at += (block / miniblocks) * (width / 8);
      }
    }
  }

  /** Each value repeats a prefix of the one before: in all they may not become more than a page. */
  checkPrefixes(count: number): void {
    const start = this.at;
    this.checkDeltas(count);
    const { buffer, byteOffset, length } = this.#bytes;
    const prefixes = new Int32Array(count);
    if (count > 0)
      deltaBinaryUnpack({ view: new DataView(buffer, byteOffset, length), offset: start }, count, prefixes);
    let total = 0;
    for (const prefix of prefixes) {
      if (prefix < 0) throw new BadParquet('a page repeats a prefix of negative length');
      total += prefix;
    }
    if (total > LARGEST_PAGE) throw new BadParquet(`a page unpacks to more than ${LARGEST_PAGE} bytes`);
    this.checkDeltas(count);
  }
}
