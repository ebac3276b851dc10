// The index of a corpus as a file: signatures, a sorted table for each band, and what is needed to open it. Never changed.
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { z } from 'zod';
import { errorMessage, PipelineError, systemCode } from '../../errors.ts';
import type { Matching } from '../../pipeline/define.ts';
import { mayHold } from './band-filter.ts';
import { damaged, itemsPerPage, type PageCache, PageFile, pagesOf, type Region, regionSchema } from './pages.ts';

export const INDEX_VERSION = 1;
/** The file ends with: footer (JSON), u32 its bytes, u32 its CRC-32, these 8 bytes. */
export const INDEX_MAGIC = Buffer.from('SEIRYUIX', 'latin1');
export const TAIL_BYTES = 8 + INDEX_MAGIC.length;
/** u32 words of a table's item: row, key. Sorted by key, then row. */
export const ENTRY_WORDS = 2;
/** u32 words that name a document: its shard in the footer's list, its ordinal. */
export const NAME_WORDS = 2;

const count = z.int().nonnegative();
const sectionSchema = z.object({
  deduper: z.string(),
  parameters: z.record(z.string(), z.json()),
  words: count,
  /** Of all documents. (documents × words) */
  rows: regionSchema,
  bands: z.array(
    z.object({
      /** (documents) entries. */
      table: regionSchema,
      /** The first key of each page of the table. */
      fences: regionSchema,
      /** Bloom filter over the band's keys. */
      filter: regionSchema,
    }),
  ),
});
export type IndexSection = z.output<typeof sectionSchema>;

export const footerSchema = z.object({
  version: z.literal(INDEX_VERSION),
  seiryu: z.string(),
  documents: count,
  /** What it was built from, in order; documents of an input are consecutive. */
  inputs: z.array(z.object({ name: z.string(), documents: count })),
  /** Shards by `source/shard`, where the documents' names are known. */
  shards: z.array(z.string()),
  /** Shard and ordinal of each document, both plus one; 0 where unknown. */
  names: regionSchema,
  sections: z.array(sectionSchema),
});
export type IndexFooter = z.output<typeof footerSchema>;

/** Rows of one key that are looked at, as in a run's own index. */
const BUCKET = 16;

/** Encodes the end of an index file. */
export function tailOf(footer: IndexFooter): Buffer {
  const json = Buffer.from(JSON.stringify(footer), 'utf8');
  const numbers = Buffer.alloc(8);
  numbers.writeUInt32LE(json.length, 0);
  numbers.writeUInt32LE(crc32(json), 4);
  return Buffer.concat([json, numbers, INDEX_MAGIC]);
}

export interface ReadFooter {
  readonly footer: IndexFooter;
  readonly bytes: number;
  /** Two files of equal content have equal ones: the footer holds the checksums of all regions. */
  readonly fingerprint: string;
}

/** Reads the end of an index file. Throws PipelineError for what is no index, or is one of another version. */
export async function readFooter(path: string): Promise<ReadFooter> {
  let file: Awaited<ReturnType<typeof open>>;
  try {
    file = await open(path, 'r');
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    throw new PipelineError(`The index ${path} cannot be read: ${errorMessage(error)}`, {
      code: 'index.not_found',
      fix: 'Give a file of `seiryu index build`, or the folder of a run.',
      cause: error,
    });
  }
  try {
    const { size } = await file.stat();
    const tail = Buffer.alloc(TAIL_BYTES);
    if (size < TAIL_BYTES) throw noIndex(path);
    await file.read(tail, 0, TAIL_BYTES, size - TAIL_BYTES);
    const length = tail.readUInt32LE(0);
    if (!tail.subarray(8).equals(INDEX_MAGIC) || length > size - TAIL_BYTES) throw noIndex(path);
    const json = Buffer.alloc(length);
    const at = size - TAIL_BYTES - length;
    await file.read(json, 0, length, at);
    if (crc32(json) !== tail.readUInt32LE(4)) throw damaged(path, Math.floor(at / 4096));
    const footer = footerSchema.safeParse(JSON.parse(json.toString('utf8')));
    if (!footer.success) throw otherVersion(path);
    return { footer: footer.data, bytes: size, fingerprint: createHash('sha256').update(json).digest('hex') };
  } finally {
    await file.close();
  }
}

