// What the clustering has joined so far, on disk: a run that is stopped goes on after the last whole band.
import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { writeAll } from '../../durable-files.ts';
import { asDiskError, systemCode } from '../../errors.ts';
import type { Disk } from '../../pipeline/define.ts';

export interface SavedSets {
  readonly parents: Uint32Array;
  /** (rows) */
  readonly by: Uint8Array;
  /** Bands that are joined, of all dedupers in order. */
  readonly bands: number;
}

/** u32 rows, bands, CRC-32 of what follows; then parents and labels. */
const HEADER = 12;
const setsPath = (dir: string): string => join(dir, 'sets.bin');

const bytesOf = ({ buffer, byteOffset, byteLength }: Uint32Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

/** Durable when it returns; the one before stays until then. 5 bytes a row, reserved once. */
export async function saveSets(dir: string, { parents, by, bands }: SavedSets, disk: Disk): Promise<void> {
  const header = Buffer.alloc(HEADER);
  header.writeUInt32LE(by.length, 0);
  header.writeUInt32LE(bands, 4);
  header.writeUInt32LE(crc32(by, crc32(bytesOf(parents))), 8);
  const path = setsPath(dir);
  const size = HEADER + 5 * by.length;
  if (bands === 1) await disk.reserve(size, 'dedup');
  await disk.reserve(size, 'dedup');
  try {
    const file = await open(`${path}.part`, 'w');
    try {
      for (const piece of [header, bytesOf(parents), by]) await writeAll(file, piece);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(`${path}.part`, path);
  } catch (error) {
    throw asDiskError(error, path);
  } finally {
    disk.release(size, 'dedup');
  }
}

/** Undefined when there are none, or not of these rows, or damaged: the clustering begins anew. */
export async function loadSets(dir: string, rows: number): Promise<SavedSets | undefined> {
  let bytes: Buffer;
  try {
    bytes = await readFile(setsPath(dir));
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
  if (bytes.length !== HEADER + 5 * rows || bytes.readUInt32LE(0) !== rows) return undefined;
  if (crc32(bytes.subarray(HEADER)) !== bytes.readUInt32LE(8)) return undefined;
  const parents = new Uint32Array(rows);
  bytesOf(parents).set(bytes.subarray(HEADER, HEADER + 4 * rows));
  return { parents, by: new Uint8Array(bytes.subarray(HEADER + 4 * rows)), bands: bytes.readUInt32LE(4) };
}
