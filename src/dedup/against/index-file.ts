// An index file that is open for reading: which of its documents a signature duplicates.
import type { Matching } from '../../pipeline/define.ts';
import { sectionFor } from './alike.ts';
import { mayHold } from './band-filter.ts';
import {
  ENTRY_WORDS,
  type IndexFooter,
  type IndexSection,
  NAME_WORDS,
  type ReadFooter,
  readFooter,
} from './index-footer.ts';
import { itemsPerPage, type PageCache, PageFile, pagesOf, type Region } from './pages.ts';

/** Rows of one key that are looked at, as in a run's own index. */
const BUCKET = 16;

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
