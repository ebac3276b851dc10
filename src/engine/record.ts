// run.json: the record of a run. Its fields are a promise to other programs.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { replaceFile } from '../durable-files.ts';

const count = z.int().nonnegative();
const seconds = z.number().nonnegative();
const amount = z.number().nonnegative();

const growing = z.object({ bytes: amount, perMillion: amount, atEnd: amount.optional() });

export const runRecordSchema = z.looseObject({
  seiryu: z.string(),
  pipeline: z.object({
    name: z.string(),
    sha256: z.string(),
    identity: z.string(),
    /** Where the pipeline file lay, and the overrides given with --set. */
    file: z.string(),
    set: z.array(z.string()),
  }),
  /** What the output may depend on besides the file: NFKC and letter case come from ICU's tables. */
  versions: z.object({ node: z.string(), icu: z.string(), unicode: z.string() }),
  status: z.enum(['running', 'done', 'interrupted', 'stopped', 'failed']),
  /** Why the run ended before the corpus did, when it did. */
  note: z.string().exactOptional(),
  error: z.object({ code: z.string(), message: z.string(), exit: count }).exactOptional(),
  documents: z.object({ read: count, kept: count, dropped: z.record(z.string(), count), quarantined: count }),
  bytes: z.object({ fetched: count, decoded: count, kept: count, written: count }),
  disk: z.object({
    peak: count,
    budget: count,
    used: count,
    /** Peak of what grows with the corpus, and the sum of what does not. */
    stream: count,
    fixed: count,
    parts: z.record(z.string(), count),
  }),
  /** Bytes of what grows with the corpus besides its shards, as far as it was read (docs/dedup-memory.md). */
  growth: z
    .object({
      tables: growing,
      sketches: growing,
      journal: growing,
      spilled: growing,
      memory: count.optional(),
      documents: count.optional(),
    })
    .optional(),
  /** Checks that the dedupers made, by `<deduper>.<name>` (docs/dedup-memory.md). */
  dedup: z.record(z.string(), count).default({}),
  /** Bytes; `tables`: of filters, held once for all workers. */
  memory: z.object({ index: count, tables: count.default(0), peak: count }),
  seconds: z.object({
    wall: seconds,
    cpu: z.object({
      total: seconds,
      decode: seconds,
      parse: seconds,
      filters: z.record(z.string(), seconds),
      sign: seconds,
      encode: seconds,
      gate: seconds,
      sinks: seconds,
    }),
  }),
  sources: z.record(z.string(), z.object({ read: count, kept: count, dropped: count, quarantined: count })),
  /** The pass before in the global mode of dedup: what it read, and what the clustering decided of the `signed` documents. */
  firstPass: z
    .object({
      documents: z.object({ read: count, signed: count }),
      bytes: z.object({ fetched: count, decoded: count }),
      decided: z.object({ signed: count, kept: count, clusters: count }).exactOptional(),
    })
    .exactOptional(),
  /** Requests and readings that went wrong, by kind (docs/network.md); each was mended, or stands under `error`. */
  faults: z.record(z.string(), count).default({}),
  /** Shards read to their end, by how they compare with what was published (docs/network.md). */
  checks: z.record(z.string(), count).default({}),
  shards: z.array(
    z.object({ path: z.string(), sha256: z.string(), documents: count, bytes: count, retained: z.boolean() }),
  ),
  trainer: z.record(z.string(), z.json()).exactOptional(),
  /** What each survey found in pass one, and what that read. */
  surveys: z.record(z.string(), z.record(z.string(), z.json())).exactOptional(),
  workers: count,
  sessions: count,
});

export type RunRecord = z.output<typeof runRecordSchema>;

export const recordPath = (dir: string): string => join(dir, 'run.json');

/** The record in a run's folder; undefined when there is none that this version can read. */
export async function readRecord(dir: string): Promise<RunRecord | undefined> {
  try {
    return runRecordSchema.parse(JSON.parse(await readFile(recordPath(dir), 'utf8')));
  } catch {
    return undefined;
  }
}

export async function writeRecord(dir: string, record: RunRecord): Promise<number> {
  const bytes = Buffer.from(`${JSON.stringify(record, null, 2)}\n`, 'utf8');
  await replaceFile(recordPath(dir), bytes);
  return bytes.length;
}
