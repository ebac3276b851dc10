// What the clustering decided of every document, on disk between the passes.
import { closeSync, openSync, readSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { z } from 'zod';
import { replaceFile, writeAll } from '../../durable-files.ts';
import { asDiskError, systemCode } from '../../errors.ts';
import type { Disk } from '../../pipeline/define.ts';
import type { Clusters } from './cluster.ts';
import { markOf, type RowPiece, shardOf } from './rows.ts';
import { type Precedes, sourceOrder } from './survivor.ts';

const count = z.int().nonnegative();
const headSchema = z.object({
  version: z.literal(1),
  identity: z.string(),
  rows: count,
  blocks: count,
  kept: count,
  /** Sets of two documents or more. */
  clusters: count,
  /** What a document was dropped for, by its number in reasons.bin; 0 stands for kept. */
  reasons: z.array(z.string()),
  crc: z.object({ survivors: count, reasons: count, blocks: count }),
});
export type DecisionsHead = z.output<typeof headSchema>;

/** survivors.bin: u32 a row. reasons.bin: u8 a row. blocks.bin: u32 first row, documents and print a block. Little-endian. */
const FILES = ['survivors', 'reasons', 'blocks'] as const;
const BLOCK_WORDS = 3;
const PART = 'dedup';
const pathOf = (dir: string, name: (typeof FILES)[number]): string => join(dir, `${name}.bin`);
const headPath = (dir: string): string => join(dir, 'decisions.json');

export interface DecideOptions {
  readonly dir: string;
  readonly identity: string;
  /** Labels of the dedupers, in order. */
  readonly labels: readonly string[];
  /** The rows again, with the documents and prints of the blocks they come from. */
  readonly pieces: AsyncIterable<{
    readonly piece: RowPiece;
    readonly blocks: readonly { readonly documents: number; readonly print: number }[];
  }>;
  /** Words of a row before its last. */
  readonly words: number;
  readonly clusters: Clusters;
  readonly precedes?: Precedes;
  readonly disk: Disk;
}

/** Chooses who stays of each cluster and writes it down. Linear in the rows; 8 bytes of memory a row beside the clusters. */
export async function decide(options: DecideOptions): Promise<DecisionsHead> {
  const { dir, identity, labels, pieces, words, clusters, precedes = sourceOrder, disk } = options;
  const { sets, by } = clusters;
  const rows = by.length;
  const best = new Uint32Array(rows);
  const bestShard = new Uint32Array(rows);
  const seen = (root: number): boolean => (best[root] ?? 0) !== 0 || root === 0;
  const blocks = await Output.create(pathOf(dir, 'blocks'), disk);
  let blockCount = 0;
  let firstRow = 0;
  for await (const { piece, blocks: facts } of pieces) {
    for (let index = 0; index < piece.count; index++) {
      const row = piece.first + index;
      const extra = piece.words[index * (words + 1) + words] ?? 0;
      // A document that an earlier run holds has no cluster: it goes for that reason.
      if (markOf(extra) !== 0) by[row] = labels.length + markOf(extra);
      const shard = shardOf(extra);
      const root = sets.find(row);
      // The root is its set's least row, so it comes first.
      if (root === row || !seen(root)) {
        best[root] = row;
        bestShard[root] = shard;
      } else if (precedes({ shard, row }, { shard: bestShard[root] ?? 0, row: best[root] ?? 0 })) {
        best[root] = row;
        bestShard[root] = shard;
      }
    }
    const table = new Uint32Array(facts.length * BLOCK_WORDS);
    for (const [index, { documents, print }] of facts.entries()) {
      table.set([firstRow, documents, print], index * BLOCK_WORDS);
      firstRow += documents;
    }
    blockCount += facts.length;
    await blocks.write(table);
  }
  const survivors = await Output.create(pathOf(dir, 'survivors'), disk);
  const reasons = await Output.create(pathOf(dir, 'reasons'), disk);
  let kept = 0;
  let found = 0;
  const PIECE = 2 ** 18;
  for (let from = 0; from < rows; from += PIECE) {
    const size = Math.min(PIECE, rows - from);
    const who = new Uint32Array(size);
    const why = new Uint8Array(size);
    for (let index = 0; index < size; index++) {
      const row = from + index;
      const survivor = best[sets.find(row)] ?? row;
      const label = by[row] ?? 0;
      who[index] = survivor;
      why[index] = survivor === row && label <= labels.length ? 0 : label;
      if (why[index] === 0) kept++;
      if (why[index] === 0 && label > 0) found++;
    }
    await survivors.write(who);
    await reasons.write(why);
  }
  const head: DecisionsHead = {
    version: 1,
    identity,
    rows,
    blocks: blockCount,
    kept,
    clusters: found,
    reasons: ['', ...labels.map((label) => `${label}.duplicate`), ...labels.map((label) => `${label}.earlier-run`)],
    crc: { survivors: await survivors.end(), reasons: await reasons.end(), blocks: await blocks.end() },
  };
  const bytes = Buffer.from(`${JSON.stringify(head)}\n`, 'utf8');
  await disk.reserve(bytes.length, PART);
  await replaceFile(headPath(dir), bytes);
  return head;
}

/** A file that is written from its start to its end, with its CRC-32. */
class Output {
  readonly #path: string;
  readonly #disk: Disk;
  readonly #file: Awaited<ReturnType<typeof open>>;
  #crc = 0;

  private constructor(path: string, disk: Disk, file: Awaited<ReturnType<typeof open>>) {
    this.#path = path;
    this.#disk = disk;
    this.#file = file;
  }

  static async create(path: string, disk: Disk): Promise<Output> {
    return new Output(path, disk, await open(path, 'w'));
  }

  async write({ buffer, byteOffset, byteLength }: Uint32Array | Uint8Array): Promise<void> {
    const bytes = new Uint8Array(buffer, byteOffset, byteLength);
    this.#crc = crc32(bytes, this.#crc);
    try {
      await this.#disk.reserve(bytes.length, PART);
      await writeAll(this.#file, bytes);
    } catch (error) {
      await this.#file.close();
      throw asDiskError(error, this.#path);
    }
  }

  async end(): Promise<number> {
    await this.#file.sync();
    await this.#file.close();
    return this.#crc;
  }
}

/** The head of whole and undamaged decisions for `identity`; undefined when the clustering has still to be done. */
export async function checkedDecisions(dir: string, identity: string): Promise<DecisionsHead | undefined> {
  const head = await decisionsHead(dir);
  if (head === undefined || head.identity !== identity) return undefined;
  const sizes = { survivors: 4 * head.rows, reasons: head.rows, blocks: 4 * BLOCK_WORDS * head.blocks };
  for (const name of FILES) {
    const file = await open(pathOf(dir, name), 'r').catch(() => undefined);
    if (file === undefined) return undefined;
    let crc = 0;
    let size = 0;
    try {
      const buffer = Buffer.alloc(2 ** 20);
      for (;;) {
        const { bytesRead } = await file.read(buffer, 0, buffer.length, size);
        if (bytesRead === 0) break;
        crc = crc32(buffer.subarray(0, bytesRead), crc);
        size += bytesRead;
      }
    } finally {
      await file.close();
    }
    if (size !== sizes[name] || crc !== head.crc[name]) return undefined;
  }
  return head;
}

/** The head alone; undefined when there is none, or of another version. */
export async function decisionsHead(dir: string): Promise<DecisionsHead | undefined> {
  try {
    return headSchema.parse(JSON.parse(await readFile(headPath(dir), 'utf8')));
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || error instanceof SyntaxError || error instanceof z.ZodError) return undefined;
    throw error;
  }
}

/** Reads decisions by number; memory does not grow with them. */
export class DecisionFiles {
  readonly #survivors: number;
  readonly #reasons: number;
  readonly #blocks: number;
  readonly #words = new Uint32Array(BLOCK_WORDS);
  readonly #wordBytes = new Uint8Array(this.#words.buffer);

  constructor(dir: string) {
    this.#survivors = openSync(pathOf(dir, 'survivors'), 'r');
    this.#reasons = openSync(pathOf(dir, 'reasons'), 'r');
    this.#blocks = openSync(pathOf(dir, 'blocks'), 'r');
  }

  /** Documents and print of a block, and the row of its first document; undefined where the first pass had none. */
  block(seq: number): { readonly first: number; readonly documents: number; readonly print: number } | undefined {
    const { length } = this.#wordBytes;
    if (readSync(this.#blocks, this.#wordBytes, 0, length, seq * length) < length) return undefined;
    const [first = 0, documents = 0, print = 0] = this.#words;
    return { first, documents, print };
  }

  /** Reasons of `count` rows from `first` on, as numbers. (count) */
  reasons(first: number, count: number): Uint8Array {
    const found = new Uint8Array(count);
    if (count > 0) readSync(this.#reasons, found, 0, count, first);
    return found;
  }

  /** The row that stays of the cluster of `row`. */
  survivor(row: number): number {
    readSync(this.#survivors, this.#wordBytes, 0, 4, 4 * row);
    return this.#words[0] ?? row;
  }

  close(): void {
    for (const file of [this.#survivors, this.#reasons, this.#blocks]) closeSync(file);
  }
}
