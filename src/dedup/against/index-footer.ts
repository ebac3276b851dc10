// The end of an index file: what it holds, how its signatures were made, and where everything stands.
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { z } from 'zod';
import { errorMessage, PipelineError, systemCode } from '../../errors.ts';
import { damaged, regionSchema } from './pages.ts';

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