/** An index that is open for reading. In memory: fences and filters (about 1.5 bytes a document and band), and the cache. */
export class IndexFile {
  readonly path: string;
  readonly footer: IndexFooter;
  readonly fingerprint: string;
  readonly size: number;
  readonly #pages: PageFile;

  private constructor(path: string, { footer, bytes, fingerprint }: ReadFooter, cache: PageCache) {
    this.path = path;
    this.footer = footer;
    this.fingerprint = fingerprint;
    this.size = bytes;
    this.#pages = new PageFile(path, cache);
  }

  static async open(path: string, cache: PageCache): Promise<IndexFile> {
    return new IndexFile(path, await readFooter(path), cache);
  }

  get pages(): PageFile {
    return this.#pages;
  }

  /** The section of a deduper, opened for lookups. Throws PipelineError when it is missing or has other parameters. */
  section(deduper: string, matching: Matching): OpenSection {
    const section = sectionFor(this, deduper, matching);
    return new OpenSection(this.#pages, section, matching);
  }

  /** Which input a document came from, its number in it, and its id where that is known. */
  nameOf(row: number): { readonly input: string; readonly number: number; readonly id: string | undefined } {
    let before = 0;
    let input = this.path;
    for (const each of this.footer.inputs) {
      input = each.name;
      if (row < before + each.documents) break;
      before += each.documents;
    }
    const { names, shards } = this.footer;
    const page = names.items > row ? this.#pages.pageOf(names, row) : new Uint32Array(0);
    const at = (row % itemsPerPage(NAME_WORDS)) * NAME_WORDS;
    const shard = shards[(page[at] ?? 0) - 1];
    return { input, number: row - before, id: shard === undefined ? undefined : `${shard}#${(page[at + 1] ?? 1) - 1}` };
  }

  /** Reads everything and compares all checksums. Throws SeiryuError for the first that differs. */
  verify(): void {
    const { names, sections } = this.footer;
    const regions = sections.flatMap(({ rows, bands }) => [rows, ...bands.flatMap((band) => Object.values(band))]);
    for (const region of [names, ...regions]) for (const _ of this.#pages.scan(region));
  }

  close(): void {
    this.#pages.close();
  }
}

interface OpenBand {
  readonly table: Region;
  readonly fences: Uint32Array;
  readonly filter: Uint32Array;
}

export class OpenSection {
  readonly #pages: PageFile;
  readonly #rows: Region;
  readonly #matching: Matching;
  readonly #bands: readonly OpenBand[];
  readonly #keys: Uint32Array;
  readonly #row: Uint32Array;

  constructor(pages: PageFile, section: IndexSection, matching: Matching) {
    this.#pages = pages;
    this.#rows = section.rows;
    this.#matching = matching;
    this.#keys = new Uint32Array(matching.bands);
    this.#row = new Uint32Array(matching.words);
    this.#bands = section.bands.map(({ table, fences, filter }) => ({
      table,
      fences: loaded(pages, fences),
      filter: loaded(pages, filter),
    }));
  }

  /** Bytes of fences and filters. */
  get bytes(): number {
    return this.#bands.reduce((sum, { fences, filter }) => sum + fences.byteLength + filter.byteLength, 0);
  }

  /** The first document found through a band that agrees, or -1. One page a band whose filter holds the key, and one a candidate. */
  find(signatures: Uint32Array, at: number): number {
    this.#matching.keys(signatures, at, this.#keys);
    let refused = -1;
    for (const [number, band] of this.#bands.entries()) {
      const key = this.#keys[number] ?? 0;
      if (!mayHold(band.filter, key)) continue;
      for (const row of this.#candidates(band, key)) {
        if (row === refused) continue;
        if (this.#agrees(row, signatures, at)) return row;
        refused = row;
      }
    }
    return -1;
  }

  #candidates({ table, fences }: OpenBand, key: number): number[] {
    const perPage = itemsPerPage(ENTRY_WORDS);
    const found: number[] = [];
    for (let page = firstPage(fences, key); page < pagesOf(table) && found.length < BUCKET; page++) {
      const first = page * perPage;
      const entries = this.#pages.pageOf(table, first);
      const items = Math.min(perPage, table.items - first);
      const start = lowerBound(entries, items, key);
      for (let item = start; item < items && found.length < BUCKET; item++) {
        if (entries[ENTRY_WORDS * item + 1] !== key) return found;
        found.push(entries[ENTRY_WORDS * item] ?? 0);
      }
    }
    return found;
  }

  #agrees(row: number, signatures: Uint32Array, at: number): boolean {
    const { words } = this.#rows;
    const page = this.#pages.pageOf(this.#rows, row);
    const from = (row % itemsPerPage(words)) * words;
    this.#row.set(page.subarray(from, from + words));
    return this.#matching.agrees(this.#row, 0, signatures, at);
  }
}

