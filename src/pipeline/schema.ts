// The pipeline file's own keys (everything but the options of plugins), with defaults and units.
import { z } from 'zod';
import { fetchOptions } from '../sources/fetch/settings.ts';
import { trainerOptions } from '../trainer/options.ts';
import { byteSize } from './units.ts';

const pluginItem = z.union([z.string(), z.record(z.string(), z.unknown())], {
  error: 'a name, or a name with options: `- name: { option: value }`',
});

export const streamOptions = z.strictObject({
  open: z
    .int()
    .min(1)
    .max(256)
    .default(4)
    .describe(
      'Shards read at once, in a fixed round robin. Part of the output order, so it never depends on the machine.',
    ),
  block: byteSize.default(2 ** 20).describe('Decoded bytes in a block, the unit of work, order and resume.'),
  record: byteSize
    .default(4 * 2 ** 20)
    .describe('Longest record in decoded bytes; a longer one is quarantined, not held in memory.'),
  work: z
    .int()
    .min(1)
    .default(100e6)
    .describe(
      'Characters that the filters of one document may be given in all (each filter counts the text it gets); a document that takes more is quarantined.',
    ),
  ratio: z
    .int()
    .min(2)
    .default(256)
    .describe(
      'Decoded bytes a compressed shard may have for each of its bytes, after the first 64 MiB; the rest of one that unpacks to more (a decompression bomb) is quarantined.',
    ),
});

export const diskOptions = z.strictObject({
  budget: byteSize.default(20e9).describe('Bytes on disk that the run may hold at any moment, everything included.'),
  reserve: byteSize.default(1e9).describe('Free bytes of the volume that are left to others.'),
});

export const cacheOptions = z.strictObject({
  dir: z.string().min(1).describe('Folder for fetched files, relative to this file; not inside the run’s folder.'),
  budget: byteSize.describe(
    'Bytes that the cache may hold; the oldest files leave first. They count in disk.budget, and leave when something else needs the room.',
  ),
});

/** What of `dedup:` is no deduper's name. */
const acrossDocuments = {
  mode: z
    .enum(['stream', 'global'])
    .default('stream')
    .describe(
      '`stream`: one pass, each document is compared with those before it. `global`: two passes; similar documents form clusters over the whole corpus, and one of each stays.',
    ),
  memory: byteSize
    .default(2e9)
    .describe('Bytes of memory that clustering may take in the global mode; what does not fit goes through the disk.'),
  against: z
    .array(z.string().min(1))
    .default([])
    .describe(
      'Earlier runs (their folders) and index files of `seiryu index`, relative to this file or to the current folder: documents that they hold are dropped as `<deduper>.earlier-run`.',
    ),
};
export const acrossNames: ReadonlySet<string> = new Set(Object.keys(acrossDocuments));

const dedupOptions = z
  .strictObject(acrossDocuments)
  .catchall(z.union([z.boolean(), z.null(), z.record(z.string(), z.unknown())], { error: 'true, false or options' }));

/** `dedup:` without its dedupers. */
export interface AcrossDocuments {
  readonly mode: 'stream' | 'global';
  /** Bytes. */
  readonly memory: number;
  /** Absolute paths of run folders and index files. */
  readonly against: readonly string[];
}

export const pipelineSchema = z.strictObject({
  name: z
    .string()
    .regex(
      /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/,
      'letters, digits, dots, dashes and underscores (it names the run folder)',
    )
    .optional()
    .describe('Name of the run; its folder is runs/<name>. Default: the file name.'),
  language: z
    .string()
    .regex(/^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$/, 'a language code such as ja')
    .default('ja')
    .describe('Language of the corpora, as they name it.'),
  plugins: z.array(z.string()).default([]).describe('Files that export plugins of your own, relative to this file.'),
  sources: z.array(pluginItem).min(1).describe('Corpora, in reading order: the first copy of a duplicate wins.'),
  filters: z.array(pluginItem).default([]).describe('Cleaning steps, in order.'),
  dedup: dedupOptions.prefault({}).describe('Dedupers by name, in order; `true` for the defaults.'),
  stream: streamOptions.prefault({}).describe('How the stream is cut and read.'),
  fetch: fetchOptions
    .prefault({})
    .describe('How patient, polite and fast the run is with servers; decides nothing about the output.'),
  cache: cacheOptions
    .optional()
    .describe(
      'Keeps whole, verified files that were fetched, for later runs. Without it nothing is written while fetching. A file without a published checksum is taken to be what it was.',
    ),
  disk: diskOptions.prefault({}).describe('What the run may hold on disk.'),
  sinks: z.array(pluginItem).default([]).describe('What takes the kept documents.'),
  trainer: trainerOptions.nullish().describe('A model to train on the stream while it runs.'),
});

export type PipelineFile = z.output<typeof pipelineSchema>;
