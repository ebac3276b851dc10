// Parquet files that lie, written by hand: what a server in bad hands could send.

type Thrift =
  | { readonly i32: number }
  | { readonly i64: bigint }
  | { readonly text: string }
  | { readonly list: readonly Thrift[] }
  | { readonly struct: Readonly<Record<number, Thrift>> }
  /** A type's number and bytes, written as they are. */
  | { readonly raw: readonly [type: number, bytes: Buffer] };

export function varint(value: bigint): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>= 7n) {
    if (rest < 0x80n) return Buffer.from([...bytes, Number(rest)]);
    bytes.push(Number(rest & 0x7fn) | 0x80);
  }
}

const zigzag = (value: bigint): Buffer => varint(value >= 0n ? value * 2n : -value * 2n - 1n);

function encoded(value: Thrift): { type: number; bytes: Buffer } {
  if ('i32' in value) return { type: 5, bytes: zigzag(BigInt(value.i32)) };
  if ('i64' in value) return { type: 6, bytes: zigzag(value.i64) };
  if ('text' in value) {
    const text = Buffer.from(value.text);
    return { type: 8, bytes: Buffer.concat([varint(BigInt(text.length)), text]) };
  }
  if ('raw' in value) return { type: value.raw[0], bytes: value.raw[1] };
  if ('list' in value) {
    const elements = value.list.map(encoded);
    const type = elements[0]?.type ?? 12;
    return {
      type: 9,
      bytes: Buffer.concat([listHeader(elements.length, type), ...elements.map(({ bytes }) => bytes)]),
    };
  }
  return { type: 12, bytes: structBytes(value.struct) };
}

export const listHeader = (count: number, type: number): Buffer =>
  count < 15 ? Buffer.of((count << 4) | type) : Buffer.concat([Buffer.of(0xf0 | type), varint(BigInt(count))]);

export function structBytes(fields: Readonly<Record<number, Thrift>>): Buffer {
  let last = 0;
  const parts: Buffer[] = [];
  for (const [id, value] of Object.entries(fields)) {
    const { type, bytes } = encoded(value);
    parts.push(Buffer.of(((Number(id) - last) << 4) | type), bytes);
    last = Number(id);
  }
  return Buffer.concat([...parts, Buffer.of(0)]);
}

const BYTE_ARRAY = { i32: 6 };
const OPTIONAL = { i32: 1 };
const UTF8 = { i32: 0 };

export interface Lie {
  /** Bytes of the column chunk; they stand after the magic. */
  readonly pages?: Buffer;
  readonly rows?: bigint;
  /** Size that the footer claims of the chunk. */
  readonly size?: bigint;
  readonly offset?: bigint;
  readonly codec?: number;
  /** Instead of the schema's list. */
  readonly schema?: Thrift;
  /** Instead of the list of row groups. */
  readonly groups?: Thrift;
  readonly footer?: Buffer;
  /** Length that the file's end claims of the footer. */
  readonly length?: number;
}

const rootOf = (children: number): Thrift => ({ struct: { 4: { text: 'root' }, 5: { i32: children } } });
export const textColumn: Thrift = { struct: { 1: BYTE_ARRAY, 3: OPTIONAL, 4: { text: 'text' }, 6: UTF8 } };

/** A file with one optional text column, true but for what `lie` says. */
export function parquetWith(lie: Lie = {}): Buffer {
  const { pages = Buffer.concat([dataPage({})]), rows = 1n, codec = 0 } = lie;
  const size = lie.size ?? BigInt(pages.length);
  const meta: Thrift = {
    struct: {
      1: BYTE_ARRAY,
      2: { list: [{ i32: 0 }] },
      3: { list: [{ text: 'text' }] },
      4: { i32: codec },
      5: { i64: rows },
      6: { i64: size },
      7: { i64: size },
      9: { i64: lie.offset ?? 4n },
    },
  };
  const group: Thrift = {
    struct: { 1: { list: [{ struct: { 2: { i64: 4n }, 3: meta } }] }, 2: { i64: size }, 3: { i64: rows } },
  };
  const footer =
    lie.footer ??
    structBytes({
      1: { i32: 1 },
      2: lie.schema ?? { list: [rootOf(1), textColumn] },
      3: { i64: rows },
      4: lie.groups ?? { list: [group] },
    });
  const length = Buffer.alloc(4);
  length.writeUInt32LE(lie.length ?? footer.length);
  return Buffer.concat([Buffer.from('PAR1'), pages, footer, length, Buffer.from('PAR1')]);
}

export interface PageLie {
  readonly values?: number;
  readonly encoding?: number;
  /** The page's bytes; by default one value, 清流. */
  readonly body?: Buffer;
  readonly packed?: number;
  readonly unpacked?: number;
  /** Runs of definition levels. */
  readonly levels?: Buffer;
}

/** A data page of version 1. */
export function dataPage({
  values = 1,
  encoding = 0,
  body = lengthAndText('清流'),
  levels,
  ...sizes
}: PageLie): Buffer {
  const runs = levels ?? Buffer.concat([varint(BigInt(values) * 2n), Buffer.of(1)]);
  const page = Buffer.concat([u32(runs.length), runs, body]);
  const header = structBytes({
    1: { i32: 0 },
    2: { i32: sizes.unpacked ?? page.length },
    3: { i32: sizes.packed ?? page.length },
    5: { struct: { 1: { i32: values }, 2: { i32: encoding }, 3: { i32: 3 }, 4: { i32: 3 } } },
  });
  return Buffer.concat([header, page]);
}

