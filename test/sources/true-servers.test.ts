// Every corpus read to its documents from servers that answer as the real ones do: paths, redirects, interfaces, gates.
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { gzip, loadBzip2, xz, zstd } from '../../scripts/sample/codecs.ts';
import type { JsonObject } from '../../src/pipeline/define.ts';
import { plugins } from '../../src/registry.gen.ts';
import { contextOf, failureOf, shardsOf } from '../helpers/transports.ts';
import { startHub } from '../helpers/true-servers/hub.ts';
import {
  dumpFolder,
  startBucket,
  startCommonCrawl,
  startDumps,
  startStatmt,
} from '../helpers/true-servers/plain-hosts.ts';
import { type Files, sha256 } from '../helpers/true-servers/server.ts';
import { wetFile } from '../helpers/wet.ts';
import { documentsOf } from './documents-of.ts';

const bzip2 = await loadBzip2();

function open(
  name: string,
  options: JsonObject,
  { language = 'ja', token }: { language?: string; token?: string } = {},
) {
  const plugin = plugins.find((each) => each.kind === 'source' && each.name === name);
  if (plugin?.kind !== 'source') throw new Error(`no source ${name}`);
  const env: Record<string, string> = token === undefined ? {} : { HF_TOKEN: token };
  return plugin.create(plugin.options.parse(options), contextOf({ language, env }));
}

const lines = (...records: readonly unknown[]): Buffer =>
  Buffer.from(records.map((record) => `${JSON.stringify(record)}\n`).join(''));
const parquet = (texts: readonly string[], column = 'text'): Uint8Array =>
  new Uint8Array(
    parquetWriteBuffer({
      columnData: [
        { name: 'id', data: texts.map((_, index) => String(index)), type: 'STRING' },
        { name: 'url', data: texts.map((_, index) => `https://ja.wikipedia.org/wiki/${index}`), type: 'STRING' },
        { name: column, data: [...texts], type: 'STRING' },
      ],
    }),
  );

// ------------------------------------------------------------------ mC4

const c4 = (text: string): object => ({ text, timestamp: '2020-01-24T09:12:45Z', url: `https://example.jp/${text}` });
const mc4File = (language: string, number: number, of: number): string =>
  `multilingual/c4-${language}.tfrecord-${String(number).padStart(5, '0')}-of-${String(of).padStart(5, '0')}.json.gz`;
const mc4Main: Files = {
  'README.md': '# C4',
  'en/c4-train.00000-of-01024.json.gz': gzip(lines(c4('english'))),
  ...Object.fromEntries(
    [0, 1, 2].map((part) => [mc4File('ja', part, 3), gzip(lines(c4(`日${part}a`), c4(`日${part}b`)))]),
  ),
  [mc4File('ja-validation', 0, 1)]: gzip(lines(c4('検証'))),
  [mc4File('iw', 0, 1)]: gzip(lines(c4('שלום'))),
  [mc4File('ja-Latn', 0, 1)]: gzip(lines(c4('romaji'))),
};
const mc4Datasets = {
  'allenai/c4': { revisions: { main: mc4Main, '1588ec454efa': { [mc4File('ja', 0, 1)]: gzip(lines(c4('古い'))) } } },
};

describe('mC4 on the hub', () => {
  it.each([
    [{}, 'ja', ['日0a', '日0b', '日1a', '日1b', '日2a', '日2b']],
    [{ shards: '0,2' }, 'ja', ['日0a', '日0b', '日2a', '日2b']],
    [{ shards: '1-1', of: 3 }, 'ja', ['日1a', '日1b']],
    [{ split: 'validation' }, 'ja', ['検証']],
    [{ revision: '1588ec454efa' }, 'ja', ['古い']],
    [{ language: 'ja-Latn' }, 'ja', ['romaji']],
    [{}, 'he', ['שלום']],
  ])('is read with %o in %s', async (options, language, texts) => {
    await using hub = await startHub({ datasets: mc4Datasets, pageSize: 2 });
    const read = await documentsOf(open('mc4', { ...options, mirror: hub.base }, { language }));
    expect(read.texts).toEqual(texts);
    expect(read.urls[0]).toBe(`https://example.jp/${texts[0]}`);
  });

  it('is listed with its published sizes, and nothing of it is fetched for that', async () => {
    await using hub = await startHub({ datasets: mc4Datasets, pageSize: 2 });
    const shards = await shardsOf(open('mc4', { mirror: hub.base }));
    expect(shards.map(({ size }) => size)).toEqual([0, 1, 2].map((part) => mc4Main[mc4File('ja', part, 3)]?.length));
    expect(hub.network.requests).toEqual([]);
    expect(
      hub.hub.requests.every(({ path }) => path.startsWith('api/datasets/allenai/c4/tree/main/multilingual')),
    ).toBe(true);
    expect(hub.hub.requests.length).toBeGreaterThan(2);
  });

  it('sends a token to the hub and not to where it redirects', async () => {
    await using hub = await startHub({ datasets: mc4Datasets, accepted: ['hf_mine'] });
    await documentsOf(open('mc4', { mirror: hub.base }, { token: 'hf_mine' }));
    expect(hub.hub.requests.every(({ headers }) => headers.authorization === 'Bearer hf_mine')).toBe(true);
    expect(hub.network.requests.length).toBe(3);
    expect(hub.network.requests.every(({ headers }) => headers.authorization === undefined)).toBe(true);
  });
});

