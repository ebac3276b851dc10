// Inputs made to exhaust whoever reads them: each ends as one quarantine entry, in flat memory, with a small heap.
import { mkdir, open, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { constants, gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadBzip2, xz, zstd } from '../../scripts/sample/codecs.ts';
import { cli, recordOf, temporaryFolder } from '../helpers/cli.ts';
import { dataPage, lies, parquetWith } from '../helpers/parquet-lies.ts';

/** Megabytes of JavaScript heap that the process may have. */
const HEAP = 64;
/** Bytes that a bomb may add to the memory of a run over one small file: buffers, a block, its decoder's window. */
const ALLOWED = 96 * 2 ** 20;
const GIB = 2 ** 30;

let cwd: string;
let ordinary: number;

const pipeline = (glob: string): string => `name: bombs
language: ja
sources:
  - files: { glob: "${glob}" }
filters: [normalize]
dedup: { exact: true }
disk: { budget: 200MB, reserve: 0 }
sinks: [text]
`;

interface Entry {
  readonly shard: string;
  readonly reason: string;
  readonly detail: string;
}

/** Runs over a folder's files in a process with a small heap. */
async function run(folder: string): Promise<{ entries: Entry[]; kept: number; peak: number }> {
  await writeFile(join(cwd, `${folder}.yaml`), pipeline(`${folder}/*`));
  const { code, stderr } = await cli(['run', `${folder}.yaml`, '--out', `out-${folder}`, '--workers', '1', '--fresh'], {
    cwd,
    env: { NODE_OPTIONS: `--max-old-space-size=${HEAP}` },
  });
  expect(code, stderr).toBe(0);
  const out = join(cwd, `out-${folder}`);
  const { documents, memory } = await recordOf(out);
  const text = await readFile(join(out, 'quarantine.jsonl'), 'utf8').catch(() => '');
  const lines = text.split('\n').filter((line) => line !== '');
  return { entries: lines.map((line): Entry => JSON.parse(line)), kept: documents.kept, peak: memory.peak };
}

async function folderWith(name: string, files: Readonly<Record<string, Uint8Array>>): Promise<string> {
  await mkdir(join(cwd, name));
  for (const [path, bytes] of Object.entries(files)) await writeFile(join(cwd, name, path), bytes);
  return name;
}

const line = `${JSON.stringify({ text: '清流は川の名前である。' })}\n`;

beforeAll(async () => {
  cwd = await temporaryFolder();
  const { peak, kept } = await run(
    await folderWith('ordinary', { 'a.jsonl.gz': gzipSync(line), 'a.parquet': parquetWith() }),
  );
  // The Parquet file's text is another one.
  expect(kept).toBe(2);
  ordinary = peak;
});

describe('a run with a small heap', () => {
  it('takes a gzip bomb of 10 GB as one loss', async () => {
    // Ten megabytes: 160 members of 64 MiB of zeros.
    const member = gzipSync(Buffer.alloc(64 * 2 ** 20), { level: constants.Z_BEST_COMPRESSION });
    const bomb = Buffer.concat([gzipSync(line), ...Array.from({ length: 160 }, () => member)]);
    const { entries, kept, peak } = await run(await folderWith('gzip', { 'bomb.jsonl.gz': bomb }));
    expect(kept).toBe(1);
    expect(entries).toMatchObject([
      { shard: 'gzip/bomb.jsonl.gz', reason: 'shard.corrupt', detail: expect.stringContaining('256 times its size') },
    ]);
    expect(peak - ordinary).toBeLessThan(ALLOWED);
  });

  it('takes bombs of every other codec as one loss each', async () => {
    const zeros = Buffer.alloc(64 * 2 ** 20);
    const bz2 = await loadBzip2();
    const many = (bytes: Buffer, count: number): Buffer => Buffer.concat(Array.from({ length: count }, () => bytes));
    const files = {
      'bomb.jsonl.xz': many(xz(zeros), 20),
      'bomb.jsonl.zst': many(zstd(zeros), 100),
      'bomb.jsonl.bz2': many(bz2(zeros.subarray(0, 32 * 2 ** 20)), 40),
    };
    const { entries, peak } = await run(await folderWith('others', files));
    expect(entries.map(({ shard, reason }) => [shard, reason]).sort()).toEqual(
      Object.keys(files)
        .map((path) => [`others/${path}`, 'shard.corrupt'])
        .sort(),
    );
    for (const { detail } of entries) expect(detail).toContain('256 times its size');
    // Three shards are open at once, and xz decodes blocks of 32 MiB ahead.
    expect(peak - ordinary).toBeLessThan(3 * ALLOWED);
  });

  it('takes a line without end as one loss', async () => {
    await folderWith('endless', { 'a.jsonl': Buffer.from(line) });
    // A hole of half a GiB in the file: zeros that no disk holds.
    const path = join(cwd, 'endless/a.jsonl');
    await truncate(path, GIB / 2);
    const file = await open(path, 'a');
    await file.write(`\n${line.replace('清', '濁')}`);
    await file.close();
    const { entries, kept, peak } = await run('endless');
    expect(kept).toBe(2);
    expect(entries).toMatchObject([{ reason: 'record.too_long', detail: expect.stringMatching(/has 5368\d+ bytes/) }]);
    expect(peak - ordinary).toBeLessThan(ALLOWED);
  });

  it('takes Parquet files that lie as one loss each', async () => {
    const files: Record<string, Uint8Array> = {};
    for (const [index, [file]] of Object.values(lies()).entries())
      files[`lie-${String(index).padStart(2, '0')}.parquet`] = file;
    await folderWith('parquet', files);
    // A footer of 1 GiB in a file that is long enough for it.
    const huge = join(cwd, 'parquet/lie-huge.parquet');
    await writeFile(huge, 'PAR1');
    await truncate(huge, 2 * GIB);
    const end = await open(huge, 'a');
    await end.write(Buffer.concat([Buffer.from([0, 0, 0, 0x40]), Buffer.from('PAR1')]));
    await end.close();
    const { entries, peak } = await run('parquet');
    const count = Object.keys(files).length + 1;
    expect(new Set(entries.map(({ shard }) => shard)).size).toBe(count);
    expect(entries.map(({ reason }) => reason)).toEqual(Array.from({ length: count }, () => 'shard.corrupt'));
    expect(peak - ordinary).toBeLessThan(ALLOWED);
  });

  it('reads a Parquet file many times larger than its heap', async () => {
    const text = '清流'.repeat(5000);
    const body = Buffer.concat([Buffer.alloc(4), Buffer.from(text)]);
    body.writeUInt32LE(body.length - 4);
    const values = 32;
    const page = dataPage({ values, body: Buffer.concat(Array.from({ length: values }, () => body)) });
    const pages = Buffer.concat(Array.from({ length: 400 }, () => page));
    // One row group, one column, no page index: 384 MB.
    const file = parquetWith({ pages, rows: BigInt(values * 400) });
    const { entries, kept, peak } = await run(await folderWith('large', { 'a.parquet': file }));
    expect([entries, kept]).toEqual([[], 1]);
    expect(file.length).toBeGreaterThan(5 * HEAP * 2 ** 20);
    // As over 384 MB of any other format, blocks and a worker's strings take their place; the file itself must not.
    expect(peak - ordinary).toBeLessThan(file.length / 2);
  });
});
