// A transport gives the same answers from a folder and over HTTP.
import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Transport } from '../../../src/pipeline/define.ts';
import { openTransport } from '../../../src/sources/fetch/index.ts';
import { type Mirror, startMirror } from '../../helpers/mirror-server.ts';
import { failureOf, folderOf, joined, noise, noWaiting } from '../../helpers/transports.ts';

const big = noise(3_000_000);
let folder: string;
let mirror: Mirror;

beforeAll(async () => {
  folder = await folderOf({
    'corpus/big.bin': big,
    'corpus/empty.bin': '',
    'corpus/ja.txt': 'ああ\n\nいい\n',
    'corpus/with space & 日本.txt': 'x',
    'corpus/deeper/not-listed.txt': 'y',
    'top.txt': 'z',
  });
  mirror = await startMirror(folder);
});
afterAll(() => mirror.close());

const kinds: [string, () => Transport][] = [
  ['a folder', () => openTransport(folder)],
  ['HTTP', () => openTransport(mirror.base, noWaiting())],
  ['HTTP, base without a slash', () => openTransport(mirror.base.replace(/\/$/, ''), noWaiting())],
];

describe.each(kinds)('%s', (_, open) => {
  test('gives a file’s bytes, all of them or from a byte on', async () => {
    const transport = open();
    expect(big.equals(await joined(transport.open('corpus/big.bin')))).toBe(true);
    expect(await joined(transport.open('corpus/big.bin', { start: 2_999_990 }))).toEqual(big.subarray(2_999_990));
  });

  test('gives nothing of an empty file, and nothing from beyond the end', async () => {
    const transport = open();
    expect(await joined(transport.open('corpus/empty.bin'))).toHaveLength(0);
    expect(await joined(transport.open('corpus/ja.txt', { start: 100 }))).toHaveLength(0);
  });

  test('reads names with blanks and Japanese', async () => {
    expect(String(await joined(open().open('corpus/with space & 日本.txt')))).toBe('x');
  });

  test('lists the files directly under a folder by name, without its folders', async () => {
    const names = (await open().list('corpus')).map(({ path }) => path);
    expect(names).toEqual(['corpus/big.bin', 'corpus/empty.bin', 'corpus/ja.txt', 'corpus/with space & 日本.txt']);
    expect((await open().list('')).map(({ path }) => path)).toEqual(['top.txt']);
  });

  test('knows sizes', async () => {
    expect(await open().size('corpus/big.bin')).toBe(big.length);
    expect(await open().size('corpus/empty.bin')).toBe(0);
  });

  test('gives ranges, cut at the end of the file', async () => {
    const transport = open();
    expect(Buffer.from(await transport.range('corpus/big.bin', 1000, 2000))).toEqual(big.subarray(1000, 2000));
    expect(Buffer.from(await transport.range('corpus/big.bin', big.length - 5, big.length + 5))).toEqual(
      big.subarray(-5),
    );
    expect((await transport.range('corpus/big.bin', 7, 7)).byteLength).toBe(0);
  });

  test('says which file is missing, and what to do', async () => {
    const works = [
      () => joined(open().open('corpus/gone.txt')),
      () => open().list('nowhere'),
      () => open().size('corpus/gone.txt'),
      () => open().range('corpus/gone.txt', 0, 10),
    ];
    for (const work of works) {
      const error = await failureOf(work());
      expect(error).toMatchObject({ code: 'fetch.not_found', exitCode: 3 });
      expect(error.message).toMatch(/gone\.txt|nowhere/);
      expect(error.fix).toMatch(/mirror|options/);
    }
  });

  test.each(['../secret', 'corpus/../../secret', '/etc/passwd', 'a//b', './a', 'a\\..\\b', 'a\0b'])(
    'never leaves its base: %j',
    async (path) => {
      expect(await failureOf(joined(open().open(path)))).toMatchObject({ code: 'fetch.path' });
      expect(await failureOf(open().range(path, 0, 1))).toMatchObject({ code: 'fetch.path' });
      expect(await failureOf((async () => open().list(path))())).toMatchObject({ code: 'fetch.path' });
    },
  );

  test('stops with the reason of the signal', async () => {
    const controller = new AbortController();
    const reason = new Error('the user pressed Ctrl-C');
    const reading = async (): Promise<void> => {
      for await (const _chunk of open().open('corpus/big.bin', { signal: controller.signal })) controller.abort(reason);
    };
    await expect(reading()).rejects.toBe(reason);
  });

  test('lets a reader leave early', async () => {
    for await (const chunk of open().open('corpus/big.bin')) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
  });
});

test('a folder that is not there is told from a file that is not', async () => {
  const error = await failureOf(joined(openTransport(`${dirname(folder)}/no-such-folder`).open('a.txt')));
  expect(error.message).toMatch(/The folder .*no-such-folder does not exist/);
  expect(error.code).toBe('fetch.not_found');
});

test('a file that may not be read says so', async () => {
  expect(await failureOf(joined(openTransport(folder).open('corpus')))).toMatchObject({ code: 'fetch.failed' });
});
