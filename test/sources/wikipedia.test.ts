// Wikipedia's three editions: their shards, from a folder and over HTTP alike.
import { afterAll, describe, expect, it } from 'vitest';
import { readShard } from '../../src/sources/read.ts';
import { wikipedia } from '../../src/sources/wikipedia.ts';
import { startMirror } from '../helpers/mirror-server.ts';
import { contextOf, failureOf, folderOf, joined, shardsOf } from '../helpers/transports.ts';

const HUB = 'datasets/wikimedia/wikipedia/resolve';
const part = (number: number): string => `train-${String(number).padStart(5, '0')}-of-00011.parquet`;
const INDEX = 'other/cirrus_search_index/20251103/index_name=jawiki_content';
const searchIndex = (number: number): string =>
  `${INDEX}/jawiki_content-20251103-${String(number).padStart(5, '0')}.json.bz2`;
const folder = await folderOf(
  Object.fromEntries(
    [
      'jawiki/20250601/jawiki-20250601-pages-articles-multistream.xml.bz2',
      'jawiki/20250601/jawiki-20250601-pages-articles-multistream-index.txt.bz2',
      'other/cirrussearch/20250602/jawiki-20250602-cirrussearch-content.json.gz',
      ...Array.from({ length: 12 }, (_, number) => searchIndex(number)),
      `${INDEX}/_SUCCESS`,
      ...Array.from({ length: 11 }, (_, number) => `${HUB}/main/20231101.ja/${part(number)}`),
      `${HUB}/main/20231101.ja/README.md`,
      `${HUB}/main/20231101.zh-min-nan/train-00000-of-00001.parquet`,
      `${HUB}/b04c8d1/20220301.ja/train-00000-of-00001.parquet`,
    ].map((path) => [path, '']),
  ),
);
const hub = await startMirror(folder, { pageSize: 4 });
const listing = await startMirror(folder, { hub: false });
afterAll(async () => {
  await hub.close();
  await listing.close();
});

const open = (options: object, language = 'ja') =>
  wikipedia.create(wikipedia.options.parse(options), contextOf({ language }));

