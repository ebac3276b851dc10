// The journal: an append-only file of checkpoints. What it does not hold did not happen; resuming rebuilds everything from it.
import { type FileHandle, open, truncate } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { z } from 'zod';
import { writeAll } from '../durable-files.ts';
import { asDiskError, SeiryuError, systemCode } from '../errors.ts';
import type { Disk, SinkCommit } from '../pipeline/define.ts';
import type { PlannedPlugin } from '../pipeline/plan.ts';
import { type ListedShard, listedShardSchema, type StreamCursor } from './stream.ts';
import type { Tally } from './tally.ts';

/** What the first entry holds: the run's identity and its shards, listed once so that a resumed run reads the same. */
export interface JournalHead {
  readonly version: 2;
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
  /** Bytes of state/matches.bin; absent where the run keeps none. */
  readonly matches?: number;
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
 * Entry layout, little-endian: u32 payload length, u32 CRC-32 of everything else of the entry, u32 JSON length; payload =
 * JSON, then u32 signature words. The file begins with one head entry. The CRC takes the lengths in too: without them, a
 * flipped bit of the JSON length would move the border between JSON and signatures unseen.
 */
function encode(json: unknown, signatures: Uint32Array): Buffer {
  const text = Buffer.from(JSON.stringify(json), 'utf8');
  const words = Buffer.from(signatures.buffer, signatures.byteOffset, signatures.byteLength);
  const entry = Buffer.allocUnsafe(HEADER + text.length + words.length);
  text.copy(entry, HEADER);
  words.copy(entry, HEADER + text.length);
  entry.writeUInt32LE(text.length + words.length, 0);
  entry.writeUInt32LE(text.length, 8);
  entry.writeUInt32LE(checksum(entry), 4);
  return entry;
}

/** CRC-32 of an entry but for its own four bytes: a burst of up to 32 bits, so any one byte, never passes it. */
const checksum = (entry: Buffer): number => crc32(entry.subarray(8), crc32(entry.subarray(0, 4)));

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
const headSchema: z.ZodType<JournalHead> = z.object({
  version: z.literal(2),
  identity: z.string(),
  words: count,
  shards: z.array(listedShardSchema),
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
export const cursorSchema: z.ZodType<StreamCursor> = z.object({
  seq: count,
  turn: count,
  next: count,
  slots: z.array(shardCursor.nullable()),
});
const counts = z.record(z.string(), count);
const checkpointSchema: z.ZodType<Checkpoint> = z.object({
  cursor: cursorSchema,
  tally: z.object({
    documents: z.object({ read: count, kept: count, dropped: counts, quarantined: count }),
    bytes: z.object({ fetched: count, decoded: count, kept: count }),
    sources: z.record(z.string(), z.object({ read: count, kept: count, dropped: count, quarantined: count })),
    checks: counts.default({}),
    dedup: counts.default({}),
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
  matches: count.exactOptional(),
});

/** Bytes at the end of a journal that were not believed. */
export interface LostTail {
  /** Where the last good entry ends. */
  readonly at: number;
  readonly bytes: number;
  /** `cut`: the last entry is incomplete, as a crash leaves it. `damaged`: the bytes are not what was written. */
  readonly why: 'cut' | 'damaged';
}

export interface JournalReader {
  readonly head: JournalHead;
  readonly headBytes: number;
  /** Whole entries in order, each with the file offset after it. The first that is cut or damaged ends the reading. */
  entries(): AsyncGenerator<JournalEntry & { readonly end: number }>;
  /** What followed the last good entry, once `entries` has come to its end; undefined when nothing did. */
  readonly lost: LostTail | undefined;
  close(): Promise<void>;
}

/** Opens a journal for reading; undefined when there is none, or not even its head is whole. */
export async function readJournal(path: string): Promise<JournalReader | undefined> {
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const { size } = await file.stat();
    const first = await readEntry(file, 0, size);
    if (typeof first === 'string') {
      if (await isOfVersion1(file, size)) throw otherVersion(path);
      await file.close();
      return undefined;
    }
    const head = headSchema.safeParse(first.json);
    if (!head.success) throw otherVersion(path);
    return new OpenJournal(file, size, head.data, first.end);
  } catch (error) {
    await file.close();
    throw error;
  }
}

class OpenJournal implements JournalReader {
  readonly head: JournalHead;
  readonly headBytes: number;
  readonly #file: FileHandle;
  readonly #size: number;
  #lost: LostTail | undefined;

  constructor(file: FileHandle, size: number, head: JournalHead, headBytes: number) {
    this.#file = file;
    this.#size = size;
    this.head = head;
    this.headBytes = headBytes;
  }

  get lost(): LostTail | undefined {
    return this.#lost;
  }

  async *entries(): AsyncGenerator<JournalEntry & { readonly end: number }> {
    let at = this.headBytes;
    while (at < this.#size) {
      const entry = await readEntry(this.#file, at, this.#size);
      if (typeof entry === 'string') {
        this.#lost = { at, bytes: this.#size - at, why: entry };
        return;
      }
      at = entry.end;
      yield { checkpoint: checkpointSchema.parse(entry.json), signatures: entry.signatures, end: at };
    }
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}

const otherVersion = (path: string): SeiryuError =>
  new SeiryuError(`The journal ${path} was written by another version of Seiryu.`, {
    code: 'journal.version',
    fix: 'Finish the run with that version, or begin anew with --fresh.',
  });

/** Whether the file begins with a whole entry as version 1 wrote it, with a CRC of the payload alone. */
async function isOfVersion1(file: FileHandle, size: number): Promise<boolean> {
  const entry = await entryBytes(file, 0, size);
  return typeof entry !== 'string' && crc32(entry.subarray(HEADER)) === entry.readUInt32LE(4);
}

/** The bytes of the entry at `at` as its length has it, unchecked; never more than the file holds. */
async function entryBytes(file: FileHandle, at: number, size: number): Promise<Buffer | LostTail['why']> {
  const header = Buffer.alloc(HEADER);
  if ((await file.read(header, 0, HEADER, at)).bytesRead < HEADER) return 'cut';
  const length = header.readUInt32LE(0);
  const textLength = header.readUInt32LE(8);
  if (textLength > length || length > MAX_ENTRY || (length - textLength) % 4 !== 0) return 'damaged';
  if (at + HEADER + length > size) return 'cut';
  const entry = Buffer.alloc(HEADER + length);
  if ((await file.read(entry, 0, entry.length, at)).bytesRead < entry.length) return 'cut';
  return entry;
}

async function readEntry(
  file: FileHandle,
  at: number,
  size: number,
): Promise<{ json: unknown; signatures: Uint32Array; end: number } | LostTail['why']> {
  const entry = await entryBytes(file, at, size);
  if (typeof entry === 'string') return entry;
  if (checksum(entry) !== entry.readUInt32LE(4)) return 'damaged';
  const textLength = entry.readUInt32LE(8);
  const words = new Uint8Array(entry.subarray(HEADER + textLength));
  const json: unknown = JSON.parse(entry.toString('utf8', HEADER, HEADER + textLength));
  return { json, signatures: new Uint32Array(words.buffer), end: at + entry.length };
}
