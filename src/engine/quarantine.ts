// quarantine.jsonl: every bad record with its place and reason.
import { type FileHandle, open, truncate } from 'node:fs/promises';
import { fileSize, writeAll } from '../durable-files.ts';
import { asDiskError } from '../errors.ts';
import type { Disk, Reject } from '../pipeline/define.ts';

const PART = 'quarantine';

export class Quarantine {
  readonly #path: string;
  readonly #disk: Disk;
  #file: FileHandle | undefined;
  #bytes = 0;

  constructor(path: string, disk: Disk) {
    this.#path = path;
    this.#disk = disk;
  }

  /** Cuts the file back to a committed length. */
  async restore(bytes: number): Promise<void> {
    if ((await fileSize(this.#path)) !== undefined) await truncate(this.#path, bytes);
    this.#bytes = bytes;
  }

  async add(source: string, shard: string, rejects: readonly Reject[]): Promise<void> {
    if (rejects.length === 0) return;
    const lines = rejects.map(
      ({ ordinal, offset, reason, detail, excerpt }) =>
        `${JSON.stringify({ id: `${source}/${shard}#${ordinal}`, source, shard, ordinal, offset, reason, detail, excerpt })}\n`,
    );
    const bytes = Buffer.from(lines.join(''), 'utf8');
    await this.#disk.reserve(bytes.length, PART);
    try {
      this.#file ??= await open(this.#path, 'a');
      await writeAll(this.#file, bytes);
    } catch (error) {
      throw asDiskError(error, this.#path);
    }
    this.#bytes += bytes.length;
  }

  /** Makes it durable; its length in bytes. */
  async commit(): Promise<number> {
    await this.#file?.datasync();
    return this.#bytes;
  }

  async close(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
  }
}
