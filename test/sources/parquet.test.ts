// Reading Parquet as JSON lines.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parquetWriteBuffer, type SchemaElement } from 'hyparquet-writer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Transport } from '../../src/pipeline/define.ts';
import { openTransport } from '../../src/sources/fetch/index.ts';
import { parquetLines } from '../../src/sources/parquet.ts';
import type { SeekPoint } from '../../src/sources/seek.ts';
import { type Mirror, startMirror } from '../helpers/mirror-server.ts';
import { failureOf, folderOf, joined, noise, noWaiting, untilError } from '../helpers/transports.ts';

const { signal } = new AbortController();

const texts = Array.from({ length: 1000 }, (_, i) => `第${i}の文書。「清流」は\n川の名前である。`);
const ids = texts.map((_, i) => BigInt(i));
const groups = parquetWriteBuffer({
  columnData: [
    { name: 'id', data: ids, type: 'INT64' },
    { name: 'text', data: texts, type: 'STRING' },
  ],
  rowGroupSize: 300,
});

async function rowsOf(buffer: ArrayBuffer): Promise<unknown[]> {
  const transport = openTransport(await folderOf({ 'a.parquet': new Uint8Array(buffer) }));
  return linesOf(await joined(parquetLines(transport, { path: 'a.parquet' }, { signal })));
}

function linesOf(bytes: Buffer): unknown[] {
  const lines = String(bytes).split('\n');
  expect(lines.pop()).toBe('');
  return lines.map((line): unknown => JSON.parse(line));
}

