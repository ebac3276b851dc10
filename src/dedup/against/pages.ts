// Index files in pages of 4 KiB: fixed-width items, a CRC-32 in each page, written once and read anywhere.

import { closeSync, openSync, readSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { z } from 'zod';
import { writeAll } from '../../durable-files.ts';
import { asDiskError, SeiryuError } from '../../errors.ts';
import type { Disk } from '../../pipeline/define.ts';

export const PAGE_BYTES = 4096;
/** The last word of a page is its CRC-32; the rest are items, and zeros where no more fit. */
const DATA_BYTES = PAGE_BYTES - 4;

const count = z.int().nonnegative();
export const regionSchema = z.object({
  /** Number of its first page in the file. */
  page: count,
  items: count,
  /** u32 words of an item; items never cross pages. */
  words: count,
  /** CRC-32 over the CRCs of its pages. */
  crc: count,
});
/** Consecutive pages of items of one kind. */
export type Region = z.output<typeof regionSchema>;

export const itemsPerPage = (words: number): number => Math.floor(DATA_BYTES / (4 * words));
export const pagesOf = ({ items, words }: Pick<Region, 'items' | 'words'>): number =>
  Math.ceil(items / itemsPerPage(words));

/** Pages gathered before a write: few system calls, little memory. */
const PAGES_A_WRITE = 64;

/** Writes regions one after the other. */
export class PageWriter {
  readonly path: string;
  readonly #disk: Disk;
  readonly #part: string;
  readonly #file: FileHandle;
  readonly #held = Buffer.alloc(PAGES_A_WRITE * PAGE_BYTES);
  #heldPages = 0;
  #page = 0;
  #bytes = 0;

  private constructor(path: string, disk: Disk, part: string, file: FileHandle) {
    this.path = path;
    this.#disk = disk;
    this.#part = part;
    this.#file = file;
  }

  static async create(path: string, disk: Disk, part: string): Promise<PageWriter> {
    try {
      return new PageWriter(path, disk, part, await open(path, 'w'));
    } catch (error) {
      throw asDiskError(error, path);
    }
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Writes all items; each chunk holds whole items. Holds 256 KiB. */
  async region(words: number, chunks: AsyncIterable<Uint32Array> | Iterable<Uint32Array>): Promise<Region> {
    const perPage = itemsPerPage(words);
    const first = this.#page;
    const page = new Uint32Array(PAGE_BYTES / 4);
    const bytes = new Uint8Array(page.buffer);
    const sums = new Uint8Array(4);
    let filled = 0;
    let items = 0;
    let crc = 0;
    const flush = async (): Promise<void> => {
      const sum = crc32(bytes.subarray(0, DATA_BYTES));
      page[page.length - 1] = sum;
      sums.set(bytes.subarray(DATA_BYTES));
      crc = crc32(sums, crc);
      await this.#add(bytes);
      page.fill(0);
      filled = 0;
    };
    for await (const chunk of chunks) {
      let at = 0;
      while (at < chunk.length) {
        const take = Math.min(perPage - filled, (chunk.length - at) / words);
        page.set(chunk.subarray(at, at + take * words), filled * words);
        at += take * words;
        filled += take;
        items += take;
        if (filled === perPage) await flush();
      }
    }
    if (filled > 0) await flush();
    return { page: first, items, words, crc };
  }

  /** Ends the file with `tail`; durable when it returns. */
  async end(tail: Uint8Array): Promise<void> {
    await this.#flush();
    await this.#write(tail);
    await this.#file.sync();
    await this.#file.close();
  }

  async abandon(): Promise<void> {
    await this.#file.close();
    this.#disk.release(this.#bytes, this.#part);
  }

  async #add(page: Uint8Array): Promise<void> {
    this.#held.set(page, this.#heldPages * PAGE_BYTES);
    this.#heldPages++;
    this.#page++;
    if (this.#heldPages === PAGES_A_WRITE) await this.#flush();
  }

  async #flush(): Promise<void> {
    const bytes = this.#held.subarray(0, this.#heldPages * PAGE_BYTES);
    this.#heldPages = 0;
    if (bytes.length > 0) await this.#write(bytes);
  }

  async #write(bytes: Uint8Array): Promise<void> {
    await this.#disk.reserve(bytes.length, this.#part);
    try {
      await writeAll(this.#file, bytes);
    } catch (error) {
      throw asDiskError(error, this.path);
    }
    this.#bytes += bytes.length;
  }
}

/** The pages that several readers keep in memory: those used last, up to a number of bytes. */
export class PageCache {
  readonly #pages = new Map<string, Uint32Array>();
  readonly #most: number;

  /** `bytes`: at least one page is kept. */
  constructor(bytes: number) {
    this.#most = Math.max(1, Math.floor(bytes / PAGE_BYTES));
  }

  get bytes(): number {
    return this.#pages.size * PAGE_BYTES;
  }

  get(key: string, load: (page: Uint32Array) => void): Uint32Array {
    const known = this.#pages.get(key);
    if (known !== undefined) {
      this.#pages.delete(key);
      this.#pages.set(key, known);
      return known;
    }
    let page: Uint32Array | undefined;
    if (this.#pages.size >= this.#most) {
      const [oldest = ''] = this.#pages.keys();
      page = this.#pages.get(oldest);
      this.#pages.delete(oldest);
    }
    page ??= new Uint32Array(PAGE_BYTES / 4);
    load(page);
    this.#pages.set(key, page);
    return page;
  }
}

/** Reads pages by number, each checked against its CRC. */
export class PageFile {
  readonly path: string;
  readonly #file: number;
  readonly #cache: PageCache;

  constructor(path: string, cache: PageCache) {
    this.path = path;
    this.#file = openSync(path, 'r');
    this.#cache = cache;
  }

  /** The page that holds an item, from the cache or the file; valid until the next call. Throws SeiryuError when damaged. */
  pageOf(region: Region, item: number): Uint32Array {
    const number = region.page + Math.floor(item / itemsPerPage(region.words));
    return this.#cache.get(`${this.#file}:${number}`, (page) => this.#load(number, page));
  }

  /** All items of a region in order, page by page; each valid until the next. Does not go through the cache. */
  *scan(region: Region): Generator<Uint32Array> {
    const page = new Uint32Array(PAGE_BYTES / 4);
    const perPage = itemsPerPage(region.words);
    for (let at = 0; at < region.items; at += perPage) {
      this.#load(region.page + at / perPage, page);
      yield page.subarray(0, Math.min(perPage, region.items - at) * region.words);
    }
  }

  close(): void {
    closeSync(this.#file);
  }

  #load(number: number, page: Uint32Array): void {
    const bytes = new Uint8Array(page.buffer, page.byteOffset, page.byteLength);
    const read = readSync(this.#file, bytes, 0, PAGE_BYTES, number * PAGE_BYTES);
    if (read < PAGE_BYTES || crc32(bytes.subarray(0, DATA_BYTES)) !== page.at(-1)) throw damaged(this.path, number);
  }
}

export const damaged = (path: string, page: number): SeiryuError =>
  new SeiryuError(
    `The index ${path} is damaged: page ${page} (byte ${page * PAGE_BYTES}) does not have its checksum.`,
    {
      code: 'index.damaged',
      fix: 'Build it again with `seiryu index build`, or bring back a copy.',
    },
  );