// ------------------------------------------------------------------ CC-100

describe('CC-100 on statmt.org', () => {
  it('is documents between blank lines, in the file of the language', async () => {
    const files = {
      'cc-100/ja.txt.xz': xz(Buffer.from('一行目\n二行目\n\n二つ目の文書\n\n')),
      'cc-100/zh-Hans.txt.xz': xz(Buffer.from('简体\n\n')),
    };
    await using statmt = await startStatmt(files);
    expect((await documentsOf(open('cc100', { mirror: statmt.base }))).texts).toEqual([
      '一行目\n二行目',
      '二つ目の文書',
    ]);
    expect((await documentsOf(open('cc100', { mirror: statmt.base, language: 'zh' }))).texts).toEqual(['简体']);
    const missing = await failureOf(documentsOf(open('cc100', { mirror: statmt.base, language: 'xx' })));
    expect(missing).toMatchObject({ code: 'fetch.not_found', exitCode: 3 });
    expect(missing.message).toContain('cc-100/xx.txt.xz');
  });
});

// ------------------------------------------------------------------ OSCAR

const oscarRecord = (content: string): object => ({
  content,
  warc_headers: {
    'warc-record-id': '<urn:uuid:4dbd9a52>',
    'warc-date': '2022-11-27T12:56:25Z',
    'content-type': 'text/plain',
    'content-length': String(Buffer.byteLength(content)),
    'warc-type': 'conversion',
    'warc-identified-content-language': 'jpn,eng',
    'warc-refers-to': '<urn:uuid:83d6bd0e>',
    'warc-target-uri': `https://example.jp/${content}`,
    'warc-block-digest': 'sha1:5ZOFHXMLMRTJ4MV2BRM6TFSXQMKVBWQZ',
  },
  metadata: {
    identification: { label: 'ja', prob: 0.98 },
    harmful_pp: 1071.5,
    tlsh: 'tlsh:T1',
    quality_warnings: ['short_sentences'],
    categories: null,
    annotation: null,
    sentence_identifications: [{ label: 'ja', prob: 0.99 }, null],
  },
});
const parts = (count: number, name: (part: number) => string, bytes: (part: number) => Uint8Array): Files =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [name(index + 1), bytes(index + 1)]));
const sums = (files: Files): string =>
  Object.entries(files)
    .map(([path, bytes]) => `${sha256(bytes)}  ${path.split('/').at(-1)}\n`)
    .join('');

const in23 = parts(
  11,
  (part) => `ja_meta/ja_meta_part_${part}.jsonl.zst`,
  (part) => zstd(lines(oscarRecord(`甲${part}`))),
);
const in22 = parts(
  2,
  (part) => `compressed/ja_meta/ja_meta_part_${part}.jsonl.gz`,
  (part) => gzip(lines(oscarRecord(`乙${part}`))),
);
const in21 = (folder: string, sign: string): Files => ({
  ...parts(
    2,
    (part) => `${folder}/ja/ja_part_${part}.txt.gz`,
    (part) => gzip(Buffer.from(`${sign}${part}\n続き\n\n${sign}${part}b\n`)),
  ),
  ...parts(
    2,
    (part) => `${folder}/ja/ja_meta_part_${part}.jsonl.gz`,
    () => gzip(lines({ offset: 0, nb_sentences: 2 })),
  ),
});
const oscarHub = {
  datasets: {
    'oscar-corpus/OSCAR-2301': { gated: true, revisions: { main: { ...in23, 'ja_meta/checksum.sha256': sums(in23) } } },
    'oscar-corpus/OSCAR-2201': { gated: true, revisions: { main: in22 } },
    'oscar-corpus/OSCAR-2109': {
      gated: true,
      revisions: { main: { ...in21('packaged', '丙'), ...in21('packaged_nondedup', '原') } },
    },
  },
  accepted: ['hf_accepted'],
  others: ['hf_stranger'],
  pageSize: 3,
} as const;
const upTo = (count: number, sign: string): string[] =>
  Array.from({ length: count }, (_, index) => `${sign}${index + 1}`);

