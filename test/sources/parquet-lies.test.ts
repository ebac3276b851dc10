// Parquet files whose footers or pages lie: each is a DecodeError at once, whatever it claims.
import { describe, expect, it } from 'vitest';
import { openTransport } from '../../src/sources/fetch/index.ts';
import { parquetLines } from '../../src/sources/parquet.ts';
import { dataPage, lies, parquetWith, varint } from '../helpers/parquet-lies.ts';
import { folderOf, untilError } from '../helpers/transports.ts';

const { signal } = new AbortController();
const read = async (bytes: Uint8Array) => {
  let asked = 0;
  const onInput = (count: number): void => {
    asked += count;
  };
  const rows = parquetLines(openTransport(await folderOf({ a: bytes })), { path: 'a' }, { signal, onInput });
  return { ...(await untilError(rows)), asked };
};

it('the file that the lies are told in is a good one', async () => {
  expect(await read(parquetWith())).toMatchObject({ error: undefined });
  expect(String((await read(parquetWith())).bytes)).toBe('{"text":"清流"}\n');
});

describe('a Parquet file with', () => {
  it.each(Object.entries(lies()))('%s is damage', async (_, [bytes, says]) => {
    const { error, asked } = await read(bytes);
    expect(error).toMatchObject({
      name: 'DecodeError',
      code: 'decode.corrupt',
      message: expect.stringContaining(says),
    });
    expect(asked).toBeLessThan(bytes.length + 200_000);
  });

  it('good pages before a bad one gives their rows first', async () => {
    const pages = Buffer.concat([dataPage({}), dataPage({}), dataPage({ values: 2 ** 31 - 1 })]);
    const { bytes, error } = await read(parquetWith({ pages, rows: 3n }));
    expect(error).toMatchObject({ code: 'decode.corrupt' });
    expect(String(bytes)).toBe('{"text":"清流"}\n'.repeat(2));
  });

  it('text that is no UTF-8 gives U+FFFD for its bad bytes, and keeps a byte order mark', async () => {
    const body = (bytes: number[]): Buffer => Buffer.from([bytes.length, 0, 0, 0, ...bytes]);
    const pages = Buffer.concat([
      dataPage({ body: body([0x61, 0xff, 0x62]) }),
      dataPage({ body: body([0xef, 0xbb, 0xbf, 0x63]) }),
    ]);
    const { bytes, error } = await read(parquetWith({ pages, rows: 2n }));
    expect(error).toBeUndefined();
    expect(String(bytes)).toBe('{"text":"a\ufffdb"}\n{"text":"\ufeffc"}\n');
  });

  it('pages of nothing but missing values gives them up to the bound on the ratio', async () => {
    const values = 2 ** 20;
    const empty = dataPage({
      values,
      levels: Buffer.concat([varint(BigInt(values) * 2n), Buffer.of(0)]),
      body: Buffer.alloc(0),
    });
    const pages = Buffer.concat(Array.from({ length: 40 }, () => empty));
    const file = parquetWith({ pages, rows: BigInt(values) * 40n });
    let total = 0;
    const reading = (async () => {
      const transport = openTransport(await folderOf({ a: file }));
      for await (const slice of parquetLines(transport, { path: 'a' }, { signal })) total += slice.length;
    })();
    await expect(reading).rejects.toMatchObject({ name: 'DecodeError', code: 'decode.ratio' });
    expect(total).toBe(64 * 2 ** 20);
  });
});
