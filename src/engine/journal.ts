// The journal: an append-only file of checkpoints. What it does not hold did not happen; resuming rebuilds everything from it.
import { type FileHandle, open, truncate } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { z } from 'zod';
import { writeAll } from '../durable-files.ts';
import { asDiskError, SeiryuError, systemCode } from '../errors.ts';
import type { Disk, SinkCommit } from '../pipeline/define.ts';
import type { PlannedPlugin } from '../pipeline/plan.ts';
import type { ListedShard, StreamCursor } from './stream.ts';
import type { Tally } from './tally.ts';

/** What the first entry holds: the run's identity and its shards, listed once so that a resumed run reads the same. */
export interface JournalHead {
  readonly version: 1;
  readonly identity: string;
  readonly words: number;
  readonly shards: readonly ListedShard[];
  /** How the signatures were made; absent in journals of before. */
  readonly dedupers?: readonly PlannedPlugin[] | undefined;
  /** Fingerprints of the earlier runs that documents were compared with. */
  readonly earlier?: readonly string[] | undefined;
}

/** A checkpoint: where the stream, the sinks and the quarantine stand, after everything before it is durable. */
export interface Checkpoint {
  readonly cursor: StreamCursor;
  readonly tally: Tally;
  readonly sinks: readonly SinkCommit[];
  /** Bytes of quarantine.jsonl. */
  readonly quarantine: number;
}

export interface JournalEntry {
  readonly checkpoint: Checkpoint;
  /** Signatures admitted since the entry before. (documents × words) */
  readonly signatures: Uint32Array;
}

const HEADER = 12;
const PART = 'journal';
const MAX_ENTRY = 2 ** 30;

/**
 * Entry layout, little-endian: u32 payload length, u32 CRC-32 of the payload, u32 JSON length; payload = JSON, then u32
 * signature words. The file begins with one head entry.
 */
function encode(json: unknown, signatures: Uint32Array): Buffer {
  const text = Buffer.from(JSON.stringify(json), 'utf8');
  const words = Buffer.from(signatures.buffer, signatures.byteOffset, signatures.byteLength);
  const entry = Buffer.allocUnsafe(HEADER + text.length + words.length);
  text.copy(entry, HEADER);
  words.copy(entry, HEADER + text.length);
  entry.writeUInt32LE(text.length + words.length, 0);
  entry.writeUInt32LE(crc32(entry.subarray(HEADER)), 4);
  entry.writeUInt32LE(text.length, 8);
  return entry;
}

export class Journal {
  readonly #path: string;
  readonly #disk: Disk;
  #file: FileHandle;
  #bytes: number;

  private constructor(path: string, disk: Disk, file: FileHandle, bytes: number) {
    this.#path = path;
    this.#disk = disk;
    this.#file = file;
    this.#bytes = bytes;
  }

  /** Begins a new journal. */
  static async create(path: string, head: JournalHead, disk: Disk): Promise<Journal> {
    const journal = new Journal(path, disk, await open(path, 'w'), 0);
    await journal.#write(encode(head, new Uint32Array(0)));
    return journal;
  }

