// A file of u32 words that an index writes once and reads at random. It is scratch: made anew by each session, gone at its end.
import { closeSync, mkdirSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { asDiskError } from '../../errors.ts';
import type { Disk } from '../../pipeline/define.ts';

export const SPILL_PART = 'index';

export class SpillFile {
  readonly #path: string;
  readonly #disk: Disk;
  #fd: number | undefined;
  #words = 0;

  constructor(path: string, disk: Disk) {
    this.#path = path;
    this.#disk = disk;
  }

  get bytes(): number {
    return this.#words * 4;
  }

  /** Appends words; their place is the number of words before. The room is reserved first. */
  async append(words: Uint32Array): Promise<number> {
    await this.#disk.reserve(words.byteLength, SPILL_PART);
    try {
      if (this.#fd === undefined) {
        mkdirSync(dirname(this.#path), { recursive: true });
        this.#fd = openSync(this.#path, 'w+');
      }
      const bytes = Buffer.from(words.buffer, words.byteOffset, words.byteLength);
      for (let at = 0; at < bytes.length; )
        at += writeSync(this.#fd, bytes, at, bytes.length - at, this.#words * 4 + at);
    } catch (error) {
      this.#disk.release(words.byteLength, SPILL_PART);
      throw asDiskError(error, this.#path);
    }
    const at = this.#words;
    this.#words += words.length;
    return at;
  }

  /** Reads `count` words from `at` on into the start of `into`. One read of the system's. */
  read(at: number, count: number, into: Uint32Array): void {
    if (this.#fd === undefined) throw new RangeError('nothing was spilled');
    const bytes = new Uint8Array(into.buffer, into.byteOffset, count * 4);
    if (readSync(this.#fd, bytes, 0, bytes.length, at * 4) < bytes.length)
      throw new Error(`the spilled index ${this.#path} is shorter than what was written`);
  }

  /** Deletes the file. */
  close(): void {
    if (this.#fd === undefined) return;
    closeSync(this.#fd);
    rmSync(this.#path, { force: true });
    this.#disk.release(this.bytes, SPILL_PART);
    this.#fd = undefined;
    this.#words = 0;
  }
}
