// One file on its way into the cache: written beside its reader, under another name until it is whole and verified.
import { createHash } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { writeAll } from '../../durable-files.ts';
import type { Shard, Transport } from '../../pipeline/define.ts';
import { Integrity } from './integrity.ts';

interface Room {
  /** Whether so many more bytes may be written. */
  reserve(bytes: number): Promise<boolean>;
  release(bytes: number): void;
}

/** Bytes reserved at once where the size is not known. */
const STEP = 4 * 2 ** 20;

export class CacheFill {
  readonly #integrity: Integrity;
  readonly #path: string;
  /** Of the file to be: `<place>.<sha256>`. */
  readonly #place: string;
  readonly #size: number | undefined;
  readonly #room: Room;
  readonly #part: string;
  readonly #hash = createHash('sha256');
  /** Undefined when the file is not, or no longer, written. */
  #file: FileHandle | undefined;
  #reserved = 0;
  #written = 0;
  #whole = false;

  private constructor(inner: Transport, file: Pick<Shard, 'path' | 'size' | 'checksum'>, place: string, room: Room) {
    this.#integrity = new Integrity(inner, file);
    this.#path = file.path;
    this.#size = file.size;
    this.#place = place;
    this.#part = `${place}.${process.pid}.part`;
    this.#room = room;
  }

  static async begin(
    inner: Transport,
    file: Pick<Shard, 'path' | 'size' | 'checksum'>,
    place: string,
    room: Room,
  ): Promise<CacheFill> {
    const fill = new CacheFill(inner, file, place, room);
    if (await fill.#makeRoom(1)) fill.#file = await open(fill.#part, 'wx').catch(() => undefined);
    return fill;
  }

  /** The file's bytes; what becomes of the copy never disturbs them. */
  async *read(signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
    for await (const chunk of this.#integrity.transport.open(this.#path, signal === undefined ? {} : { signal })) {
      if (this.#file !== undefined) await this.#write(chunk).catch(() => this.#giveUp());
      yield chunk;
    }
    this.#whole = true;
  }

  /** Gives the copy its name once it is known to be right; undefined when it is not kept. */
  async finish(signal: AbortSignal | undefined): Promise<{ name: string; bytes: number } | undefined> {
    if (this.#file === undefined || !this.#whole) return undefined;
    const verdict = await this.#integrity.verify(signal ?? new AbortController().signal);
    if (verdict.kind === 'wrong') return undefined;
    const sha256 = this.#hash.digest('hex');
    try {
      await this.#file.sync();
      await this.#file.close();
      await rename(this.#part, `${this.#place}.${sha256}`);
    } catch {
      await this.#giveUp();
      return undefined;
    }
    this.#file = undefined;
    this.#room.release(this.#reserved - this.#written);
    this.#reserved = 0;
    return { name: `${this.#place.slice(this.#place.lastIndexOf('/') + 1)}.${sha256}`, bytes: this.#written };
  }

  /** Removes what did not become whole. */
  async close(): Promise<void> {
    await this.#giveUp();
  }

  async #write(chunk: Uint8Array): Promise<void> {
    if (this.#file === undefined || !(await this.#makeRoom(this.#written + chunk.length))) return this.#giveUp();
    await writeAll(this.#file, chunk);
    this.#hash.update(chunk);
    this.#written += chunk.length;
  }

  async #makeRoom(bytes: number): Promise<boolean> {
    if (bytes <= this.#reserved) return true;
    const step = Math.max(bytes - this.#reserved, this.#reserved === 0 ? (this.#size ?? STEP) : STEP);
    if (!(await this.#room.reserve(step))) return false;
    this.#reserved += step;
    return true;
  }

  async #giveUp(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    if (file !== undefined) {
      await file.close().catch(() => undefined);
      await rm(this.#part, { force: true });
    }
    if (this.#reserved > 0) this.#room.release(this.#reserved);
    this.#reserved = 0;
  }
}
