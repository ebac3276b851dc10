// Parquet as JSON lines: one row group, or a slice of one, is in memory at a time.
import {
  type AsyncBuffer,
  type FileMetaData,
  parquetMetadataAsync,
  parquetReadObjects,
  type RowGroup,
} from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { SeiryuError, SourceError } from '../errors.ts';
import type { Shard, Transport } from '../pipeline/define.ts';
import { corrupt } from './decode/damage.ts';

/** Uncompressed bytes that a slice of a row group aims at, when the file has page indexes and so can be read in slices. */
const SLICE = 16 * 1024 * 1024;
/** Bytes of JSON lines that are yielded at once. */
const OUTPUT = 256 * 1024;

interface ParquetOptions {
  readonly signal: AbortSignal;
  readonly onInput?: (bytes: number) => void;
}

/** Yields each row as a JSON object and a newline, columns in the file's order. */
export async function* parquetLines(
  transport: Transport,
  shard: Pick<Shard, 'path' | 'size'>,
  { signal, onInput }: ParquetOptions,
): AsyncGenerator<Uint8Array> {
  const file: AsyncBuffer = {
    byteLength: shard.size ?? (await sizeOf(transport, shard.path)),
    slice: async (start, end = file.byteLength) => {
      signal.throwIfAborted();
      onInput?.(end - start);
      return transport.range(shard.path, start, end, signal);
    },
  };
  const attempt = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      // The library throws plain errors, and RangeErrors of typed arrays, for every kind of damage.
      throw error instanceof SeiryuError ? error : corrupt('parquet', error);
    }
  };

  const metadata = await attempt(() => parquetMetadataAsync(file, { geoparquet: false }));
  for (const [rowStart, rowEnd] of slicesOf(metadata)) {
    const rows = await attempt(() =>
      parquetReadObjects({ file, metadata, rowStart, rowEnd, compressors, useOffsetIndex: true, geoparquet: false }),
    );
    let lines = '';
    for (const row of rows) {
      lines += `${JSON.stringify(row, jsonSafe)}\n`;
      if (lines.length < OUTPUT) continue;
      yield Buffer.from(lines);
      lines = '';
    }
    if (lines !== '') yield Buffer.from(lines);
  }
}

/** Row ranges to read one after the other. Without page indexes a part of a row group costs as much as all of it. */
function* slicesOf(metadata: FileMetaData): Generator<[start: number, end: number]> {
  let start = 0;
  for (const group of metadata.row_groups) {
    const rows = Number(group.num_rows);
    const slices = hasPageIndex(group) ? Math.ceil(Number(group.total_byte_size) / SLICE) : 1;
    const step = Math.max(1, Math.ceil(rows / Math.max(1, slices)));
    for (let at = 0; at < rows; at += step) yield [start + at, start + Math.min(rows, at + step)];
    start += rows;
  }
}

const hasPageIndex = (group: RowGroup): boolean =>
  group.columns.every((column) => column.offset_index_offset !== undefined && (column.offset_index_length ?? 0) > 0);

/** JSON has no 64-bit integers and no bytes: what a double cannot hold becomes a string, bytes become base64. */
function jsonSafe(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint')
    return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value.toString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (value instanceof Float32Array || value instanceof Float64Array || value instanceof Int32Array)
    return Array.from(value);
  return value;
}

async function sizeOf(transport: Transport, path: string): Promise<number> {
  const size = await transport.size(path);
  if (size !== undefined) return size;
  throw new SourceError(`${transport.base} does not say how long ${path} is, which reading Parquet needs.`, {
    code: 'fetch.failed',
    fix: 'Use a mirror that answers HEAD requests with a Content-Length, or a folder.',
  });
}
