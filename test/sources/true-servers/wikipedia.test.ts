// Wikipedia's three editions, read to the documents from servers that answer as the real ones do.
import { describe, expect, it } from 'vitest';
import { gzip, loadBzip2 } from '../../../scripts/sample/codecs.ts';
import { failureOf, shardsOf } from '../../helpers/transports.ts';
import { startHub } from '../../helpers/true-servers/hub.ts';
import { dumpFolder, startDumps } from '../../helpers/true-servers/plain-hosts.ts';
import type { Files } from '../../helpers/true-servers/server.ts';
import { documentsOf, lines, open, parquet } from './documents-of.ts';

const bzip2 = await loadBzip2();

const page = (title: string, text: string): string =>
  `  <page>\n    <title>${title}</title>\n    <ns>0</ns>\n    <id>5</id>\n    <revision><id>7</id><timestamp>2025-05-30T00:00:00Z</timestamp><model>wikitext</model><text>${text}</text></revision>\n  </page>\n`;
const multistream = Buffer.concat([
  bzip2(Buffer.from('<mediawiki xml:lang="ja">\n  <siteinfo><sitename>Wikipedia</sitename></siteinfo>\n')),
  bzip2(Buffer.from(page('駅', "'''駅'''は停車場。") + page('港', '[[港]]は海の駅。'))),
  bzip2(Buffer.from(page('橋', '橋は川を渡る。'))),
  bzip2(Buffer.from('</mediawiki>')),
]);
const dumpName = 'jawiki-20250601-pages-articles-multistream.xml.bz2';
const dumps = {
  ...dumpFolder('jawiki', '20250601', {
    [dumpName]: multistream,
    'jawiki-20250601-pages-articles-multistream-index.txt.bz2': bzip2(Buffer.from('120:5:駅\n')),
  }),
  ...dumpFolder('jawiki', '20250620', { 'jawiki-20250620-pages-articles-multistream.xml.bz2': '' }, 'in-progress'),
};
const action = { index: { _type: '_doc', _id: '5' } };
const searched = (title: string): object => ({
  title,
  namespace: 0,
  text: `${title}の文。`,
  page_id: 5,
  wiki: 'jawiki',
});
const searchIndex: Files = {
  ...Object.fromEntries(
    ['駅', '港', '橋'].map((title, part) => [
      `other/cirrus_search_index/20251103/index_name=jawiki_content/jawiki_content-20251103-0000${part}.json.bz2`,
      bzip2(lines(action, searched(title))),
    ]),
  ),
  'other/cirrus_search_index/20251103/index_name=jawiki_content/_SUCCESS': '',
  'other/cirrus_search_index/20251103/index_name=enwiki_content/enwiki_content-20251103-00000.json.bz2': '',
  'other/cirrussearch/20250602/jawiki-20250602-cirrussearch-content.json.gz': gzip(lines(action, searched('川'))),
};

describe('Wikipedia on the dump server', () => {
  it('is the articles of the day’s dump, as a person reads them', async () => {
    await using server = await startDumps(dumps);
    const source = open('wikipedia', { date: '20250601', mirror: server.base });
    expect(await shardsOf(source)).toMatchObject([{ id: dumpName, size: multistream.length }]);
    expect((await documentsOf(source)).texts).toEqual(['駅は停車場。', '港は海の駅。', '橋は川を渡る。']);
  });

  it('is not read from a dump that is still being written', async () => {
    await using server = await startDumps(dumps);
    const error = await failureOf(documentsOf(open('wikipedia', { date: '20250620', mirror: server.base })));
    expect(error).toMatchObject({ code: 'source.unfinished', message: expect.stringContaining('in-progress') });
  });

  it.each([
    ['20251103', ['駅\n駅の文。', '港\n港の文。', '橋\n橋の文。']],
    ['20250602', ['川\n川の文。']],
  ])('is the search index of %s, new or old', async (date, texts) => {
    await using server = await startDumps(searchIndex);
    const read = await documentsOf(open('wikipedia', { edition: 'cirrus', date, mirror: server.base }));
    expect(read).toMatchObject({ texts, rejects: [] });
  });

  it('names the path that is not there', async () => {
    await using server = await startDumps(dumps);
    const error = await failureOf(documentsOf(open('wikipedia', { date: '20250505', mirror: server.base })));
    expect(error).toMatchObject({ code: 'fetch.not_found' });
    expect(error.message).toContain('jawiki/20250505/jawiki-20250505-pages-articles-multistream.xml.bz2');
  });
});

describe('Wikipedia on the hub', () => {
  it('is the text column of its Parquet files, with the page’s address', async () => {
    const files = {
      '20231101.ja/train-00000-of-00002.parquet': parquet(['駅', '港']),
      '20231101.ja/train-00001-of-00002.parquet': parquet(['橋']),
    };
    await using hub = await startHub({ datasets: { 'wikimedia/wikipedia': { revisions: { main: files } } } });
    const read = await documentsOf(open('wikipedia', { edition: 'hub', mirror: hub.base }));
    expect(read.texts).toEqual(['駅', '港', '橋']);
    expect(read.urls[0]).toBe('https://ja.wikipedia.org/wiki/0');
  });
});