describe.each([
  ['a folder', folder],
  ['the hub', hub.base],
  ['a server that lists its folders', listing.base],
])('from %s, Wikipedia', (_, mirror) => {
  const list = (options: object, language?: string) => shardsOf(open({ ...options, mirror }, language));

  it('is the day’s dump of all articles', async () => {
    expect(await list({ date: '20250601' })).toEqual([
      {
        id: 'jawiki-20250601-pages-articles-multistream.xml.bz2',
        path: 'jawiki/20250601/jawiki-20250601-pages-articles-multistream.xml.bz2',
        codec: 'bz2',
        format: 'mediawiki-xml',
        fields: { text: 'text', wikitext: { language: 'ja', headings: 'keep', templates: {} } },
      },
    ]);
  });

  it('is the search index of the day, in its parts by number', async () => {
    const shards = await list({ date: 20251103, edition: 'cirrus' });
    expect(shards.map(({ path }) => path)).toEqual(Array.from({ length: 12 }, (_each, number) => searchIndex(number)));
    for (const shard of shards)
      expect(shard).toMatchObject({ codec: 'bz2', format: 'cirrus', fields: { text: 'text' } });
  });

  it('is the search index of the day in one file, as it was published before', async () => {
    expect(await list({ date: '20250602', edition: 'cirrus' })).toEqual([
      {
        id: 'jawiki-20250602-cirrussearch-content.json.gz',
        path: 'other/cirrussearch/20250602/jawiki-20250602-cirrussearch-content.json.gz',
        codec: 'gzip',
        format: 'cirrus',
        fields: { text: 'text' },
      },
    ]);
  });

  it('is the hub’s Parquet files by number, the last snapshot unless told otherwise', async () => {
    const shards = await list({ edition: 'hub' });
    expect(shards.map(({ id }) => id)).toEqual(Array.from({ length: 11 }, (_each, number) => part(number)));
    for (const shard of shards)
      expect(shard).toMatchObject({
        path: `${HUB}/main/20231101.ja/${shard.id}`,
        codec: 'none',
        format: 'parquet',
        fields: { text: 'text', url: 'url' },
      });
    expect(await list({ edition: 'hub', date: 20220301, revision: 'b04c8d1' })).toMatchObject([
      { path: `${HUB}/b04c8d1/20220301.ja/train-00000-of-00001.parquet` },
    ]);
  });

  it('says that the hub has no such language or day, and where it looked', async () => {
    for (const given of [{ language: 'xx' }, { date: '19990101' }]) {
      const error = await failureOf(list({ edition: 'hub', ...given }));
      expect(error).toMatchObject({ name: 'SourceError', exitCode: 3 });
      expect(error.message).toContain(given.language ?? given.date);
      expect(error.fix).toBeTruthy();
    }
  });

  it.each([
    { date: '20250601', language: 'xx' },
    { date: '19990101' },
    { date: '20250602', edition: 'cirrus', language: 'xx' },
  ])('says, once it is read, that there is no such dump (%o)', async (options) => {
    const source = open({ ...options, mirror });
    const [shard] = await shardsOf(source);
    if (shard === undefined) throw new Error('no shard');
    const signal = new AbortController().signal;
    const error = await failureOf(joined(readShard(source.transport, shard, { signal })));
    expect(error).toMatchObject({ name: 'SourceError', code: 'fetch.not_found', exitCode: 3 });
    expect(error.message).toContain(shard.path);
  });

  it('reads another language than the pipeline’s when told to', async () => {
    expect(await list({ edition: 'hub', language: 'zh-min-nan' })).toHaveLength(1);
    expect(await list({ date: '20250601', language: 'zh-min-nan' })).toMatchObject([
      { path: 'zh_min_nanwiki/20250601/zh_min_nanwiki-20250601-pages-articles-multistream.xml.bz2' },
    ]);
    expect(await list({ date: '20250601' }, 'nb')).toMatchObject([{ path: expect.stringMatching(/^nowiki\//) }]);
  });
});

const NAME = 'jawiki-20250601-pages-articles-multistream.xml.bz2';
const withStatus = (status: string): Promise<string> =>
  folderOf({
    'jawiki/20250601/dumpstatus.json': JSON.stringify({
      version: '0.8',
      jobs: {
        xmlstubsdump: { status: 'done', updated: '2025-06-01 10:37:39', files: {} },
        articlesmultistreamdump: {
          status,
          updated: '2025-06-03 11:10:35',
          files: { [NAME]: { size: 4_215_000_000, md5: 'x' } },
        },
      },
    }),
  });

describe('Wikipedia', () => {
  it('has the size that the state of the dump tells, where it stands beside it', async () => {
    await using server = await startMirror(await withStatus('done'));
    expect(await shardsOf(open({ date: '20250601', mirror: server.base }))).toMatchObject([{ size: 4_215_000_000 }]);
    const odd = await folderOf({ 'jawiki/20250601/dumpstatus.json': '{"jobs": 3' });
    expect((await shardsOf(open({ date: '20250601', mirror: odd })))[0]?.size).toBeUndefined();
  });

  it.each(['in-progress', 'waiting', 'failed'])('is not read from a dump that is %s', async (status) => {
    const error = await failureOf(shardsOf(open({ date: '20250601', mirror: await withStatus(status) })));
    expect(error).toMatchObject({ name: 'SourceError', code: 'source.unfinished', exitCode: 3 });
    expect(error.message).toContain(status);
  });

  it('is not read from a search index that is not finished or lacks a part', async () => {
    const unfinished = await folderOf({ [searchIndex(0)]: '', [searchIndex(1)]: '' });
    expect(await failureOf(shardsOf(open({ date: '20251103', edition: 'cirrus', mirror: unfinished })))).toMatchObject({
      code: 'source.unfinished',
      fix: expect.stringContaining('_SUCCESS'),
    });
    const gap = await folderOf({ [searchIndex(0)]: '', [searchIndex(2)]: '', [`${INDEX}/_SUCCESS`]: '' });
    const error = await failureOf(shardsOf(open({ date: '20251103', edition: 'cirrus', mirror: gap })));
    expect(error).toMatchObject({ code: 'source.shard_missing', message: expect.stringContaining('Part 1') });
  });

  it('comes from the place of its edition unless a mirror is given', () => {
    const base = (options: object): string => open(options).transport.base;
    expect(base({ date: '20250601' })).toBe('https://dumps.wikimedia.org/');
    expect(base({ date: '20250601', edition: 'cirrus' })).toBe('https://dumps.wikimedia.org/');
    expect(base({ edition: 'hub' })).toBe('https://huggingface.co/');
  });

  it('takes the day as YAML reads it, a number, too', async () => {
    const list = (date: string | number) => shardsOf(open({ date, mirror: folder }));
    expect(await list(20250601)).toEqual(await list('20250601'));
  });

  it('says which headings and templates are text, and what is wrong with a pattern', async () => {
    const templates = { 読み: '{1}[（{2}）]' };
    expect(await shardsOf(open({ date: 20250601, headings: 'drop', templates, mirror: folder }))).toMatchObject([
      { fields: { wikitext: { headings: 'drop', templates } } },
    ]);
    const wrong = wikipedia.options.safeParse({ date: 20250601, templates: { 読み: '{1}[（{2}）' } });
    expect(wrong.error?.issues).toMatchObject([
      { path: ['templates', '読み'], message: expect.stringContaining('"["') },
    ]);
  });

  it.each(['latest', '2025-06-01', '2025061', 2025061, 20250601.5, true])('refuses %j as a day', (date) => {
    expect(wikipedia.options.safeParse({ date }).error?.issues).toMatchObject([
      { path: ['date'], message: expect.stringContaining('such as 20250601') },
    ]);
  });

  it.each([{}, { edition: 'cirrus' }])('asks for the day of a dump (%o)', (options) => {
    expect(wikipedia.options.safeParse(options).error?.issues).toMatchObject([
      { path: ['date'], message: expect.stringContaining('https://dumps.wikimedia.org/') },
    ]);
  });
});