describe('OSCAR on the hub, behind its form', () => {
  it.each([
    [{}, upTo(11, '甲')],
    [{ version: '22.01' }, upTo(2, '乙')],
    [{ version: 21.09 }, ['丙1\n続き', '丙1b', '丙2\n続き', '丙2b']],
    [{ version: '21.09', deduplicated: false }, ['原1\n続き', '原1b', '原2\n続き', '原2b']],
  ])('is read with %o by who accepted the terms', async (options, texts) => {
    await using hub = await startHub(oscarHub);
    const read = await documentsOf(open('oscar', { ...options, mirror: hub.base }, { token: 'hf_accepted' }));
    expect(read.texts).toEqual(texts);
    if (texts[0]?.startsWith('甲')) expect(read.urls[0]).toBe('https://example.jp/甲1');
  });

  it.each([
    ['no token', undefined, 'set the environment variable HF_TOKEN'],
    ['the token of an account that did not accept the terms', 'hf_stranger', 'is not accepted'],
    ['a token that the hub does not know', 'hf_typo', 'is not accepted'],
  ])('is refused with %s, and the page of the terms named', async (_, token, say) => {
    await using hub = await startHub(oscarHub);
    const error = await failureOf(
      documentsOf(open('oscar', { mirror: hub.base }, token === undefined ? {} : { token })),
    );
    expect(error).toMatchObject({ name: 'SourceError', code: 'fetch.forbidden', exitCode: 3 });
    expect(error.fix).toContain(say);
    expect(error.fix).toContain('https://huggingface.co/datasets/oscar-corpus/OSCAR-2301');
    expect(hub.network.requests).toEqual([]);
  });
});

describe('OSCAR 2019 in its bucket, which lists nothing', () => {
  const folder = (edition: string): string => `oscar/1.0/unshuffled/${edition}/ja`;
  const dedup = parts(
    11,
    (part) => `${folder('deduplicated')}/ja_dedup_part_${part}.txt.gz`,
    (part) => gzip(Buffer.from(`丁${part}\n`)),
  );
  const original = parts(
    2,
    (part) => `${folder('original')}/ja_part_${part}.txt.gz`,
    (part) => gzip(Buffer.from(`戊${part}\n`)),
  );
  const files = {
    ...dedup,
    ...original,
    [`${folder('deduplicated')}/ja_sha256.txt`]: sums(dedup),
    [`${folder('original')}/ja_sha256.txt`]: sums(original),
  };

  it.each([
    [{}, upTo(11, '丁')],
    [{ deduplicated: false }, upTo(2, '戊')],
  ])('is read with %o by its list of checksums', async (options, texts) => {
    await using bucket = await startBucket(files);
    const read = await documentsOf(open('oscar', { version: 2019, ...options, mirror: bucket.base }));
    expect(read.texts).toEqual(texts);
  });
});

// ------------------------------------------------------------------ Wikipedia

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

// ------------------------------------------------------------------ any dataset of the hub

const card = `---
license: odc-by
configs:
- config_name: jpn_Jpan
  data_files:
  - split: train
    path: data/jpn_Jpan/train/*
  - split: test
    path:
    - data/jpn_Jpan/test/*
- config_name: ces_Latn
  data_files: data/ces_Latn/*.parquet
- config_name: lines
  default: true
  data_files:
  - split: train
    path: raw/part-[0-9]*.jsonl.zst
---
# Web texts
`;
const anyDatasets = {
  'me/web': {
    revisions: {
      main: {
        'README.md': card,
        'data/jpn_Jpan/train/000_00000.parquet': parquet(['日本', '語']),
        'data/jpn_Jpan/test/000_00000.parquet': parquet(['試験']),
        'data/ces_Latn/a.parquet': parquet(['česky']),
        'raw/part-1.jsonl.zst': zstd(lines({ text: '一' })),
        'raw/part-2.jsonl.zst': zstd(lines({ text: '二' })),
        'raw/part-x.jsonl.zst': zstd(lines({ text: 'none' })),
      },
    },
  },
  'me/lines': {
    revisions: {
      main: {
        'data/my-train-0.jsonl.gz': gzip(lines({ body: { text: '訓練' } })),
        'data/my-test-0.jsonl.gz': gzip(lines({ body: { text: '試験' } })),
      },
    },
  },
  'me/unnamed': {
    revisions: {
      main: {
        'ja/ja_part_00000.parquet': parquet(['部'], 'content'),
        'ja/ja_part_00001.parquet': parquet(['分'], 'content'),
      },
    },
  },
  'me/csv': {
    revisions: {
      main: { 'train.csv': 'a,b\n' },
      'refs/convert/parquet': {
        'ja/train/0000.parquet': parquet(['変', '換']),
        'ja/train/0001.parquet': parquet(['済']),
        'ja/test/0000.parquet': parquet(['試']),
        'big/partial-train/0000.parquet': parquet(['一部']),
      },
    },
  },
  'me/deep': {
    revisions: {
      main: {
        'README.md': '---\nconfigs:\n- data_files: data/*/*\n---\n',
        'data/2024-10/000_00000.parquet': parquet(['深']),
      },
    },
  },
  'me/gated': { gated: true, revisions: { main: { 'train.parquet': parquet(['秘']) } } },
} as const;

