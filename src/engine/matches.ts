// state/matches.bin: which document was kept as which number, and which repeats which; what `clusters` reads.
import { type FileHandle, open, truncate } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { fileSize, writeAll } from '../durable-files.ts';
import { asDiskError, SeiryuError, systemCode } from '../errors.ts';
import type { Disk } from '../pipeline/define.ts';
import { decodeMatches, encodeMatches, type MatchBlock } from './match-blocks.ts';

const PART = 'matches';
const HEADER = 8;
/** Bytes that wait for the next commit in memory. */
const HELD = 256 * 1024;
/** A block of 1 MiB holds at most half as many records, each of at most 30 bytes here. */
const LONGEST = 32 * 2 ** 20;

/** Entries of u32 length, u32 CRC-32 of what follows, and a block as `encodeMatches` has it; little-endian. */
export class Matches {
  readonly #path: string;
  readonly #disk: Disk;
  #file: FileHandle | undefined;
  #bytes = 0;
  #held: Uint8Array[] = [];
  #heldBytes = 0;

  constructor(path: string, disk: Disk) {
    this.#path = path;
    this.#disk = disk;
  }

  /** Cuts the file back to a committed length. */
  async restore(bytes: number): Promise<void> {
    const size = (await fileSize(this.#path)) ?? 0;
    if (size > bytes) await truncate(this.#path, bytes);
    // A run that kept none before has less than the journal could say.
    this.#bytes = Math.min(bytes, size);
  }

  async add(block: MatchBlock): Promise<void> {
    if (block.fates.length === 0) return;
    const payload = encodeMatches(block);
    const header = Buffer.allocUnsafe(HEADER);
    header.writeUInt32LE(payload.length, 0);
    header.writeUInt32LE(crc32(payload), 4);
    this.#held.push(header, payload);
    this.#heldBytes += HEADER + payload.length;
    if (this.#heldBytes >= HELD) await this.#flush();
  }

  /** Makes it durable; its length in bytes. */
  async commit(): Promise<number> {
    await this.#flush();
    await this.#file?.datasync();
    return this.#bytes;
  }

  async close(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
  }

  async #flush(): Promise<void> {
    if (this.#heldBytes === 0) return;
    await this.#disk.reserve(this.#heldBytes, PART);
    try {
      this.#file ??= await open(this.#path, 'a');
      await writeAll(this.#file, Buffer.concat(this.#held));
    } catch (error) {
      throw asDiskError(error, this.#path);
    }
    this.#bytes += this.#heldBytes;
    this.#held = [];
    this.#heldBytes = 0;
  }
}

/**
 * The blocks of a run's matches, in order. Nothing when the run keeps none. An entry that a crash cut off ends the
 * reading; one whose bytes changed is an error.
 */
export async function* readMatches(path: string): AsyncGenerator<MatchBlock> {
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return;
    throw error;
  }
  try {
    const header = Buffer.alloc(HEADER);
    for (let at = 0; ; ) {
      if ((await file.read(header, 0, HEADER, at)).bytesRead < HEADER) return;
      const length = header.readUInt32LE(0);
      const payload = Buffer.alloc(Math.min(length, LONGEST));
      const { bytesRead } = await file.read(payload, 0, payload.length, at + HEADER);
      if (length <= LONGEST && bytesRead < length) return;
      if (length > LONGEST || crc32(payload) !== header.readUInt32LE(4)) {
        throw new SeiryuError(`${path} is damaged at byte ${at}: an entry does not have its checksum.`, {
          code: 'matches.damaged',
          fix: 'The run itself is whole (seiryu verify); only which documents repeat which is lost. A run with --fresh writes it anew.',
        });
      }
      yield decodeMatches(payload);
      at += HEADER + length;
    }
  } finally {
    await file.close();
  }
}
