// The rows of a row group as lines of JSON, in slices: the columns' pages need not end at the same rows.
import type { SchemaTree } from 'hyparquet';
import type { DecodedArray } from 'hyparquet/src/types.js';
import { type Column, openColumn } from './columns.ts';
import type { Footer, ParquetFile, RowGroup } from './footer.ts';
import { BadParquet } from './thrift.ts';

/** UTF-16 units of JSON lines that are yielded at once, and a row. */
const OUTPUT = 256 * 1024;

/** What a column has read ahead. */
interface Pending {
  readonly column: Column;
  /** Its name as JSON, with the colon. */
  readonly key: string;
  values: DecodedArray;
  at: number;
}

/** Yields the rows as JSON objects and newlines. Throws BadParquet, or the library's errors, after the last row before the damage. */
export async function* groupLines(
  file: ParquetFile,
  schema: SchemaTree,
  children: readonly SchemaTree[],
  group: RowGroup,
): AsyncGenerator<string> {
  const pending = children.map((child): Pending => {
    const column = openColumn(file, schema, child, group);
    return { column, key: `${JSON.stringify(column.name)}:`, values: [], at: 0 };
  });
  let lines = '';
  for (let row = 0; row < group.rows; ) {
    let ready: number;
    try {
      ready = await fill(pending, group.rows - row, row);
    } catch (error) {
      if (lines !== '') yield lines;
      throw error;
    }
    for (const end = row + ready; row < end; row++) {
      lines += `${rowText(pending)}\n`;
      if (lines.length < OUTPUT) continue;
      yield lines;
      lines = '';
    }
  }
  if (lines !== '') yield lines;
}

/** Reads on in every column that has nothing left; returns for how many rows all have values. */
async function fill(pending: readonly Pending[], wanted: number, row: number): Promise<number> {
  let ready = wanted;
  for (const each of pending) {
    if (each.at === each.values.length) {
      const values = await each.column.next();
      if (values === undefined)
        throw new BadParquet(`the column ${each.column.name} has only ${row} of a row group's rows`);
      each.values = values;
      each.at = 0;
    }
    ready = Math.min(ready, each.values.length - each.at);
  }
  return ready;
}

function rowText(pending: readonly Pending[]): string {
  let text = '{';
  for (const each of pending) {
    const value: unknown = each.values[each.at++];
    text += text.length === 1 ? each.key : `,${each.key}`;
    // Most values are strings; with a replacer each would take twice the time.
    text += typeof value === 'string' ? JSON.stringify(value) : JSON.stringify(value ?? null, jsonSafe);
  }
  return `${text}}`;
}

/** The schema's top-level columns that are wanted, in the file's order; all of them when none are named. */
export function wantedColumns({ schema }: Footer, names: readonly string[] | undefined): SchemaTree[] {
  const wanted = names === undefined ? undefined : new Set(names);
  return schema.children.filter(({ element }) => wanted === undefined || wanted.has(element.name));
}

/** JSON has no 64-bit integers and no bytes: what a double cannot hold becomes a string, bytes become base64. */
function jsonSafe(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint')
    return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value.toString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (value instanceof Float32Array || value instanceof Float64Array || value instanceof Int32Array)
    return Array.from(value);
  return value;
}