describe('any dataset of the hub', () => {
  it.each([
    ['the subset and split that its card declares', { dataset: 'me/web', config: 'jpn_Jpan' }, ['日本', '語']],
    ['another split of it', { dataset: 'me/web', config: 'jpn_Jpan', split: 'test' }, ['試験']],
    ['a subset with files of one split', { dataset: 'me/web', config: 'ces_Latn' }, ['česky']],
    ['the default subset, in JSON lines', { dataset: 'me/web' }, ['一', '二']],
    ['JSON lines found by their names', { dataset: 'me/lines', column: 'body.text' }, ['訓練']],
    ['a folder below data/', { dataset: 'me/deep', config: '2024-10' }, ['深']],
    ['files that name no split', { dataset: 'me/unnamed', config: 'ja', column: 'content' }, ['部', '分']],
    ['the hub’s Parquet copy of other formats', { dataset: 'me/csv', config: 'ja' }, ['変', '換', '済']],
    ['a split of that copy', { dataset: 'me/csv', config: 'ja', split: 'test' }, ['試']],
    [
      'the beginning that the copy is of a large one, when told so',
      { dataset: 'me/csv', revision: 'refs/convert/parquet', config: 'big', split: 'partial-train' },
      ['一部'],
    ],
  ])('is read from %s', async (_, options, texts) => {
    await using hub = await startHub({ datasets: anyDatasets, pageSize: 1 });
    const read = await documentsOf(open('huggingface', { ...options, mirror: hub.base }));
    expect(read).toMatchObject({ texts, rejects: [] });
  });

  it.each([
    [
      'a split that the card does not have',
      { dataset: 'me/web', config: 'jpn_Jpan', split: 'tset' },
      'source.split',
      'test',
    ],
    [
      'a subset that it does not have',
      { dataset: 'me/web', config: 'jpn_Jpn' },
      'source.empty',
      'did you mean jpn_Jpan?',
    ],
    ['a subset left open', { dataset: 'me/csv' }, 'source.empty', 'subsets big, ja'],
    [
      'a split that the copy does not have',
      { dataset: 'me/csv', config: 'ja', split: 'tran' },
      'source.split',
      'train',
    ],
    ['a copy of the beginning only', { dataset: 'me/csv', config: 'big' }, 'source.partial', 'partial-train'],
    ['a pattern over folders', { dataset: 'me/deep' }, 'source.empty', 'data/*/* over folders'],
    ['a gated dataset', { dataset: 'me/gated' }, 'fetch.forbidden', 'https://huggingface.co/datasets/me/gated'],
    [
      'a dataset that is not there',
      { dataset: 'me/nothing' },
      'fetch.forbidden',
      'https://huggingface.co/datasets/me/nothing',
    ],
  ])('says what to do about %s', async (_, options, code, fix) => {
    await using hub = await startHub({ datasets: anyDatasets });
    const error = await failureOf(documentsOf(open('huggingface', { ...options, mirror: hub.base })));
    expect(error).toMatchObject({ name: 'SourceError', code, exitCode: 3 });
    expect(error.fix).toContain(fix);
  });
});

// ------------------------------------------------------------------ Common Crawl

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

  it('refuses a list that names other paths than those of WET files', async () => {
    await using server = await startCommonCrawl({ [`${CRAWL}/wet.paths.gz`]: gzip(Buffer.from('../../etc/passwd\n')) });
    const error = await failureOf(shardsOf(open('commoncrawl', { ...options, mirror: server.base })));
    expect(error).toMatchObject({ code: 'source.list', message: expect.stringContaining('../../etc/passwd') });
  });
});
