// Common Crawl, read to the documents from servers that answer as the real ones do.
import { describe, expect, it } from 'vitest';
import { gzip } from '../../../scripts/sample/codecs.ts';
import { failureOf, shardsOf } from '../../helpers/transports.ts';
import { startBucket, startCommonCrawl } from '../../helpers/true-servers/plain-hosts.ts';
import { wetFile } from '../../helpers/wet.ts';
import { documentsOf, open } from './documents-of.ts';

const CRAWL = 'crawl-data/CC-MAIN-2024-22';
const wetPath = (segment: string, number: number): string =>
  `${CRAWL}/segments/${segment}/wet/CC-MAIN-20240517233122-20240518023122-0000${number}.warc.wet.gz`;
const crawled = (name: string): Uint8Array =>
  wetFile([
    { url: `http://${name}.example.jp/`, text: `${name}の頁\n`, languages: 'jpn,eng' },
    { url: `http://${name}.example.com/`, text: `page of ${name}\n`, languages: 'eng' },
    { url: `http://${name}.example.org/`, text: '???\n' },
  ]);
const wetFiles = {
  [wetPath('1715971057216.39', 0)]: crawled('a0'),
  [wetPath('1715971057216.39', 1)]: crawled('a1'),
  [wetPath('1715971058752.45', 0)]: crawled('b0'),
};
const crawl = {
  ...wetFiles,
  [`${CRAWL}/wet.paths.gz`]: gzip(Buffer.from(`${Object.keys(wetFiles).reverse().join('\n')}\n`)),
};

describe('Common Crawl', () => {
  const options = { crawl: 'CC-MAIN-2024-22' };

  it.each([
    [{}, ['a0の頁\n', 'a1の頁\n', 'b0の頁\n'], { type: 3, language: 6 }],
    [{ segments: 1 }, ['b0の頁\n'], { type: 1, language: 2 }],
    [{ shards: '0' }, ['a0の頁\n', 'b0の頁\n'], { type: 2, language: 4 }],
    [{ segments: '0', shards: '1', language: 'en' }, ['page of a1\n'], { type: 1, language: 2 }],
    [{ segments: '0', shards: '1', language: 'any' }, ['a1の頁\n', 'page of a1\n', '???\n'], { type: 1 }],
  ])('is the pages of the language, with %o', async (given, texts, skipped) => {
    await using server = await startCommonCrawl(crawl);
    const read = await documentsOf(open('commoncrawl', { ...options, ...given, mirror: server.base }));
    expect(read).toMatchObject({ texts, rejects: [] });
    expect(read.skipped).toEqual(skipped);
  });

  it.each([
    [{ segments: '0-2' }, 'source.shard_missing', 'segments'],
    [{ shards: '2' }, 'source.shard_missing', 'shards'],
    [{ crawl: 'CC-MAIN-2024-23' }, 'source.empty', 'https://index.commoncrawl.org/'],
  ])('says what is not there: %o', async (given, code, fix) => {
    await using server = await startCommonCrawl(crawl);
    const error = await failureOf(shardsOf(open('commoncrawl', { ...options, ...given, mirror: server.base })));
    expect(error).toMatchObject({ name: 'SourceError', code, exitCode: 3 });
    expect(error.fix).toContain(fix);
  });

  it('says the same of a crawl that is not there when the server only says no', async () => {
    await using server = await startBucket(crawl);
    const error = await failureOf(shardsOf(open('commoncrawl', { crawl: 'CC-MAIN-2099-01', mirror: server.base })));
    expect(error).toMatchObject({
      code: 'source.empty',
      fix: expect.stringContaining('https://index.commoncrawl.org/'),
    });
  });

  it('refuses a list that names other paths than those of WET files', async () => {
    await using server = await startCommonCrawl({ [`${CRAWL}/wet.paths.gz`]: gzip(Buffer.from('../../etc/passwd\n')) });
    const error = await failureOf(shardsOf(open('commoncrawl', { ...options, mirror: server.base })));
    expect(error).toMatchObject({ code: 'source.list', message: expect.stringContaining('../../etc/passwd') });
  });
});