describe('reading Parquet', () => {
  it('gives the rows of all row groups in order, each as a line', async () => {
    expect(await rowsOf(groups)).toEqual(texts.map((text, id) => ({ id, text })));
  });

  it('keeps the order of the columns', async () => {
    const columnData = ['z', 'a', '1'].map((name) => ({ name: `c${name}`, data: [name] }));
    const transport = openTransport(await folderOf({ a: new Uint8Array(parquetWriteBuffer({ columnData })) }));
    const bytes = await joined(parquetLines(transport, { path: 'a' }, { signal }));
    expect(String(bytes)).toBe('{"cz":"z","ca":"a","c1":"1"}\n');
  });

  it('gives integers as numbers where a number holds them, else as strings', async () => {
    const max = BigInt(Number.MAX_SAFE_INTEGER);
    const data = [0n, -5n, max, -max, max + 1n, -max - 1n, 2n ** 63n - 1n];
    expect(await rowsOf(parquetWriteBuffer({ columnData: [{ name: 'n', data, type: 'INT64' }] }))).toEqual([
      { n: 0 },
      { n: -5 },
      { n: Number.MAX_SAFE_INTEGER },
      { n: -Number.MAX_SAFE_INTEGER },
      { n: '9007199254740992' },
      { n: '-9007199254740992' },
      { n: '9223372036854775807' },
    ]);
  });

  it('gives times in ISO 8601', async () => {
    const data = [new Date(Date.UTC(2025, 5, 1, 12, 30)), new Date(0)];
    expect(await rowsOf(parquetWriteBuffer({ columnData: [{ name: 'at', data, type: 'TIMESTAMP' }] }))).toEqual([
      { at: '2025-06-01T12:30:00.000Z' },
      { at: '1970-01-01T00:00:00.000Z' },
    ]);
  });

  it('gives missing values as null', async () => {
    const columnData = [
      { name: 'text', data: ['あ', null, undefined, ''] },
      { name: 'score', data: [null, 0.5, 1, null], nullable: true },
    ];
    expect(await rowsOf(parquetWriteBuffer({ columnData }))).toEqual([
      { text: 'あ', score: null },
      { text: null, score: 0.5 },
      { text: null, score: 1 },
      { text: '', score: null },
    ]);
  });

  it('gives truth values and nested values as JSON has them', async () => {
    const columnData = [
      { name: 'kept', data: [true, false] },
      { name: 'meta', data: [{ tags: ['a', 'b'], page: { id: 3 } }, { tags: [] }], type: 'JSON' as const },
    ];
    expect(await rowsOf(parquetWriteBuffer({ columnData }))).toEqual([
      { kept: true, meta: { tags: ['a', 'b'], page: { id: 3 } } },
      { kept: false, meta: { tags: [] } },
    ]);
  });

  it('gives bytes that are no text as base64', async () => {
    const schema: SchemaElement[] = [
      { name: 'root', num_children: 1 },
      { name: 'hash', type: 'FIXED_LEN_BYTE_ARRAY', type_length: 4, repetition_type: 'REQUIRED' },
    ];
    const data = [Uint8Array.of(0, 1, 254, 255), Uint8Array.of(65, 66, 67, 68)];
    expect(await rowsOf(parquetWriteBuffer({ schema, columnData: [{ name: 'hash', data }] }))).toEqual([
      { hash: 'AAH+/w==' },
      { hash: 'QUJDRA==' },
    ]);
  });

  it('gives text of any length and with any character as JSON.stringify does, byte for byte', async () => {
    const controls = String.fromCharCode(...Array.from({ length: 130 }, (_, code) => code));
    const data = [
      '',
      null,
      controls,
      '"'.repeat(70_000),
      `清流\n`.repeat(200_000),
      '\u2028𠮷',
      null,
      'a'.repeat(65_537),
    ];
    const columnData = [{ name: '本文"\\', data, type: 'STRING' as const }];
    const transport = openTransport(await folderOf({ a: new Uint8Array(parquetWriteBuffer({ columnData })) }));
    const bytes = await joined(parquetLines(transport, { path: 'a' }, { signal }));
    expect(String(bytes) === data.map((text) => `${JSON.stringify({ '本文"\\': text })}\n`).join('')).toBe(true);
  });

  it('gives long nested values and long text side by side, in slices of at most 1 MiB', async () => {
    const rows = ['清流'.repeat(200_000), '😀'.repeat(300_000), 'a', `a${'😀'.repeat(300_000)}`].map((long) => ({
      meta: { long },
      text: long,
      n: 1,
    }));
    const columnData = [
      { name: 'meta', data: rows.map(({ meta }) => meta), type: 'JSON' as const },
      { name: 'text', data: rows.map(({ text }) => text), type: 'STRING' as const },
      { name: 'n', data: rows.map(({ n }) => n), type: 'INT32' as const },
    ];
    const transport = openTransport(await folderOf({ a: new Uint8Array(parquetWriteBuffer({ columnData })) }));
    let largest = 0;
    const parts: Buffer[] = [];
    for await (const slice of parquetLines(transport, { path: 'a' }, { signal })) {
      largest = Math.max(largest, slice.length);
      parts.push(Buffer.from(slice));
    }
    expect(Buffer.concat(parts).toString() === rows.map((row) => `${JSON.stringify(row)}\n`).join('')).toBe(true);
    expect(largest).toBeLessThanOrEqual(1024 * 1024);
  });

  it('gives what is no UTF-8 in a column of text with U+FFFD', async () => {
    const schema: SchemaElement[] = [
      { name: 'root', num_children: 1 },
      { name: 't', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' },
    ];
    const data = [Buffer.from('清'), Buffer.of(0xff, 0x41, 0xe6, 0xb8), Buffer.of(0xed, 0xa0, 0x80)];
    const written = parquetWriteBuffer({ columnData: [{ name: 't', data }], schema });
    expect(await rowsOf(written)).toEqual([{ t: '清' }, { t: '\ufffdA\ufffd' }, { t: '\ufffd\ufffd\ufffd' }]);
  });

  it('gives all slices in the same memory, each of which stays as it is until the next is asked for', async () => {
    const data = Array.from({ length: 3000 }, (_, row) => noise(400, row).toString('hex'));
    const columnData = [{ name: 't', data, type: 'STRING' as const }];
    const buffer = parquetWriteBuffer({ columnData, rowGroupSize: 1000 });
    const transport = openTransport(await folderOf({ a: new Uint8Array(buffer) }));
    const memory = new Set<ArrayBufferLike>();
    let text = '';
    for await (const slice of parquetLines(transport, { path: 'a' }, { signal })) {
      memory.add(slice.buffer);
      await nextTurn();
      text += Buffer.from(slice).toString();
    }
    expect(text === data.map((t) => `{"t":"${t}"}\n`).join('')).toBe(true);
    expect(memory.size).toBe(1);
  });

  it('gives nothing of a file without rows', async () => {
    expect(await rowsOf(parquetWriteBuffer({ columnData: [{ name: 'text', data: [], type: 'STRING' }] }))).toEqual([]);
  });

  it.each([
    ['with', true],
    ['without', false],
  ])('gives all rows of a big row group, %s a page index, and reads its bytes once', async (_, offsetIndex) => {
    const data = Array.from({ length: 4500 }, (_, i) => `${i} `.repeat(2000));
    const file = parquetWriteBuffer({ columnData: [{ name: 'text', data, type: 'STRING', offsetIndex }] });
    const transport = openTransport(await folderOf({ a: new Uint8Array(file) }));
    let at = 0;
    let rest = '';
    let input = 0;
    const onInput = (bytes: number): void => {
      input += bytes;
    };
    for await (const chunk of parquetLines(transport, { path: 'a' }, { signal, onInput })) {
      const lines = `${rest}${Buffer.from(chunk)}`.split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) if (line !== JSON.stringify({ text: data[at++] })) throw new Error(`row ${at - 1}`);
    }
    expect([at, rest]).toEqual([4500, '']);
    // Up to 512 KiB come with the footer, and pages that two slices share are read twice.
    expect(input).toBeLessThan(1.3 * file.byteLength + 512 * 1024);
  });
});

