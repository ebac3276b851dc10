// The safetensors format: named arrays with a JSON header in front, readable in every language and safe to open.
import { type FileHandle, open } from 'node:fs/promises';
import { z } from 'zod';
import { writeAll } from '../durable-files.ts';
import { TrainerError } from '../errors.ts';

const DTYPES = { F32: Float32Array, I32: Int32Array } as const;

export interface NamedArray {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array | Int32Array;
}

/** Longer headers mean that the file is none of ours. */
const LONGEST_HEADER = 1 << 30;

const entry = z.object({
  dtype: z.enum(['F32', 'I32']),
  shape: z.array(z.int().nonnegative()),
  data_offsets: z.tuple([z.int().nonnegative(), z.int().nonnegative()]),
});
const header = z
  .looseObject({ __metadata__: z.record(z.string(), z.string()).default({}) })
  .transform(({ __metadata__: metadata, ...entries }) => ({
    metadata,
    entries: z.record(z.string(), entry).parse(entries),
  }));

const invalid = (path: string, why: string, cause?: unknown) =>
  new TrainerError(`${path} is damaged: ${why}`, {
    code: 'checkpoint.invalid',
    fix: 'Delete the file; with --fresh the run starts over.',
    cause,
  });

const bytesOf = (values: Float32Array | Int32Array) =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

/** An array that is yet to be written: its place in the file is known before its numbers are. */
export interface ArrayShape {
  readonly name: string;
  readonly dtype: keyof typeof DTYPES;
  readonly shape: readonly number[];
}

/** Bytes of an array: every type that is written has 4 a number. */
export const bytesOfShape = (shape: readonly number[]): number => 4 * shape.reduce((a, b) => a * b, 1);

/** The 8-byte length and the header, padded so that the data begins at a multiple of 8. */
export function headerOf(arrays: readonly ArrayShape[], metadata: Readonly<Record<string, string>>): Buffer {
  let at = 0;
  const entries = arrays.map(({ name, dtype, shape }) => {
    const begin = at;
    at += bytesOfShape(shape);
    return [name, { dtype, shape, data_offsets: [begin, at] }] as const;
  });
  const text = Buffer.from(JSON.stringify({ __metadata__: metadata, ...Object.fromEntries(entries) }), 'utf8');
  const padded = Math.ceil(text.length / 8) * 8;
  const bytes = Buffer.alloc(8 + padded, ' ');
  bytes.writeBigUInt64LE(BigInt(padded), 0);
  text.copy(bytes, 8);
  return bytes;
}

/** The header of arrays that are in memory already. */
export function safetensorsHeader(arrays: readonly NamedArray[], metadata: Readonly<Record<string, string>>): Buffer {
  const shapes = arrays.map(({ name, shape, values }): ArrayShape => {
    return { name, dtype: values instanceof Float32Array ? 'F32' : 'I32', shape };
  });
  return headerOf(shapes, metadata);
}

/** Writes header and data to an open, empty file. Numbers go out in the machine's order, which is little-endian wherever Node runs today. */
export async function writeSafetensors(
  file: FileHandle,
  head: Uint8Array,
  arrays: readonly NamedArray[],
): Promise<void> {
  await writeAll(file, head);
  for (const { values } of arrays) await writeAll(file, bytesOf(values));
}

async function readHeader(file: FileHandle, path: string) {
  const size = Buffer.alloc(8);
  if ((await file.read(size, 0, 8, 0)).bytesRead < 8) throw invalid(path, 'it is shorter than a header');
  const length = Number(size.readBigUInt64LE());
  const fileBytes = (await file.stat()).size;
  if (length > LONGEST_HEADER || length > fileBytes) throw invalid(path, `its header claims ${length} bytes`);
  const text = Buffer.alloc(length);
  await readAll(file, text, 8, path);
  try {
    return { ...header.parse(JSON.parse(text.toString('utf8'))), start: 8 + length, dataBytes: fileBytes - 8 - length };
  } catch (error) {
    throw invalid(path, 'its header cannot be read', error);
  }
}

async function readAll(file: FileHandle, into: Uint8Array, position: number, path: string): Promise<void> {
  for (let at = 0; at < into.length; ) {
    const { bytesRead } = await file.read(into, at, into.length - at, position + at);
    if (bytesRead === 0) throw invalid(path, `it ends ${into.length - at} bytes early`);
    at += bytesRead;
  }
}

/** The metadata alone: cheap whatever the size of the arrays. Throws the system's ENOENT when there is no file. */
export async function readMetadata(path: string): Promise<Record<string, string>> {
  const file = await open(path, 'r');
  return readHeader(file, path)
    .then(({ metadata }) => metadata)
    .finally(() => file.close());
}

/** @throws TrainerError `checkpoint.invalid` for a damaged file; the system's ENOENT when there is none. */
export async function readSafetensors(
  path: string,
): Promise<{ metadata: Record<string, string>; arrays: Map<string, NamedArray> }> {
  const file = await open(path, 'r');
  try {
    const { metadata, entries, start, dataBytes } = await readHeader(file, path);
    const arrays = new Map<string, NamedArray>();
    for (const [name, { dtype, shape, data_offsets: offsets }] of Object.entries(entries)) {
      const size = shape.reduce((a, b) => a * b, 1);
      if (offsets[1] - offsets[0] !== 4 * size) throw invalid(path, `${name} has not the length of its shape`);
      if (offsets[1] > dataBytes) throw invalid(path, `it ends before ${name} does`);
      const values = new DTYPES[dtype](size);
      await readAll(file, bytesOf(values), start + offsets[0], path);
      arrays.set(name, { name, shape, values });
    }
    return { metadata, arrays };
  } finally {
    await file.close();
  }
}
