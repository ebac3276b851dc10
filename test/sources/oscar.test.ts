// OSCAR's four versions: their shards, from a folder and over HTTP alike, and what is said without a token.
import { afterAll, describe, expect, it } from 'vitest';
import { oscar } from '../../src/sources/oscar.ts';
import { startMirror } from '../helpers/mirror-server.ts';
import { contextOf, failureOf, folderOf, shardsOf } from '../helpers/transports.ts';

const hubPath = (version: string, rest: string): string =>
  `datasets/oscar-corpus/OSCAR-${version}/resolve/main/${rest}`;
const S3 = 'oscar/1.0/unshuffled';
const upTo = (count: number, name: (part: number) => string): string[] =>
  Array.from({ length: count }, (_, index) => name(index + 1));
const in23 = (name: string): string => hubPath('2301', `ja_meta/${name}`);
const in22 = (name: string): string => hubPath('2201', `compressed/ja_meta/${name}`);

const empty = [
  ...upTo(12, (part) => in23(`ja_meta_part_${part}.jsonl.zst`)),
  in23('checksum.sha256'),
  hubPath('2301', 'als_meta/als_meta.jsonl.zst'),
  ...upTo(11, (part) => in22(`ja_meta_part_${part}.jsonl.gz`)),
  in22('checksum.sha256'),
  ...upTo(10, (part) => hubPath('2109', `packaged/ja/ja_part_${part}.txt.gz`)),
  ...upTo(10, (part) => hubPath('2109', `packaged/ja/ja_meta_part_${part}.jsonl.gz`)),
  ...upTo(2, (part) => hubPath('2109', `packaged_nondedup/ja/ja_part_${part}.txt.gz`)),
  ...upTo(11, (part) => `${S3}/deduplicated/ja/ja_dedup_part_${part}.txt.gz`),
  ...upTo(2, (part) => `${S3}/original/ja/ja_part_${part}.txt.gz`),
  `${S3}/deduplicated/als/als_dedup.txt.gz`,
];
const sums = upTo(11, (part) => `ja_dedup_part_${part}.txt.gz\t${'0'.repeat(64)}`).reverse();
const folder = await folderOf({
  ...Object.fromEntries(empty.map((path) => [path, ''])),
  [`${S3}/deduplicated/ja/ja_sha256.txt`]: `${sums.join('\n')}\n`,
  // As sha256sum writes it.
  [`${S3}/original/ja/ja_sha256.txt`]: `${upTo(2, (part) => `${'0'.repeat(64)}  ./ja_part_${part}.txt.gz`).join('\n')}\n`,
});
const hub = await startMirror(folder, { pageSize: 5 });
const listing = await startMirror(folder, { hub: false });
const gated = await startMirror(folder, { token: 'hf_right' });
afterAll(async () => {
  for (const server of [hub, listing, gated]) await server.close();
});

const open = (options: object, context: { language?: string; env?: Record<string, string> } = {}) =>
  oscar.create(oscar.options.parse(options), contextOf(context));

const records = { format: 'jsonl', fields: { text: 'content', url: 'warc_headers.warc-target-uri' } };
const text = { codec: 'gzip', format: 'blank-line' };
const editions = [
  {
    version: '23.01',
    ids: upTo(12, (part) => `ja_meta_part_${part}.jsonl.zst`),
    place: in23(''),
    reading: { ...records, codec: 'zstd' },
  },
  {
    version: '22.01',
    ids: upTo(11, (part) => `ja_meta_part_${part}.jsonl.gz`),
    place: in22(''),
    reading: { ...records, codec: 'gzip' },
  },
  {
    version: '21.09',
    ids: upTo(10, (part) => `ja_part_${part}.txt.gz`),
    place: hubPath('2109', 'packaged/ja/'),
    reading: text,
  },
  {
    version: '21.09',
    deduplicated: false,
    ids: upTo(2, (part) => `ja_part_${part}.txt.gz`),
    place: hubPath('2109', 'packaged_nondedup/ja/'),
    reading: text,
  },
  {
    version: '2019',
    ids: upTo(11, (part) => `ja_dedup_part_${part}.txt.gz`),
    place: `${S3}/deduplicated/ja/`,
    reading: text,
  },
  {
    version: '2019',
    deduplicated: false,
    ids: upTo(2, (part) => `ja_part_${part}.txt.gz`),
    place: `${S3}/original/ja/`,
    reading: text,
  },
];
const versions = ['23.01', '22.01', '21.09', '2019'];

