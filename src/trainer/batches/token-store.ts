// Tokens kept on disk for more epochs: appended while the corpus streams in, read again from the start afterwards.
import { type FileHandle, open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { z } from 'zod';
import { asDiskError, TrainerError } from '../../errors.ts';
import type { TokenDocument } from './token-document.ts';

/** Bytes reserved and written at a time. */
const CHUNK = 256 * 1024;
/** Length and CRC-32 before each entry. */
const HEAD = 8;
/** Numbers before an entry's name. */
const FIXED = 12;

const entryName = z.strictObject({ id: z.string(), source: z.string(), url: z.string().optional() });

/** Who owns the disk budget. */
export interface StoreDisk {
  reserve(bytes: number, part: 'tokens'): Promise<void>;
}

/**
 * One file of entries: u32 length, u32 CRC-32, then u32 number, u32 tokens, u32 bytes of the name, the name (JSON of id,
 * source and URL), tokens as u16 below 65,536 token numbers, else u32; little-endian. About 2 bytes a token. An entry that a checkpoint does
 * not know is cut off on resume.
 */
export class TokenStore {
  readonly #path: string;
  readonly #file: FileHandle;
  readonly #disk: StoreDisk;
  readonly #wide: boolean;
  #buffered: Buffer[] = [];
  #bufferedBytes = 0;
  #written: number;
  #reserved: number;

  private constructor(path: string, file: FileHandle, disk: StoreDisk, vocabulary: number, bytes: number) {
    this.#path = path;
    this.#file = file;
    this.#disk = disk;
    this.#wide = vocabulary > 65_536;
    this.#written = bytes;
    this.#reserved = bytes;
  }

  /** Opens the store at `path`, cut back to the `bytes` that a checkpoint knows: 0 begins anew. */
  static async open(path: string, disk: StoreDisk, vocabulary: number, bytes: number): Promise<TokenStore> {
    const file = await open(path, bytes === 0 ? 'w+' : 'r+');
    const { size } = await file.stat();
    if (size < bytes) {
      await file.close();
      throw damaged(path, `it has ${size} bytes, the checkpoint knows ${bytes}`);
    }
    await file.truncate(bytes);
    return new TokenStore(path, file, disk, vocabulary, bytes);
  }

  /** Bytes of all that was added; what a checkpoint keeps after `sync`. */
  get bytes(): number {
    return this.#written + this.#bufferedBytes;
  }

  async add(document: TokenDocument): Promise<void> {
    const entry = encode(document, this.#wide ? 4 : 2);
    this.#buffered.push(entry);
    this.#bufferedBytes += entry.length;
    if (this.#bufferedBytes >= CHUNK) await this.#flush();
  }

  /** Makes all that was added durable. */
  async sync(): Promise<void> {
    await this.#flush();
    await this.#file.sync().catch((error: unknown) => {
      throw asDiskError(error, this.#path);
    });
  }

  async #flush(): Promise<void> {
    if (this.#bufferedBytes === 0) return;
    const bytes = Buffer.concat(this.#buffered);
    const missing = this.#written + bytes.length - this.#reserved;
    if (missing > 0) {
      await this.#disk.reserve(missing, 'tokens');
      this.#reserved += missing;
    }
    try {
      await this.#file.write(bytes, 0, bytes.length, this.#written);
    } catch (error) {
      throw asDiskError(error, this.#path);
    }
    this.#written += bytes.length;
    this.#buffered = [];
    this.#bufferedBytes = 0;
  }

  /** The document at byte `at`, and where the next one stands; undefined at the end. */
  async read(at: number): Promise<{ document: TokenDocument; next: number } | undefined> {
    await this.#flush();
    if (at >= this.#written) return undefined;
    const head = await this.#bytes(at, HEAD);
    const length = head.readUInt32LE(0);
    if (at + HEAD + length > this.#written) throw damaged(this.#path, `an entry at byte ${at} goes beyond its end`);
    const entry = await this.#bytes(at + HEAD, length);
    if (crc32(entry) !== head.readUInt32LE(4)) throw damaged(this.#path, `an entry at byte ${at} has another checksum`);
    return { document: decode(entry, this.#wide ? 4 : 2), next: at + HEAD + length };
  }

  async #bytes(at: number, length: number): Promise<Buffer> {
    const buffer = Buffer.allocUnsafe(length);
    const { bytesRead } = await this.#file.read(buffer, 0, length, at);
    if (bytesRead < length) throw damaged(this.#path, `it ends at byte ${at + bytesRead}`);
    return buffer;
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}

function damaged(path: string, why: string): TrainerError {
  return new TrainerError(`The kept tokens in ${path} are damaged: ${why}.`, {
    code: 'tokens.damaged',
    fix: 'Start over with --fresh, or train one epoch only.',
  });
}

function encode({ number, id, source, url, tokens }: TokenDocument, width: 2 | 4): Buffer {
  const name = Buffer.from(JSON.stringify({ id, source, url }));
  const start = HEAD + FIXED + name.length;
  const out = Buffer.allocUnsafe(start + width * tokens.length);
  out.writeUInt32LE(number, HEAD);
  out.writeUInt32LE(tokens.length, HEAD + 4);
  out.writeUInt32LE(name.length, HEAD + 8);
  name.copy(out, HEAD + FIXED);
  for (let i = 0; i < tokens.length; i++) {
    const at = start + width * i;
    if (width === 2) out.writeUInt16LE(tokens[i] ?? 0, at);
    else out.writeUInt32LE(tokens[i] ?? 0, at);
  }
  out.writeUInt32LE(out.length - HEAD, 0);
  out.writeUInt32LE(crc32(out.subarray(HEAD)), 4);
  return out;
}

function decode(entry: Buffer, width: 2 | 4): TokenDocument {
  const start = FIXED + entry.readUInt32LE(8);
  const tokens = new Int32Array(entry.readUInt32LE(4));
  for (let i = 0; i < tokens.length; i++) {
    const at = start + width * i;
    tokens[i] = width === 2 ? entry.readUInt16LE(at) : entry.readUInt32LE(at);
  }
  const name = entryName.parse(JSON.parse(entry.toString('utf8', FIXED, start)));
  return { number: entry.readUInt32LE(0), ...name, tokens };
}