describe('files of other writers', () => {
  const folder = fileURLToPath(new URL('../fixtures/parquet/', import.meta.url));
  // What make.py beside them writes.
  const rows = Array.from({ length: 700 }, (_, i) => ({
    id: i,
    text: i % 7 === 0 ? null : `第${i}の文書。`.repeat(i % 9),
    tags: i % 13 === 0 ? null : Array.from({ length: i % 4 }, (_, k) => (k === 2 ? null : `t${k}`)),
    page: i % 5 === 0 ? null : { number: i, open: i % 2 === 0 },
  }));
  const flat = rows.map(({ id, text }) => ({ id, text }));

  it.each([
    ['arrow-v1', rows],
    ['arrow-v2', rows],
    ['arrow-deltas', flat],
    ['arrow-lengths', flat],
    ['polars', rows],
    ['duckdb', rows],
  ])('%s gives its rows', async (name, expected) => {
    const bytes = await joined(parquetLines(openTransport(folder), { path: `${name}.parquet` }, { signal }));
    expect(linesOf(bytes)).toEqual(expected);
  });

  it.each(['arrow-v1', 'polars'])(
    '%s gives the rest of its rows from the start of every row group on',
    async (name) => {
      const points: SeekPoint[] = [];
      const read = async (from?: SeekPoint): Promise<Buffer> => {
        const options = { signal, from, onPoint: (point: SeekPoint) => void points.push(point) };
        return joined(parquetLines(openTransport(folder), { path: `${name}.parquet` }, options));
      };
      const whole = await read();
      expect(points.map(({ detail }) => detail)).toEqual([{ group: 1 }, { group: 2 }]);
      for (const point of points.slice()) {
        const rest = await read(point);
        expect(rest.equals(whole.subarray(point.decoded))).toBe(true);
        expect(linesOf(rest).length % 100).toBe(0);
      }
    },
  );

  it('gives only the columns that are asked for', async () => {
    const shard = { path: 'arrow-v1.parquet', columns: ['text', 'id', 'none'] };
    expect(linesOf(await joined(parquetLines(openTransport(folder), shard, { signal })))).toEqual(flat);
  });
});

describe('a damaged Parquet file', () => {
  const whole = Buffer.from(groups);
  const read = async (bytes: Uint8Array) =>
    untilError(parquetLines(openTransport(await folderOf({ a: bytes })), { path: 'a' }, { signal }));

  it.each([
    ['is empty', Buffer.alloc(0)],
    ['is no Parquet', Buffer.from('<html>404 not found</html>')],
    ['is cut off', whole.subarray(0, whole.length - 100)],
    ['has lost its start', whole.subarray(whole.length >> 1)],
    ['is noise', noise(5000)],
    ['has a footer of noise', Buffer.concat([noise(500), Buffer.from([200, 0, 0, 0]), Buffer.from('PAR1')])],
  ])('that %s is a DecodeError', async (_, bytes) => {
    expect((await read(bytes)).error).toMatchObject({ name: 'DecodeError', code: 'decode.corrupt' });
  });

  it('gives the row groups before the damage, the same each time, then a DecodeError', async () => {
    const intact = (await read(whole)).bytes;
    const damaged = Buffer.from(whole);
    // The second row group's pages: the first three groups have the same size but for their numbers.
    damaged.fill(0xff, Math.floor(whole.length * 0.4), Math.floor(whole.length * 0.45));
    const { bytes, error } = await read(damaged);
    expect(error).toMatchObject({ name: 'DecodeError', code: 'decode.corrupt' });
    expect(linesOf(bytes)).toHaveLength(300);
    expect(bytes.equals(intact.subarray(0, bytes.length))).toBe(true);
    expect((await read(damaged)).bytes.equals(bytes)).toBe(true);
  });
});