describe.each([
  ['a folder', folder],
  ['the hub', hub.base],
  ['a server that lists its folders', listing.base],
])('from %s, OSCAR', (_, mirror) => {
  const list = (options: object) => shardsOf(open({ ...options, mirror }));

  it.each(editions)(
    '$version (deduplicated: $deduplicated) is its parts by number',
    async ({ ids, place, reading, ...options }) => {
      const shards = await list(options);
      expect(shards.map(({ id }) => id)).toEqual(ids);
      for (const shard of shards) expect(shard).toMatchObject({ path: place + shard.id, ...reading });
    },
  );

  it('is 23.01 unless told otherwise, and takes versions as YAML reads them, numbers, too', async () => {
    expect(await list({})).toEqual(await list({ version: '23.01' }));
    for (const version of versions) expect(await list({ version: Number(version) })).toEqual(await list({ version }));
  });

  it('reads another language than the pipeline’s when told to, in one file where it is small', async () => {
    expect(await list({ language: 'als' })).toMatchObject([{ id: 'als_meta.jsonl.zst' }]);
    expect(await list({ language: 'als', version: '2019' })).toMatchObject([{ id: 'als_dedup.txt.gz' }]);
  });

  it.each(versions)('%s says that a language is not there', async (version) => {
    const error = await failureOf(list({ version, language: 'xx' }));
    expect(error).toMatchObject({ name: 'SourceError', exitCode: 3 });
    expect(error.message).toMatch(/\/xx\b|\/xx_meta/);
    expect(error.fix).toBeTruthy();
  });
});

describe('OSCAR behind its form', () => {
  it.each([
    ['23.01', 'OSCAR-2301'],
    ['22.01', 'OSCAR-2201'],
    ['21.09', 'OSCAR-2109'],
  ])('%s says on which page to accept the terms and which variable takes the token', async (version, name) => {
    const error = await failureOf(shardsOf(open({ version, mirror: gated.base })));
    expect(error).toMatchObject({ name: 'SourceError', code: 'fetch.forbidden', exitCode: 3 });
    expect(error.fix).toContain(`https://huggingface.co/datasets/oscar-corpus/${name}`);
    expect(error.fix).toContain('HF_TOKEN');
  });

  it('opens with the token, white space around it and all', async () => {
    for (const HF_TOKEN of ['hf_right', ' hf_right\n'])
      expect(await shardsOf(open({ mirror: gated.base }, { env: { HF_TOKEN } }))).toHaveLength(12);
  });

  it('takes an empty token for none, and says of a wrong one that it is wrong', async () => {
    const fix = async (HF_TOKEN: string) =>
      (await failureOf(shardsOf(open({ mirror: gated.base }, { env: { HF_TOKEN } })))).fix;
    expect(await fix('')).toContain('set the environment variable HF_TOKEN');
    expect(await fix('hf_wrong')).toContain('The token in HF_TOKEN is not accepted');
  });

  it('never says the token', async () => {
    const error = await failureOf(shardsOf(open({ mirror: gated.base }, { env: { HF_TOKEN: 'hf_wrong' } })));
    expect(`${error.message} ${error.fix} ${error.stack}`).not.toContain('hf_wrong');
  });
});

describe('OSCAR 2019', () => {
  it('lies outside the hub, needs no token and sends none', async () => {
    expect(open({ version: '2019' }).transport.base).toBe('https://s3.amazonaws.com/datasets.huggingface.co/');
    const before = listing.requests.length;
    await shardsOf(open({ version: '2019', mirror: listing.base }, { env: { HF_TOKEN: 'hf_right' } }));
    expect(listing.requests.slice(before).map(({ headers }) => headers.authorization)).toEqual([undefined]);
  });
});

describe('OSCAR’s options', () => {
  it.each(['23.1', '2023', 2301, 23])('refuse %j as a version', (version) => {
    expect(oscar.options.safeParse({ version }).error?.issues).toMatchObject([
      { path: ['version'], message: expect.stringContaining('"23.01"') },
    ]);
  });

  it.each(['23.01', 22.01, undefined])('know no deduplicated edition of %j', (version) => {
    expect(oscar.options.safeParse({ version, deduplicated: true }).error?.issues).toMatchObject([
      { path: ['deduplicated'] },
    ]);
  });
});
