// Writes (key, row) pairs as a Parquet file that DuckDB reads at memory speed: two plain columns of u32, nothing compressed.

/** Thrift compact protocol, as far as Parquet's footer and page headers need it. (https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md) */
class Thrift {
  readonly #bytes: number[] = [];
  readonly #last: number[] = [];
  #field = 0;

  static struct(fill: (thrift: Thrift) => void): Uint8Array {
    const thrift = new Thrift();
    fill(thrift);
    thrift.#bytes.push(0);
    return Uint8Array.from(thrift.#bytes);
  }

  i32(field: number, value: number): void {
    this.#header(field, 5);
    this.#zigzag(value);
  }

  i64(field: number, value: number): void {
    this.#header(field, 6);
    this.#zigzag(value);
  }

  text(field: number, value: string): void {
    this.#header(field, 8);
    this.#string(value);
  }

  texts(field: number, values: readonly string[]): void {
    this.#header(field, 9);
    this.#list(values.length, 8);
    for (const value of values) this.#string(value);
  }

  i32s(field: number, values: readonly number[]): void {
    this.#header(field, 9);
    this.#list(values.length, 5);
    for (const value of values) this.#zigzag(value);
  }

  struct(field: number, fill: () => void): void {
    this.#header(field, 12);
    this.#nested(fill);
  }

  structs(field: number, fills: readonly (() => void)[]): void {
    this.#header(field, 9);
    this.#list(fills.length, 12);
    for (const fill of fills) this.#nested(fill);
  }

  #nested(fill: () => void): void {
    this.#last.push(this.#field);
    this.#field = 0;
    fill();
    this.#bytes.push(0);
    this.#field = this.#last.pop() ?? 0;
  }

  #header(field: number, type: number): void {
    this.#bytes.push(((field - this.#field) << 4) | type);
    this.#field = field;
  }

  #list(size: number, type: number): void {
    if (size < 15) this.#bytes.push((size << 4) | type);
    else {
      this.#bytes.push(0xf0 | type);
      this.#varint(size);
    }
  }

  #string(value: string): void {
    const bytes = new TextEncoder().encode(value);
    this.#varint(bytes.length);
    this.#bytes.push(...bytes);
  }

  #zigzag(value: number): void {
    this.#varint(value * 2);
  }

  /** Values may exceed 32 bits, so no bit operators. */
  #varint(value: number): void {
    let left = value;
    while (left >= 128) {
      this.#bytes.push((left % 128) | 128);
      left = Math.floor(left / 128);
    }
    this.#bytes.push(left);
  }
}

/** parquet.thrift: Type.INT32, ConvertedType.UINT_32, Encoding.PLAIN and RLE, CompressionCodec.UNCOMPRESSED, PageType.DATA_PAGE. */
const INT32 = 1;
const UINT_32 = 13;
const PLAIN = 0;
const RLE = 3;
const NAMES = ['key', 'row'] as const;
const MAGIC = Uint8Array.of(0x50, 0x41, 0x52, 0x31);

function pageHeader(count: number): Uint8Array {
  return Thrift.struct((page) => {
    page.i32(1, 0);
    page.i32(2, 4 * count);
    page.i32(3, 4 * count);
    page.struct(5, () => {
      page.i32(1, count);
      page.i32(2, PLAIN);
      page.i32(3, RLE);
      page.i32(4, RLE);
    });
  });
}

function footer(count: number, headerBytes: number): Uint8Array {
  const columnBytes = headerBytes + 4 * count;
  return Thrift.struct((file) => {
    file.i32(1, 1);
    file.structs(2, [
      () => {
        file.text(4, 'schema');
        file.i32(5, NAMES.length);
      },
      ...NAMES.map((name) => () => {
        file.i32(1, INT32);
        file.i32(3, 0);
        file.text(4, name);
        file.i32(6, UINT_32);
      }),
    ]);
    file.i64(3, count);
    file.structs(4, [
      () => {
        file.structs(
          1,
          NAMES.map((name, column) => () => {
            const at = MAGIC.length + column * columnBytes;
            file.i64(2, at);
            file.struct(3, () => {
              file.i32(1, INT32);
              file.i32s(2, [PLAIN, RLE]);
              file.texts(3, [name]);
              file.i32(4, 0);
              file.i64(5, count);
              file.i64(6, columnBytes);
              file.i64(7, columnBytes);
              file.i64(9, at);
            });
          }),
        );
        file.i64(2, NAMES.length * columnBytes);
        file.i64(3, count);
      },
    ]);
  });
}

const bytesOf = (words: Uint32Array): Uint8Array => new Uint8Array(words.buffer, words.byteOffset, words.byteLength);

/** The pieces of one file, to be written one after the other. `keys` and `rows` are as long as each other; little-endian machines. */
export function parquetOf(keys: Uint32Array, rows: Uint32Array): readonly Uint8Array[] {
  const header = pageHeader(keys.length);
  const end = footer(keys.length, header.length);
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, end.length, true);
  return [MAGIC, header, bytesOf(keys), header, bytesOf(rows), end, length, MAGIC];
}