function loaded(pages: PageFile, region: Region): Uint32Array {
  const all = new Uint32Array(region.items * region.words);
  let at = 0;
  for (const page of pages.scan(region)) {
    all.set(page, at);
    at += page.length;
  }
  return all;
}

/** The first page that may hold `key`: the one before the first that begins with it or more. */
function firstPage(fences: Uint32Array, key: number): number {
  let low = 0;
  let high = fences.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((fences[middle] ?? 0) < key) low = middle + 1;
    else high = middle;
  }
  return Math.max(0, low - 1);
}

/** The first of `items` entries whose key is at least `key`. */
function lowerBound(entries: Uint32Array, items: number, key: number): number {
  let low = 0;
  let high = items;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((entries[ENTRY_WORDS * middle + 1] ?? 0) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The section with a deduper's parameters. Throws PipelineError that names both values of each that differs. */
export function sectionFor(
  { path, footer }: { readonly path: string; readonly footer: IndexFooter },
  deduper: string,
  { parameters }: Pick<Matching, 'parameters'>,
): IndexSection {
  const section = footer.sections.find((each) => each.deduper === deduper);
  if (section === undefined) {
    const names = footer.sections.map((each) => each.deduper).join(', ') || 'nothing';
    throw new PipelineError(`The index ${path} holds ${names}, and no signatures of ${deduper}.`, {
      code: 'index.no_deduper',
      fix: `Build it again with ${deduper} among the dedupers of its pipeline, or leave ${deduper} out of this one.`,
    });
  }
  const differences = differencesOf(section.parameters, parameters);
  if (differences.length === 0) return section;
  throw new PipelineError(
    `The signatures of ${deduper} in ${path} cannot be compared with this pipeline's: ${differences.join('; ')}.`,
    {
      code: 'index.parameters',
      fix: 'Use the same options here, or build the index again with these: `seiryu index build CORPUS --pipeline THIS.yaml --out FILE`.',
    },
  );
}

/** `rows: 8 in the index, 4 here`, for each parameter that differs. */
export function differencesOf(
  there: Readonly<Record<string, unknown>>,
  here: Readonly<Record<string, unknown>>,
  names: readonly [string, string] = ['in the index', 'here'],
): string[] {
  const shown = (value: unknown): string => (value === undefined ? 'unset' : JSON.stringify(value));
  return [...new Set([...Object.keys(there), ...Object.keys(here)])]
    .filter((key) => JSON.stringify(there[key]) !== JSON.stringify(here[key]))
    .map((key) => `${key} is ${shown(there[key])} ${names[0]} and ${shown(here[key])} ${names[1]}`);
}

const noIndex = (path: string): PipelineError =>
  new PipelineError(`${path} is no index file, or one that was cut off.`, {
    code: 'index.invalid',
    fix: 'Give a file that `seiryu index build` finished, or the folder of a run.',
  });

const otherVersion = (path: string): PipelineError =>
  new PipelineError(`The index ${path} was written by another version of Seiryu.`, {
    code: 'index.version',
    fix: `Build it again with this version (its format is ${INDEX_VERSION}).`,
  });
