// Reading the small files that describe a corpus.
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { compress } from 'zstd-napi';
import type { CodecName, Transport } from '../../../src/pipeline/define.ts';
import { openTransport } from '../../../src/sources/fetch/index.ts';
import { textOf } from '../../../src/sources/published/small-file.ts';
import { failureOf, folderOf } from '../../helpers/transports.ts';

const text = Array.from({ length: 90_000 }, (_, line) => `crawl-data/segments/${line}/清流.warc.wet.gz\n`).join('');
const bytes = Buffer.from(text);

async function opened(): Promise<Transport> {
  return openTransport(await folderOf({ plain: bytes, gzip: gzipSync(bytes), zstd: compress(bytes) }));
}

describe('a small file beside a corpus', () => {
  it.each<[string, CodecName]>([
    ['plain', 'none'],
    ['gzip', 'gzip'],
    ['zstd', 'zstd'],
  ])('is read whole, also when the decoder gives it in one buffer over and over: %s', async (path, codec) => {
    expect((await textOf(await opened(), path, codec)) === text).toBe(true);
  });

  it('need not be there', async () => {
    expect(await textOf(await opened(), 'none')).toBeUndefined();
  });

  it('is an error when it is no small file', async () => {
    const huge = openTransport(await folderOf({ huge: Buffer.alloc(65 * 2 ** 20) }));
    expect((await failureOf(textOf(huge, 'huge'))).code).toBe('source.list');
  });
});
