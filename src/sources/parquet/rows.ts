// The rows of a row group as lines of JSON, in slices: the columns' pages need not end at the same rows.

import type { SchemaTree } from 'hyparquet';
import type { DecodedArray } from 'hyparquet/src/types.js';
import { LONGEST_TEXT } from '../../kernels/json-text.ts';
import { type Column, openColumn } from './columns.ts';
import type { Footer, ParquetFile, RowGroup } from './footer.ts';
import { type JsonLines, Utf8 } from './json-lines.ts';
import { BadParquet } from './thrift.ts';

/** What a column has read ahead. */
interface Pending {
  readonly column: Column;
  /** What stands before its values in a row: a brace or a comma, its name as JSON, a colon. */
  readonly lead: string;
  values: DecodedArray;
  at: number;
}

/** Yields the rows as JSON objects and newlines, in the memory of `lines`. Throws BadParquet, or the library's errors, after the last row before the damage. */
export async function* groupLines(
  file: ParquetFile,
  schema: SchemaTree,
  children: readonly SchemaTree[],
  group: RowGroup,
  lines: JsonLines,
): AsyncGenerator<Buffer> {
  const pending = children.map((child, index): Pending => {
    const column = openColumn(file, schema, child, group);
    const lead = `${index === 0 ? '{' : ','}${JSON.stringify(column.name)}:`;
    return { column, lead, values: [], at: 0 };
  });
  for (let row = 0; row < group.rows; ) {
    let ready: number;
    try {
      ready = await fill(pending, group.rows - row, row);
    } catch (error) {
      while (!lines.isEmpty) yield lines.take();
      throw error;
    }
    for (const end = row + ready; row < end; row++) for (const slice of writtenRow(lines, pending)) yield slice;
  }
  while (!lines.isEmpty) yield lines.take();
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

/** Writes a row; yields what is full. */
function* writtenRow(lines: JsonLines, pending: readonly Pending[]): Generator<Buffer> {
  for (const each of pending) {
    const value: unknown = each.values[each.at++];
    lines.json(each.lead);
    if (value instanceof Utf8) {
      lines.json('"');
      for (let at = 0; at < value.bytes.length; at += LONGEST_TEXT) {
        while (lines.isFull) yield lines.take();
        lines.inside(value.bytes.subarray(at, at + LONGEST_TEXT));
      }
      lines.json('"');
    }
    // Most other values are numbers or missing; with a replacer each would take twice the time.
    else if (value === undefined || value === null) lines.json('null');
    else if (typeof value === 'number' || typeof value === 'string') lines.json(JSON.stringify(value));
    else lines.json(JSON.stringify(value, jsonSafe));
  }
  lines.json(pending.length === 0 ? '{}\n' : '}\n');
  while (lines.isFull) yield lines.take();
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
