// Datasets of the hub: where their Parquet files are found, from a folder and over HTTP alike.
import { afterAll, describe, expect, it } from 'vitest';
import { huggingface } from '../../src/sources/huggingface.ts';
import { startMirror } from '../helpers/mirror-server.ts';
import { contextOf, failureOf, folderOf, shardsOf } from '../helpers/transports.ts';

const at = (dataset: string, file: string, revision = 'main'): string =>
  `datasets/${dataset}/resolve/${revision}/${file}`;
const files = [
  at('me/root', 'train.parquet'),
  at('me/root', 'test.parquet'),
  at('me/root', 'README.md'),
  at('me/data', 'data/train-00001-of-00002.parquet'),
  at('me/data', 'data/train-00000-of-00002.parquet'),
  at('me/data', 'data/training-00000-of-00001.parquet'),
  at('me/data', 'data/validation-00000-of-00001.parquet'),
  at('me/folders', 'train/0000.parquet'),
  at('me/folders', 'train/0001.parquet'),
  at('me/folders', 'test/0000.parquet'),
  at('me/data-folders', 'data/train/a.parquet'),
  at('me/subsets', 'ja/train-00000-of-00001.parquet'),
  at('me/subsets', 'en/train-00000-of-00001.parquet'),
  at('me/data-subsets', 'data/ja/train-00000-of-00001.parquet'),
  at('me/split-subsets', 'ja/train/0000.parquet'),
  at('me/deep', 'data/ja/train/0000.parquet'),
  at('me/csv', 'train.csv'),
  at('me/csv', 'default/train/0000.parquet', 'refs/convert/parquet'),
  at('squad', 'train.parquet'),
];
const folder = await folderOf(Object.fromEntries(files.map((path) => [path, ''])));
const hub = await startMirror(folder, { pageSize: 2 });
const listing = await startMirror(folder, { hub: false });
const gated = await startMirror(folder, { token: 'hf_right' });
afterAll(async () => {
  for (const server of [hub, listing, gated]) await server.close();
});

const open = (options: object) => huggingface.create(huggingface.options.parse(options), contextOf());

describe.each([
  ['a folder', folder],
  ['the hub', hub.base],
  ['a server that lists its folders', listing.base],
])('from %s, a dataset', (_, mirror) => {
  const list = (options: object) => shardsOf(open({ ...options, mirror }));

  it.each([
    ['in its root', { dataset: 'me/root' }, ['train.parquet']],
    ['of another split', { dataset: 'me/root', split: 'test' }, ['test.parquet']],
    [
      'in data/, without another split whose name begins alike',
      { dataset: 'me/data' },
      ['data/train-00000-of-00002.parquet', 'data/train-00001-of-00002.parquet'],
    ],
    ['in a folder of the split', { dataset: 'me/folders' }, ['train/0000.parquet', 'train/0001.parquet']],
    ['in a folder of the split below data/', { dataset: 'me/data-folders' }, ['data/train/a.parquet']],
    ['of a subset', { dataset: 'me/subsets', config: 'ja' }, ['ja/train-00000-of-00001.parquet']],
    ['of a subset below data/', { dataset: 'me/data-subsets', config: 'ja' }, ['data/ja/train-00000-of-00001.parquet']],
    ['of a split of a subset', { dataset: 'me/split-subsets', config: 'ja' }, ['ja/train/0000.parquet']],
    ['of a split of a subset below data/', { dataset: 'me/deep', config: 'ja' }, ['data/ja/train/0000.parquet']],
    ['without an owner', { dataset: 'squad' }, ['train.parquet']],
  ])('is its Parquet files %s, in the order of their names', async (_where, options, ids) => {
    const shards = await list(options);
    expect(shards.map(({ id }) => id)).toEqual(ids);
    for (const shard of shards)
      expect(shard).toMatchObject({
        path: at(options.dataset, shard.id),
        codec: 'none',
        format: 'parquet',
        fields: { text: 'text', url: 'url' },
      });
  });

  it('in another format has a Parquet copy under a revision of the hub', async () => {
    expect(await list({ dataset: 'me/csv', config: 'default', revision: 'refs/convert/parquet' })).toMatchObject([
      { id: 'default/train/0000.parquet', path: at('me/csv', 'default/train/0000.parquet', 'refs/convert/parquet') },
    ]);
  });

  it('may hold the text in another column', async () => {
    expect(await list({ dataset: 'me/root', column: 'body.text', url: 'link' })).toMatchObject([
      { fields: { text: 'body.text', url: 'link' } },
    ]);
  });

  it.each([{ dataset: 'me/nothing' }, { dataset: 'me/root', split: 'dev' }, { dataset: 'me/csv' }])(
    'that is not there is an error with where it was looked for (%o)',
    async (options) => {
      const error = await failureOf(list(options));
      expect(error).toMatchObject({ name: 'SourceError', code: 'source.empty', exitCode: 3 });
      expect(error.message).toContain(options.dataset);
      expect(error.message).toContain('data/');
      expect(error.fix).toContain('refs/convert/parquet');
    },
  );
});

describe('a dataset behind a form', () => {
  it('says on which page to accept the terms and which variable takes the token', async () => {
    const error = await failureOf(shardsOf(open({ dataset: 'me/root', mirror: gated.base })));
    expect(error).toMatchObject({ name: 'SourceError', code: 'fetch.forbidden' });
    expect(error.fix).toContain('https://huggingface.co/datasets/me/root');
    expect(error.fix).toContain('HF_TOKEN');
  });
});

describe('a dataset’s options', () => {
  it('need nothing but its name', () => {
    expect(open({ dataset: 'me/root' }).transport.base).toBe('https://huggingface.co/');
    expect(huggingface.options.safeParse({}).error?.issues).toMatchObject([{ path: ['dataset'] }]);
  });

  it.each([
    { dataset: '../x' },
    { dataset: 'https://huggingface.co/datasets/me/root' },
    { dataset: 'a/b/c' },
    { dataset: 'me/root', config: '..' },
    { dataset: 'me/root', split: 'a/b' },
    { dataset: 'me/root', revision: '../main' },
    { dataset: 'me/root', column: '' },
  ])('refuse %o', (options) => {
    expect(huggingface.options.safeParse(options).success).toBe(false);
  });
});

it('names the columns to fetch when `meta` says which ones to keep', async () => {
  const columnsOf = async (options: object) => {
    const [shard] = await shardsOf(open({ dataset: 'me/root', mirror: folder, ...options }));
    return shard?.columns;
  };
  expect(await columnsOf({})).toBeUndefined();
  expect(await columnsOf({ meta: [] })).toEqual(['text', 'url']);
  expect(await columnsOf({ column: 'page.body', url: 'page.address', meta: ['id', 'page'] })).toEqual(['page', 'id']);
});