  /** Opens a journal that `readJournal` read, cut back to `bytes`. */
  static async reopen(path: string, bytes: number, disk: Disk): Promise<Journal> {
    await truncate(path, bytes);
    return new Journal(path, disk, await open(path, 'a'), bytes);
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Durable when it returns. The sinks and the quarantine must be durable before. */
  async append(checkpoint: Checkpoint, signatures: Uint32Array): Promise<void> {
    await this.#write(encode(checkpoint, signatures));
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  async #write(entry: Buffer): Promise<void> {
    await this.#disk.reserve(entry.length, PART);
    try {
      await writeAll(this.#file, entry);
      await this.#file.datasync();
    } catch (error) {
      throw asDiskError(error, this.#path);
    }
    this.#bytes += entry.length;
  }
}

const count = z.int().nonnegative();
const listedShard = z.object({
  source: z.string(),
  shard: z.custom<ListedShard['shard']>((value) => typeof value === 'object' && value !== null),
});
const headSchema: z.ZodType<JournalHead> = z.object({
  version: z.literal(1),
  identity: z.string(),
  words: count,
  shards: z.array(listedShard),
  dedupers: z
    .array(z.object({ name: z.string(), label: z.string(), options: z.record(z.string(), z.json()) }))
    .optional(),
  earlier: z.array(z.string()).optional(),
});
const point = z.object({ compressed: count, decoded: count, detail: z.record(z.string(), count).optional() });
const shardCursor = z.object({
  shard: count,
  offset: count,
  ordinal: count,
  fetched: count,
  ended: z.boolean(),
  point: point.optional(),
  print: count.exactOptional(),
});
const counts = z.record(z.string(), count);
const checkpointSchema: z.ZodType<Checkpoint> = z.object({
  cursor: z.object({ seq: count, turn: count, next: count, slots: z.array(shardCursor.nullable()) }),
  tally: z.object({
    documents: z.object({ read: count, kept: count, dropped: counts, quarantined: count }),
    bytes: z.object({ fetched: count, decoded: count, kept: count }),
    sources: z.record(z.string(), z.object({ read: count, kept: count, dropped: count, quarantined: count })),
    checks: counts.default({}),
  }),
  sinks: z.array(
    z.object({
      state: z.object({ shard: count, documents: count, bytes: count }),
      finished: z.array(
        z.object({ path: z.string(), sha256: z.string(), documents: count, bytes: count, retained: z.boolean() }),
      ),
    }),
  ),
  quarantine: count,
});

export interface JournalReader {
  readonly head: JournalHead;
  readonly headBytes: number;
  /** Whole entries in order, each with the file offset after it. An entry cut by a crash ends the reading, silently. */
  entries(): AsyncGenerator<JournalEntry & { readonly end: number }>;
  close(): Promise<void>;
}

/** Opens a journal for reading; undefined when there is none, or a crash left not even a head. */
export async function readJournal(path: string): Promise<JournalReader | undefined> {
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
  const first = await readEntry(file, 0);
  if (first === undefined) {
    await file.close();
    return undefined;
  }
  const head = headSchema.safeParse(first.json);
  if (!head.success) {
    await file.close();
    throw new SeiryuError(`The journal ${path} was written by another version of Seiryu.`, {
      code: 'journal.version',
      fix: 'Finish the run with that version, or begin anew with --fresh.',
    });
  }
  const entries = async function* (): AsyncGenerator<JournalEntry & { readonly end: number }> {
    let at = first.end;
    for (;;) {
      const entry = await readEntry(file, at);
      if (entry === undefined) return;
      at = entry.end;
      yield { checkpoint: checkpointSchema.parse(entry.json), signatures: entry.signatures, end: at };
    }
  };
  return { head: head.data, headBytes: first.end, entries, close: () => file.close() };
}

async function readEntry(
  file: FileHandle,
  at: number,
): Promise<{ json: unknown; signatures: Uint32Array; end: number } | undefined> {
  const header = Buffer.alloc(HEADER);
  if ((await file.read(header, 0, HEADER, at)).bytesRead < HEADER) return undefined;
  const length = header.readUInt32LE(0);
  const textLength = header.readUInt32LE(8);
  if (textLength > length || length > MAX_ENTRY || (length - textLength) % 4 !== 0) return undefined;
  const payload = Buffer.alloc(length);
  if ((await file.read(payload, 0, length, at + HEADER)).bytesRead < length) return undefined;
  if (crc32(payload) !== header.readUInt32LE(4)) return undefined;
  const words = new Uint8Array(payload.subarray(textLength));
  const json: unknown = JSON.parse(payload.toString('utf8', 0, textLength));
  return { json, signatures: new Uint32Array(words.buffer), end: at + HEADER + length };
}
