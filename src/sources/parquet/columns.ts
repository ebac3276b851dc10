// The top-level columns of a row group as values of rows, whatever their pages: flat ones page by page, nested ones a row group at a time.
import { isUtf8 } from 'node:buffer';
import type { SchemaTree } from 'hyparquet';
import { assembleNested } from 'hyparquet/src/assemble.js';
import { DEFAULT_PARSERS } from 'hyparquet/src/convert.js';
import { getTreePath, isFlatColumn } from 'hyparquet/src/schema.js';
import type { ColumnDecoder, DecodedArray, ParquetParsers } from 'hyparquet/src/types.js';
import { decodeUtf8 } from '../parse/utf8.ts';
import type { ParquetFile, RowGroup } from './footer.ts';
import { Utf8 } from './json-lines.ts';
import { ColumnPages } from './pages.ts';
import { BadParquet } from './thrift.ts';

/** Unpacked bytes and values of a nested column in one row group: its lists can be put together only when all are there. */
const LARGEST_NESTED = 256 * 1024 * 1024;
const MOST_NESTED = 2 ** 21;

const lenient = new TextDecoder('utf-8', { ignoreBOM: true });

/** The library's own text decoder takes a third of all time on Japanese. Bytes that are no UTF-8 become U+FFFD with either. */
const NESTED: ParquetParsers = {
  ...DEFAULT_PARSERS,
  stringFromBytes: (bytes) =>
    bytes &&
    (isUtf8(bytes) ? decodeUtf8(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)) : lenient.decode(bytes)),
};

/** Strings of flat columns are left as the bytes that they are. */
const FLAT: ParquetParsers = {
  ...DEFAULT_PARSERS,
  stringFromBytes: (bytes) => bytes && (isUtf8(bytes) ? new Utf8(bytes) : lenient.decode(bytes)),
};

export interface Column {
  readonly name: string;
  /** Values of the next rows (strings of a flat column as Utf8), at least one; undefined when there are no more. */
  next(): Promise<DecodedArray | undefined>;
}

/** Opens a column of the file for the rows of one group. */
export function openColumn(file: ParquetFile, schema: SchemaTree, child: SchemaTree, group: RowGroup): Column {
  const { name } = child.element;
  const [path = [], ...others] = leavesOf(child);
  const flat = others.length === 0 && isFlatColumn(getTreePath(schema, path));
  if (!flat) return { name, next: once(() => nestedValues(file, schema, child, group)) };
  const pages = pagesOf(file, schema, path, group, FLAT);
  return {
    name,
    async next() {
      for (;;) {
        const values = await pages.next();
        if (values === undefined || values.length > 0) return values;
      }
    },
  };
}

function once<T>(work: () => Promise<T>): () => Promise<T | undefined> {
  let done = false;
  return async () => {
    if (done) return undefined;
    done = true;
    return work();
  };
}

/** Paths of the columns that hold values; the schema's depth is bounded, so the recursion is. */
const leavesOf = (node: SchemaTree): string[][] =>
  node.children.length === 0 ? [node.path] : node.children.flatMap(leavesOf);

function pagesOf(
  file: ParquetFile,
  schema: SchemaTree,
  path: string[],
  group: RowGroup,
  parsers: ParquetParsers,
): ColumnPages {
  const chunk = group.chunks.get(path.join('.'));
  const schemaPath = getTreePath(schema, path);
  const element = schemaPath.at(-1)?.element;
  if (chunk === undefined || element === undefined)
    throw new BadParquet(`a row group lacks the column ${path.join('.')}`);
  const { type, codec } = chunk.meta;
  const column: ColumnDecoder = { pathInSchema: path, type, codec, element, schemaPath, parsers };
  return new ColumnPages(file, chunk, column);
}

async function nestedValues(
  file: ParquetFile,
  schema: SchemaTree,
  child: SchemaTree,
  group: RowGroup,
): Promise<DecodedArray> {
  const parts = new Map<string, DecodedArray>();
  for (const path of leavesOf(child)) {
    const chunk = group.chunks.get(path.join('.'));
    if (chunk !== undefined && chunk.meta.num_values > MOST_NESTED)
      throw new BadParquet(
        `the column ${path.join('.')} claims ${chunk.meta.num_values} values in a row group; at most ${MOST_NESTED} are read of nested columns`,
      );
    const pages = pagesOf(file, schema, path, group, NESTED);
    const rows: DecodedArray = [];
    let read = 0;
    for (;;) {
      const values = await pages.next(rows);
      if (values === undefined) break;
      // Of required columns the library gives the page's values and leaves `rows` alone.
      if (values !== rows) for (const value of values) rows.push(value);
      read = Math.max(read, rows.length);
      if (pages.unpacked > LARGEST_NESTED || read > MOST_NESTED)
        throw new BadParquet(`the column ${path.join('.')} is too big to be read with its nested values`);
    }
    parts.set(path.join('.'), rows);
  }
  assembleNested(parts, child, NESTED);
  const values = parts.get(child.path.join('.'));
  if (values === undefined) throw new BadParquet(`the column ${child.element.name} could not be put together`);
  return values;
}