describe('reading Parquet over HTTP', () => {
  // Bigger than the 512 KiB that are fetched for the footer; what noise spells does not compress.
  const data = Array.from({ length: 400 }, (_, i) => noise(4000, i).toString('base64'));
  const file = parquetWriteBuffer({ columnData: [{ name: 'text', data, type: 'STRING' }], rowGroupSize: 100 });
  const shard = { path: 'ja/0.parquet' };
  const sized = { ...shard, size: file.byteLength };
  let folder: string;
  let mirror: Mirror;
  beforeAll(async () => {
    folder = await folderOf({ [shard.path]: new Uint8Array(file) });
    mirror = await startMirror(folder);
  });
  afterAll(() => mirror.close());

  const open = (): Transport => openTransport(mirror.base, noWaiting());
  /** Lengths of the ranges asked for since `before` requests; a request for all of the file counts as infinite. */
  const asked = (before: number): number[] =>
    mirror.requests.slice(before).map(({ headers }) => {
      const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '') ?? [];
      return first === undefined || last === undefined ? Infinity : Number(last) - Number(first) + 1;
    });

  it('fetches only ranges, and gives the bytes that the folder gives', async () => {
    const before = mirror.requests.length;
    const bytes = await joined(parquetLines(open(), shard, { signal }));
    expect(linesOf(bytes)).toEqual(data.map((text) => ({ text })));
    expect(bytes.equals(await joined(parquetLines(openTransport(folder), shard, { signal })))).toBe(true);
    expect(Math.max(...asked(before))).toBeLessThan(file.byteLength / 2);
  });

  it('hears of every byte that it asks for', async () => {
    const before = mirror.requests.length;
    let input = 0;
    const onInput = (bytes: number): void => {
      input += bytes;
    };
    await joined(parquetLines(open(), sized, { signal, onInput }));
    expect(input).toBe(asked(before).reduce((sum, length) => sum + length, 0));
  });

  it('asks for the size only when the listing did not give it', async () => {
    let sizes = 0;
    const transport = open();
    const counting: Transport = {
      ...transport,
      size: (path) => {
        sizes++;
        return transport.size(path);
      },
    };
    await joined(parquetLines(counting, sized, { signal }));
    expect(sizes).toBe(0);
    await joined(parquetLines(counting, shard, { signal }));
    expect(sizes).toBe(1);
  });

  it('fetches no bytes of columns that nobody wants', async () => {
    const images = Array.from({ length: 400 }, (_, i) => noise(30_000, i).toString('base64'));
    const wide = parquetWriteBuffer({
      columnData: [
        { name: 'image', data: images, type: 'STRING' },
        { name: 'text', data, type: 'STRING' },
      ],
      rowGroupSize: 100,
    });
    const base = await startMirror(await folderOf({ a: new Uint8Array(wide) }));
    try {
      const shard = { path: 'a', size: wide.byteLength, columns: ['text'] };
      let input = 0;
      const onInput = (bytes: number): void => {
        input += bytes;
      };
      const transport = openTransport(base.base, noWaiting());
      expect(linesOf(await joined(parquetLines(transport, shard, { signal, onInput })))).toHaveLength(400);
      expect(input).toBeLessThan(1.1 * file.byteLength + 64 * 1024);
      expect(wide.byteLength).toBeGreaterThan(5 * file.byteLength);
    } finally {
      await base.close();
    }
  });

  it('fetches a row group only when its rows are asked for', async () => {
    const before = mirror.requests.length;
    const rows = parquetLines(open(), sized, { signal });
    await rows.next();
    const fetched = asked(before).reduce((sum, length) => sum + length, 0);
    expect(fetched).toBeLessThan(512 * 1024 + file.byteLength / 3);
    await rows.return(undefined);
    expect(asked(before).reduce((sum, length) => sum + length, 0)).toBe(fetched);
  });

  it('says that a file is missing as the transport says it, not as damage', async () => {
    for (const size of [{}, { size: 1000 }]) {
      const work = joined(parquetLines(open(), { path: 'ja/none.parquet', ...size }, { signal }));
      expect(await failureOf(work)).toMatchObject({ name: 'SourceError', code: 'fetch.not_found' });
    }
  });

  it('ends with the reason when the run is stopped', async () => {
    const stopped = AbortSignal.abort(new Error('stopped'));
    await expect(joined(parquetLines(open(), shard, { signal: stopped }))).rejects.toThrow('stopped');
  });
});