export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

const lengthAndText = (text: string): Buffer => Buffer.concat([u32(Buffer.byteLength(text)), Buffer.from(text)]);

/** Deltas of `count` equal numbers: blocks of 128 in 4 miniblocks of width 0. */
function equalDeltas(count: number, value: bigint): Buffer {
  const blocks = Math.ceil((count - 1) / 128);
  const block = Buffer.from([0, 0, 0, 0, 0]);
  return Buffer.concat([
    varint(128n),
    varint(4n),
    varint(BigInt(count)),
    zigzag(value),
    ...Array.from({ length: blocks }, () => block),
  ]);
}

const nested = (depth: number): Buffer => {
  // A structure whose only field is a structure, over and over; then as many ends.
  return Buffer.concat([Buffer.alloc(depth, 0x1c), Buffer.alloc(depth + 1, 0)]);
};

/** Each is damage by its name, with what is said of it. */
export function lies(): Readonly<Record<string, readonly [file: Buffer, says: string]>> {
  const many = 20_000;
  return {
    'a footer longer than the file': [parquetWith({ length: 0xffff_fff0 }), 'claims 4294967280 bytes'],
    'a number of rows that no file has': [parquetWith({ rows: 2n ** 62n }), 'impossible count'],
    'more rows than its pages have': [parquetWith({ rows: 10n ** 9n }), 'has only 1'],
    'rows of no columns': [
      parquetWith({
        groups: { list: [{ struct: { 1: { list: [] }, 2: { i64: 0n }, 3: { i64: 10n ** 12n } } }] },
      }),
      'rows of no columns',
    ],
    'a column beyond the file': [parquetWith({ offset: 10n ** 12n }), 'outside of the file'],
    'a column longer than the file': [parquetWith({ size: 10n ** 12n }), 'outside of the file'],
    'a column of negative length': [parquetWith({ size: -5n }), 'impossible count'],
    'a page of 2 GiB': [
      parquetWith({ pages: dataPage({ unpacked: 2 ** 31 - 1 }), codec: 1 }),
      'claims to unpack to 2147483647',
    ],
    'a packed page longer than its column': [
      parquetWith({ pages: dataPage({ packed: 2 ** 31 - 1 }) }),
      'claims 2147483647 bytes',
    ],
    'a page of negative length': [parquetWith({ pages: dataPage({ packed: -1 }) }), 'claims -1 bytes'],
    'a page of two thousand million values': [
      parquetWith({ pages: dataPage({ values: 2 ** 31 - 1 }) }),
      'claims 2147483647 values',
    ],
    'a run of a thousand million levels': [
      parquetWith({
        pages: dataPage({ levels: Buffer.concat([varint(2n ** 30n * 2n), Buffer.of(1)]) }),
      }),
      'holds a run of 1073741824',
    ],
    'a run of a thousand million references to a dictionary': [
      parquetWith({
        pages: dataPage({ encoding: 8, body: Buffer.concat([Buffer.of(1), varint(2n ** 30n * 2n), Buffer.of(0)]) }),
      }),
      'holds a run of 1073741824',
    ],
    'values that each repeat the one before': [
      parquetWith({
        rows: BigInt(many),
        pages: dataPage({
          values: many,
          encoding: 7,
          body: Buffer.concat([equalDeltas(many, 50_000n), equalDeltas(many, 5n), Buffer.alloc(5 * many, 0x61)]),
        }),
      }),
      'unpacks to more than',
    ],
    'a schema a thousand levels deep': [
      parquetWith({
        schema: { list: Array.from({ length: 1000 }, () => rootOf(1)) },
      }),
      '32 levels deep',
    ],
    'a schema with more children than elements': [
      parquetWith({ schema: { list: [rootOf(2 ** 30), textColumn] } }),
      'more elements than it has',
    ],
    'a schema with elements that belong to none': [
      parquetWith({ schema: { list: [rootOf(0), textColumn] } }),
      'belong to none',
    ],
    'structures a million levels deep': [parquetWith({ footer: nested(1_000_000) }), '16 levels deep'],
    'a list of a thousand million numbers': [
      parquetWith({
        schema: { raw: [9, Buffer.concat([listHeader(2 ** 30, 5), Buffer.alloc(100, 2)])] },
      }),
      'breaks off',
    ],
    'two million empty row groups': [
      parquetWith({
        groups: { raw: [9, Buffer.concat([listHeader(2_000_000, 12), Buffer.alloc(2_000_000)])] },
      }),
      'more than 1048576 values',
    ],
    'a number of a million bits': [
      parquetWith({
        footer: structBytes({ 1: { raw: [6, Buffer.concat([Buffer.alloc(150_000, 0xff), Buffer.of(1)])] } }),
      }),
      'more than 64 bits',
    ],
    'a text longer than the footer': [
      parquetWith({
        footer: structBytes({ 6: { raw: [8, Buffer.concat([varint(2n ** 31n - 1n), Buffer.from('short')])] } }),
      }),
      'breaks off',
    ],
  };
}
