// Lists of files over HTTP: the hub's tree and index pages.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import { openTransport } from '../../../src/sources/fetch/index.ts';
import { type Mirror, startMirror } from '../../helpers/mirror-server.ts';
import { failureOf, folderOf, noWaiting } from '../../helpers/transports.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

async function hub(options: Parameters<typeof startMirror>[1] = {}): Promise<Mirror> {
  const names = Array.from({ length: 25 }, (_, number) => `part-${String(number).padStart(2, '0')}.gz`);
  const folder = await folderOf({
    ...Object.fromEntries(names.map((name, size) => [`datasets/o/d/resolve/main/x/${name}`, 'y'.repeat(size)])),
    'datasets/o/d/resolve/main/x/deeper/a.gz': '',
    'datasets/o/d/resolve/refs/convert/parquet/default/train/0000.parquet': '',
    'datasets/plain/resolve/main/top.gz': '',
  });
  const mirror = await startMirror(folder, options);
  closing.push(() => mirror.close());
  return mirror;
}

async function page(html: string): Promise<string> {
  const server = createServer((_, response) => response.end(html)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => server.close());
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/`;
}

describe('the hub’s tree', () => {
  test('is read over all its pages, with sizes and the sha256 that Git LFS names files by', async () => {
    const mirror = await hub({ pageSize: 10 });
    const files = await openTransport(mirror.base, noWaiting()).list('datasets/o/d/resolve/main/x');
    expect(files).toHaveLength(25);
    expect(files[13]).toEqual({
      path: 'datasets/o/d/resolve/main/x/part-13.gz',
      size: 13,
      // sha256 of thirteen y.
      checksum: { algorithm: 'sha256', value: '4240b5c3b74c17739691ffa6bc414a582de4893e4cfbebe8cb2e701097fcebf1' },
    });
    expect(mirror.requests.map(({ path }) => path)).toEqual(Array(3).fill('api/datasets/o/d/tree/main/x'));
  });

  test('gives the folders of a folder, as an index page and a folder on the disk do', async () => {
    const { base } = await hub();
    const indexed = (await hub({ hub: false })).base;
    const local = await folderOf({
      'datasets/o/d/resolve/main/x/deeper/a.gz': '',
      'datasets/o/d/resolve/main/x/b.gz': '',
    });
    for (const each of [base, indexed, local])
      expect(await openTransport(each, noWaiting()).folders('datasets/o/d/resolve/main/x')).toEqual([
        'datasets/o/d/resolve/main/x/deeper',
      ]);
  });

  test('knows datasets without an owner and revisions with slashes', async () => {
    const transport = openTransport((await hub()).base, noWaiting());
    expect(await transport.list('datasets/plain/resolve/main')).toMatchObject([
      { path: 'datasets/plain/resolve/main/top.gz', size: 0 },
    ]);
    const converted = 'datasets/o/d/resolve/refs/convert/parquet/default/train';
    expect(await transport.list(converted)).toMatchObject([{ path: `${converted}/0000.parquet`, size: 0 }]);
    expect(await transport.size(`${converted}/0000.parquet`)).toBe(0);
  });

  test('is done without on a plain mirror that lists its folders', async () => {
    const transport = openTransport((await hub({ hub: false })).base, noWaiting());
    const files = await transport.list('datasets/o/d/resolve/main/x');
    expect(files).toHaveLength(25);
    expect(files[0]?.path).toBe('datasets/o/d/resolve/main/x/part-00.gz');
  });

  test('is asked again when it fails, and an answer that is no list is an error', async () => {
    const shaky = await hub({
      misbehave: ({ earlier }) => (earlier < 2 ? { kind: 'status', status: 504 } : undefined),
    });
    expect(await openTransport(shaky.base, noWaiting()).list('datasets/o/d/resolve/main/x')).toHaveLength(25);
    const base = await page('<html>Welcome</html>');
    expect(await failureOf(openTransport(base, noWaiting()).list('datasets/o/d/resolve/main/x'))).toMatchObject({
      code: 'fetch.failed',
    });
  });

  test('is asked for again when a network answers in its place', async () => {
    const mirror = await hub({
      misbehave: ({ earlier }) => (earlier < 2 ? { kind: 'garbage', body: '<html>Please log in</html>' } : undefined),
    });
    expect(await openTransport(mirror.base, noWaiting()).list('datasets/o/d/resolve/main/x')).toHaveLength(25);
    expect(mirror.requests).toHaveLength(3);
  });

  test('that breaks in the middle is read again, not listed half', async () => {
    const shaky = await hub({ misbehave: ({ earlier }) => (earlier === 0 ? { kind: 'reset' } : undefined) });
    expect(await openTransport(shaky.base, noWaiting()).list('datasets/o/d/resolve/main/x')).toHaveLength(25);
  });
});

describe('an index page', () => {
  test('of nginx, Apache and others gives the files directly below it', async () => {
    const base = await page(`<html><body><h1>Index of /corpus/</h1><pre>
      <a href="../">../</a> <a href="?C=M;O=A">Last modified</a> <a href='single.txt'>single.txt</a>
      <A HREF="b%20c.gz">b c.gz</A> <a class=x href = "/corpus/a.gz">a.gz</a> <a href="sub/">sub/</a>
      <a href="sub/deep.gz">x</a> <a href="https://elsewhere.example/corpus/z.gz">z</a> <a href="/other/y.gz">y</a>
      <a href="r&amp;d.gz">r&d</a> <a href="a.gz">again</a> <a name="top">no link</a> <a href="%ff.gz">bad</a>`);
    expect((await openTransport(base, noWaiting()).list('corpus')).map(({ path }) => path)).toEqual([
      'corpus/%ff.gz',
      'corpus/a.gz',
      'corpus/b c.gz',
      'corpus/r&d.gz',
      'corpus/single.txt',
    ]);
    expect(await openTransport(base, noWaiting()).folders('corpus')).toEqual(['corpus/sub']);
  });

  test.each(['<a href', '<a '.repeat(300_000), `<a ${'href '.repeat(200_000)}>`, `<a href=${' '.repeat(500_000)}>`])(
    'that is strange takes time in proportion to its length',
    async (html) => {
      const base = await page(html);
      expect(await openTransport(base, noWaiting()).list('corpus')).toEqual([]);
    },
  );
});
