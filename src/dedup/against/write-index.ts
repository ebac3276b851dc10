// Writes an index file from streams: names, then of each deduper its rows and its bands.
import { rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { syncFolder } from '../../durable-files.ts';
import type { Disk } from '../../pipeline/define.ts';
import { version } from '../../version.ts';
import { addKey, filterWords } from './band-filter.ts';
import { ENTRY_WORDS, INDEX_VERSION, type IndexFooter, type IndexSection, NAME_WORDS, tailOf } from './index-footer.ts';
import { itemsPerPage, PageWriter, type Region } from './pages.ts';

/** What the disk governor calls these bytes. */
export const INDEX_PART = 'index';

/** What a section holds, as streams that are read once, in this order. */
export interface SectionContent {
  readonly deduper: string;
  readonly parameters: IndexSection['parameters'];
  readonly words: number;
  readonly rows: Iterable<Uint32Array>;
  /** Sorted (row, key) entries of each band. */
  readonly bands: readonly (() => Iterable<Uint32Array>)[];
}

export interface IndexContent extends Pick<IndexFooter, 'documents' | 'inputs' | 'shards'> {
  readonly names: Iterable<Uint32Array>;
  readonly sections: readonly SectionContent[];
}

/** Writes an index file; it appears whole or not at all. Memory: the filter of one band, 1.5 bytes a document. */
export async function writeIndex(path: string, content: IndexContent, disk: Disk): Promise<IndexFooter> {
  const { documents, inputs, shards, names } = content;
  const part = `${path}.part`;
  const writer = await PageWriter.create(part, disk, INDEX_PART);
  try {
    const nameRegion = await writer.region(NAME_WORDS, names);
    const sections = [];
    for (const { deduper, parameters, words, rows, bands } of content.sections) {
      const rowRegion = await writer.region(words, rows);
      const written = [];
      for (const entries of bands) written.push(await writeBand(writer, documents, entries()));
      sections.push({ deduper, parameters, words, rows: rowRegion, bands: written });
    }
    const base = { version: INDEX_VERSION, seiryu: version, documents, inputs, shards } as const;
    const footer: IndexFooter = { ...base, names: nameRegion, sections };
    await writer.end(tailOf(footer));
    await rename(part, path);
    await syncFolder(dirname(path));
    return footer;
  } catch (error) {
    await writer.abandon().catch(() => undefined);
    await rm(part, { force: true });
    throw error;
  }
}

async function writeBand(
  writer: PageWriter,
  documents: number,
  entries: Iterable<Uint32Array>,
): Promise<{ table: Region; fences: Region; filter: Region }> {
  const filter = new Uint32Array(filterWords(documents));
  const perPage = itemsPerPage(ENTRY_WORDS);
  const fences = new Uint32Array(Math.ceil(documents / perPage));
  let item = 0;
  const observed = function* (): Generator<Uint32Array> {
    for (const chunk of entries) {
      for (let at = 0; at < chunk.length; at += ENTRY_WORDS) {
        const key = chunk[at + 1] ?? 0;
        addKey(filter, key);
        if (item % perPage === 0) fences[item / perPage] = key;
        item++;
      }
      yield chunk;
    }
  };
  const table = await writer.region(ENTRY_WORDS, observed());
  return { table, fences: await writer.region(1, [fences]), filter: await writer.region(1, [filter]) };
}
