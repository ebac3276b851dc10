// A Parquet file's footer, read in bounded memory and checked against the file before anything is believed.
import { type ColumnMetaData, type FileMetaData, parquetMetadata, parquetSchema, type SchemaTree } from 'hyparquet';
import { BadParquet, endOfStruct } from './thrift.ts';

/** Random access to the file; what is asked for is counted. */
export interface ParquetFile {
  readonly byteLength: number;
  slice(start: number, end: number): Promise<ArrayBuffer>;
}

/** Longest footer in bytes; that of a file with 1,000 row groups of 20 columns has about 4 MB. */
export const LONGEST_FOOTER = 16 * 1024 * 1024;
/** Thrift values in a footer, some 30 for each column of each row group. They become objects: about 60 MB of them. */
export const MOST_FOOTER_VALUES = 2 ** 20;
/** The format's own structures nest 7 deep. */
const DEEPEST_FOOTER = 16;
/** Columns inside columns. */
export const DEEPEST_SCHEMA = 32;
const MOST_ELEMENTS = 10_000;
/** Fetched with the footer's length: most footers are shorter, and a second request costs a round trip. */
const FIRST = 64 * 1024;
const TAIL = 8;
const MAGIC = 'PAR1';

export interface RowGroup {
  readonly rows: number;
  /** By path in the schema, joined with dots. */
  readonly chunks: ReadonlyMap<string, Chunk>;
}

export interface Chunk {
  readonly meta: ColumnMetaData;
  /** Bytes in the file. */
  readonly start: number;
  readonly end: number;
}

export interface Footer {
  readonly schema: SchemaTree;
  readonly groups: readonly RowGroup[];
}

/** Throws BadParquet, or whatever the library throws for metadata that make no sense. */
export async function readFooter(file: ParquetFile): Promise<Footer> {
  const end = file.byteLength;
  if (end < TAIL + 4) throw new BadParquet('it is too short');
  const tail = Buffer.from(await file.slice(Math.max(0, end - FIRST), end));
  if (tail.length < TAIL || tail.toString('latin1', tail.length - 4) !== MAGIC)
    throw new BadParquet('it does not end with PAR1: it is cut off, or no Parquet file');
  const length = tail.readUInt32LE(tail.length - TAIL);
  if (length > end - TAIL - 4) throw new BadParquet(`its footer claims ${length} bytes, more than the file has`);
  if (length > LONGEST_FOOTER)
    throw new BadParquet(`its footer claims ${length} bytes; at most ${LONGEST_FOOTER} are read`);
  const bytes =
    length + TAIL <= tail.length
      ? tail.subarray(-length - TAIL)
      : Buffer.from(await file.slice(end - length - TAIL, end));
  const limits = { depth: DEEPEST_FOOTER, values: MOST_FOOTER_VALUES };
  if (endOfStruct(bytes.subarray(0, length), 0, limits) === undefined)
    throw new BadParquet('its footer breaks off in the middle');
  return checked(parquetMetadata(bytes, { geoparquet: false }), end - TAIL - length);
}

function checked(metadata: FileMetaData, end: number): Footer {
  checkSchema(metadata.schema);
  const groups = metadata.row_groups.map(({ num_rows, columns }): RowGroup => {
    const chunks = columns.map(({ meta_data, file_path }) => {
      if (meta_data === undefined || file_path !== undefined)
        throw new BadParquet('it keeps columns in other files or encrypted');
      return [meta_data.path_in_schema.join('.'), chunkOf(meta_data, end)] as const;
    });
    const rows = countOf(num_rows);
    if (rows > 0 && chunks.length === 0) throw new BadParquet(`a row group claims ${rows} rows of no columns`);
    return { rows, chunks: new Map(chunks) };
  });
  return { schema: parquetSchema(metadata), groups };
}

/** The schema is a list in depth-first order; its counts of children must fit it exactly. */
function checkSchema(schema: FileMetaData['schema']): void {
  if (schema.length > MOST_ELEMENTS) throw new BadParquet(`its schema has more than ${MOST_ELEMENTS} elements`);
  const missing = [1];
  for (const { num_children = 0 } of schema) {
    const above = missing.at(-1);
    if (above === undefined || !(num_children >= 0))
      throw new BadParquet('its schema has elements that belong to none');
    missing[missing.length - 1] = above - 1;
    if (num_children > 0) missing.push(num_children);
    if (missing.length > DEEPEST_SCHEMA + 1)
      throw new BadParquet(`its columns nest more than ${DEEPEST_SCHEMA} levels deep`);
    while (missing.at(-1) === 0) missing.pop();
  }
  if (missing.length > 0) throw new BadParquet('its schema names more elements than it has');
}

function chunkOf(meta: ColumnMetaData, end: number): Chunk {
  const offsets = [meta.dictionary_page_offset, meta.data_page_offset].filter(
    (offset) => offset !== undefined && offset > 0,
  );
  const start = Math.min(...offsets.map(countOf));
  const size = countOf(meta.total_compressed_size);
  if (!(start >= 4 && start + size <= end))
    throw new BadParquet(`a column claims the bytes ${start} to ${start + size}, outside of the file's ${end}`);
  return { meta, start, end: start + size };
}

function countOf(value: bigint | undefined): number {
  const count = Number(value ?? -1);
  if (!Number.isSafeInteger(count) || count < 0)
    throw new BadParquet(`its metadata hold an impossible count, ${value}`);
  return count;
}
