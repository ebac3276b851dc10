// Shard files on disk, shared by the sinks that write them: rotated by size, written under a temporary name, fsynced, renamed.
import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, rename, rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { compress } from 'zstd-napi';
import { fileSize, syncFolder, writeAll } from '../durable-files.ts';
import { asDiskError } from '../errors.ts';
import type { ShardRecord, Sink, SinkBatch, SinkCommit, SinkContext } from '../pipeline/define.ts';
import { byteSize } from '../pipeline/units.ts';

export const shardOptions = z.strictObject({
  shard: byteSize
    .default(256e6)
    .describe(
      'Size at which a shard is closed, in bytes on disk; only a single document larger than it makes a larger shard.',
    ),
  compress: z.enum(['none', 'zstd']).default('none').describe('Compression of the shards.'),
  retain: z
    .enum(['all', 'consumed'])
    .default('all')
    .describe('`consumed`: a shard is deleted once the trainer has it in a durable checkpoint.'),
});

interface ShardFilesOptions extends z.output<typeof shardOptions> {
  /** File name extension without compression, e.g. `txt`. */
  readonly extension: string;
}

/** Raw bytes of one compressed frame: what a reader must hold to decode any document. */
const FRAME = 2 ** 20;
const PART = 'shards';

export class ShardFiles implements Sink {
  readonly #context: SinkContext;
  readonly #options: ShardFilesOptions;
  readonly #dir: string;
  readonly #suffix: string;
  #finished: ShardRecord[] = [];
  /** Finished shards that the last commit covers: only those may be deleted. */
  #committed = 0;
  #state: SinkCommit['state'] | undefined;
  #shard = 0;
  #documents = 0;
  #bytes = 0;
  #file: FileHandle | undefined;
  #hash: Hash = createHash('sha256');

  constructor(context: SinkContext, options: ShardFilesOptions) {
    this.#context = context;
    this.#options = options;
    this.#dir = join(context.dir, context.folder);
    this.#suffix = `.${options.extension}${options.compress === 'zstd' ? '.zst' : ''}`;
  }

  get shards(): readonly ShardRecord[] {
    return this.#finished;
  }

  get written(): number {
    return this.#finished.reduce((sum, { bytes }) => sum + bytes, this.#bytes);
  }

  get awaitsConsumer(): boolean {
    return this.#options.retain === 'consumed';
  }

  async write({ bytes, offsets, kept }: SinkBatch): Promise<void> {
    const limit = Math.min(FRAME, this.#options.shard);
    // Neighbours in the batch are one piece: most documents are kept, so most writes copy nothing.
    let pieces: [from: number, to: number][] = [];
    let size = 0;
    let documents = 0;
    for (const index of kept) {
      const from = offsets[index] ?? 0;
      const to = offsets[index + 1] ?? 0;
      if (documents > 0 && size + to - from > limit) {
        await this.#append(bytes, pieces, documents);
        pieces = [];
        size = 0;
        documents = 0;
      }
      const last = pieces.at(-1);
      if (last !== undefined && last[1] === from) last[1] = to;
      else pieces.push([from, to]);
      size += to - from;
      documents++;
    }
    if (documents > 0) await this.#append(bytes, pieces, documents);
  }

  async commit(): Promise<SinkCommit> {
    await this.#file?.datasync();
    const finished = this.#finished.slice(this.#committed);
    this.#committed = this.#finished.length;
    this.#state = { shard: this.#shard, documents: this.#documents, bytes: this.#bytes };
    return { state: this.#state, finished };
  }

  async restore(state: SinkCommit['state'] | undefined, finished: readonly ShardRecord[]): Promise<void> {
    const { shard, documents, bytes } = state ?? { shard: 0, documents: 0, bytes: 0 };
    await this.#file?.close();
    this.#file = undefined;
    this.#hash = createHash('sha256');
    this.#state = state;
    await mkdir(this.#dir, { recursive: true });
    for (const name of await readdir(this.#dir)) {
      const number = this.#numberOf(name);
      if (number === undefined || number < shard) continue;
      const path = join(this.#dir, name);
      if (number > shard || bytes === 0) await rm(path);
      else if (!name.endsWith('.part')) await rename(path, `${path}.part`);
    }
    this.#shard = shard;
    this.#documents = documents;
    this.#bytes = bytes;
    this.#finished = await Promise.all(
      finished.map(async (record) => ({
        ...record,
        retained: (await fileSize(join(this.#context.dir, record.path))) !== undefined,
      })),
    );
    this.#committed = finished.length;
    if (bytes > 0) {
      await truncate(this.#partPath(), bytes);
      for await (const chunk of createReadStream(this.#partPath())) this.#hash.update(chunk);
    }
  }

  rollback(): Promise<void> {
    return this.restore(this.#state, this.#finished.slice(0, this.#committed));
  }

  async consumed(documents: number): Promise<void> {
    if (!this.awaitsConsumer) return;
    let end = 0;
    for (const [index, record] of this.#finished.slice(0, this.#committed).entries()) {
      end += record.documents;
      if (end > documents) return;
      if (!record.retained) continue;
      await rm(join(this.#context.dir, record.path), { force: true });
      this.#context.disk.release(record.bytes, PART);
      this.#finished[index] = { ...record, retained: false };
    }
  }

  async close(): Promise<void> {
    await this.#rotate();
  }

  async #append(bytes: Uint8Array, pieces: readonly [number, number][], documents: number): Promise<void> {
    const parts = pieces.map(([from, to]) => bytes.subarray(from, to));
    const raw =
      parts.length === 1 && parts[0] !== undefined
        ? Buffer.from(parts[0].buffer, parts[0].byteOffset, parts[0].length)
        : Buffer.concat(parts);
    const frame = this.#options.compress === 'zstd' ? compress(raw) : raw;
    if (this.#bytes > 0 && this.#bytes + frame.length > this.#options.shard) await this.#rotate();
    await this.#context.disk.reserve(frame.length, PART);
    try {
      this.#file ??= await open(this.#partPath(), 'a');
      await writeAll(this.#file, frame);
    } catch (error) {
      throw asDiskError(error, this.#partPath());
    }
    this.#hash.update(frame);
    this.#bytes += frame.length;
    this.#documents += documents;
  }

  async #rotate(): Promise<void> {
    if (this.#bytes === 0) return;
    const file = this.#file ?? (await open(this.#partPath(), 'a'));
    await file.sync();
    await file.close();
    const name = this.#name(this.#shard);
    await rename(this.#partPath(), join(this.#dir, name));
    await syncFolder(this.#dir);
    const path = `${this.#context.folder}/${name}`;
    this.#finished.push({
      path,
      sha256: this.#hash.digest('hex'),
      documents: this.#documents,
      bytes: this.#bytes,
      retained: true,
    });
    this.#shard++;
    this.#documents = 0;
    this.#bytes = 0;
    this.#file = undefined;
    this.#hash = createHash('sha256');
  }

  #name(shard: number): string {
    return `${String(shard).padStart(5, '0')}${this.#suffix}`;
  }

  #partPath(): string {
    return join(this.#dir, `${this.#name(this.#shard)}.part`);
  }

  #numberOf(name: string): number | undefined {
    const match = /^(\d{5,12})(\.[a-z.]+)$/.exec(name);
    if (match === null || (match[2] !== this.#suffix && match[2] !== `${this.#suffix}.part`)) return undefined;
    return Number(match[1]);
  }
}
