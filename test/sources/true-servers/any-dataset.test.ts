// Any dataset of the hub, read to the documents from servers that answer as the real ones do.
import { describe, expect, it } from 'vitest';
import { gzip, zstd } from '../../../scripts/sample/codecs.ts';
import { failureOf } from '../../helpers/transports.ts';
import { startHub } from '../../helpers/true-servers/hub.ts';
import { documentsOf, lines, open, parquet } from './documents-of.ts';

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
    ['a pattern of its card over folders', { dataset: 'me/deep' }, ['深']],
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
    ['a gated dataset', { dataset: 'me/gated' }, 'fetch.forbidden', 'https://huggingface.co/datasets/me/gated'],
    [
      'a dataset that is not there',
      { dataset: 'me/nothing' },
      'fetch.forbidden',
      'Check its name at https://huggingface.co/datasets/me/nothing',
    ],
  ])('says what to do about %s', async (_, options, code, fix) => {
    await using hub = await startHub({ datasets: anyDatasets });
    const error = await failureOf(documentsOf(open('huggingface', { ...options, mirror: hub.base })));
    expect(error).toMatchObject({ name: 'SourceError', code, exitCode: 3 });
    expect(error.fix).toContain(fix);
  });
});
