// The pages of one column chunk, one after the other, over ranges of the file: one page is in memory at a time.
import { parquetHeader, readPage } from 'hyparquet/src/column.js';
import { convert } from 'hyparquet/src/convert.js';
import type { ColumnDecoder, DecodedArray, PageHeader } from 'hyparquet/src/types.js';
import type { Chunk, ParquetFile } from './footer.ts';
import { checkCount, checkPage, LARGEST_PAGE } from './page-check.ts';
import { BadParquet, endOfStruct } from './thrift.ts';
import { unpack } from './unpack.ts';

/** Bytes of a chunk that are fetched at once. */
const WINDOW = 4 * 1024 * 1024;
/** Longest page header: old writers put whole values into its statistics. */
const LONGEST_HEADER = 1024 * 1024;
const HEADER_LIMITS = { depth: 8, values: 1000 };

export class ColumnPages {
  readonly #window: Window;
  readonly #column: ColumnDecoder;
  #dictionary: DecodedArray | undefined;
  /** Unpacked bytes so far. */
  unpacked = 0;

  constructor(file: ParquetFile, chunk: Chunk, column: ColumnDecoder) {
    this.#window = new Window(file, chunk.start, chunk.end);
    this.#column = column;
  }

  /**
   * The values of the next data page, of nested columns the rows that it begins (added to `rows`, of which it may go on
   * with the last); undefined at the chunk's end. Throws BadParquet, or the library's errors.
   */
  async next(rows?: DecodedArray): Promise<DecodedArray | undefined> {
    for (;;) {
      const header = await this.#header();
      if (header === undefined) return undefined;
      const { compressed_page_size: packed, uncompressed_page_size: size } = header;
      if (!(packed >= 0 && packed <= Math.min(this.#window.left, LARGEST_PAGE)))
        throw new BadParquet(`a page claims ${packed} bytes`);
      if (!(size >= 0 && size <= LARGEST_PAGE))
        throw new BadParquet(`a page claims to unpack to ${size} bytes; at most ${LARGEST_PAGE} are read`);
      const bytes = (await this.#window.atLeast(packed)).subarray(0, packed);
      if (bytes.length < packed) throw new BadParquet('a page is cut off');
      this.#window.advance(packed);
      if (header.type === 'INDEX_PAGE') continue;
      this.unpacked += size;
      const values = this.#read(bytes, header, rows);
      if (header.type !== 'DICTIONARY_PAGE') return values;
      this.#dictionary = convert(values, this.#column);
    }
  }

  async #header(): Promise<PageHeader | undefined> {
    if (this.#window.left === 0) return undefined;
    for (let wanted = 256; ; wanted *= 16) {
      const bytes = await this.#window.atLeast(Math.min(wanted, LONGEST_HEADER));
      const end = endOfStruct(bytes, 0, HEADER_LIMITS);
      if (end === undefined) {
        if (bytes.length < this.#window.left && wanted < LONGEST_HEADER) continue;
        throw new BadParquet('a page header breaks off or is too long');
      }
      const header = parquetHeader({ view: viewOf(bytes.subarray(0, end)), offset: 0 });
      this.#window.advance(end);
      return header;
    }
  }

  /** The library gets the page unpacked and checked, as if it had never been packed. */
  #read(bytes: Uint8Array, header: PageHeader, rows: DecodedArray | undefined): DecodedArray {
    const plain: ColumnDecoder = { ...this.#column, codec: 'UNCOMPRESSED' };
    const page = unpackPage(bytes, header, this.#column.codec);
    if (header.type === 'DICTIONARY_PAGE') checkCount(header.dictionary_page_header?.num_values ?? -1);
    else checkPage(page, header, this.#column);
    const second = header.data_page_header_v2;
    const unpacked: PageHeader = {
      ...header,
      compressed_page_size: page.length,
      ...(second === undefined ? {} : { data_page_header_v2: { ...second, is_compressed: false } }),
    };
    const { data } = readPage({ view: viewOf(page), offset: 0 }, unpacked, plain, this.#dictionary, rows, 0);
    if (data === undefined) throw new BadParquet('a page holds nothing');
    return data;
  }
}

/** Of version 2 only the values are packed, the levels before them are not. */
function unpackPage(bytes: Uint8Array, header: PageHeader, codec: ColumnDecoder['codec']): Uint8Array {
  const { data_page_header_v2: second, uncompressed_page_size: size } = header;
  if (second === undefined) return unpack(bytes, size, codec);
  const levels = second.repetition_levels_byte_length + second.definition_levels_byte_length;
  if (!(levels >= 0 && levels <= bytes.length && levels <= size))
    throw new BadParquet('a page has levels outside itself');
  if (second.is_compressed === false) return bytes;
  return Buffer.concat([bytes.subarray(0, levels), unpack(bytes.subarray(levels), size - levels, codec)]);
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** The bytes `start` to `end` of the file, seen through a window that moves forward. */
class Window {
  readonly #file: ParquetFile;
  readonly #end: number;
  #bytes = new Uint8Array(0);
  /** Place in the file of the first byte of the window. */
  #at: number;

  constructor(file: ParquetFile, start: number, end: number) {
    this.#file = file;
    this.#at = start;
    this.#end = end;
  }

  /** Bytes up to the chunk's end. */
  get left(): number {
    return this.#end - this.#at;
  }

  /** At least `count` bytes, fewer only at the chunk's end. */
  async atLeast(count: number): Promise<Uint8Array> {
    const wanted = Math.min(count, this.left);
    if (this.#bytes.length >= wanted) return this.#bytes;
    const have = this.#bytes.length;
    const fetched = await this.#file.slice(
      this.#at + have,
      this.#at + Math.min(this.left, Math.max(wanted, have + WINDOW)),
    );
    const bytes = have === 0 ? new Uint8Array(fetched) : Buffer.concat([this.#bytes, new Uint8Array(fetched)]);
    if (bytes.length < wanted) throw new BadParquet('the file is shorter than its footer says');
    this.#bytes = bytes;
    return bytes;
  }

  advance(count: number): void {
    this.#bytes = this.#bytes.subarray(count);
    this.#at += count;
  }
}
