// The shards of every published corpus: the true paths and names, in reading order, from a folder and over HTTP alike.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Context, JsonObject, Shard } from '../../src/pipeline/define.ts';
import { plugins } from '../../src/registry.gen.ts';
import { type Mirror, startMirror } from '../helpers/mirror-server.ts';
import { contextOf, failureOf, folderOf, shardsOf } from '../helpers/transports.ts';

const C4 = 'datasets/allenai/c4/resolve/main/multilingual';
const OSCAR = 'datasets/oscar-corpus';
const FILES = [
  'jawiki/20250601/jawiki-20250601-pages-articles-multistream.xml.bz2',
  '20250602/jawiki-20250602-cirrussearch-content.json.gz',
  'datasets/wikimedia/wikipedia/resolve/main/20231101.ja/train-00001-of-00002.parquet',
  'datasets/wikimedia/wikipedia/resolve/main/20231101.ja/train-00000-of-00002.parquet',
  'cc-100/ja.txt.xz',
  ...Array.from({ length: 12 }, (_, i) => `${OSCAR}/OSCAR-2301/resolve/main/ja_meta/ja_meta_part_${i + 1}.jsonl.zst`),
  `${OSCAR}/OSCAR-2301/resolve/main/ja_meta/checksum.sha256`,
  `${OSCAR}/OSCAR-2201/resolve/main/compressed/ja_meta/ja_meta_part_1.jsonl.gz`,
  `${OSCAR}/OSCAR-2109/resolve/main/packaged/ja/ja_part_2.txt.gz`,
  `${OSCAR}/OSCAR-2109/resolve/main/packaged/ja/ja_part_1.txt.gz`,
  ...Array.from({ length: 4 }, (_, i) => `${C4}/c4-ja.tfrecord-0000${i}-of-00004.json.gz`),
  `${C4}/c4-ja-validation.tfrecord-00000-of-00001.json.gz`,
  `${C4}/c4-en.tfrecord-00000-of-00001.json.gz`,
  'datasets/me/texts/resolve/main/data/train-00000-of-00001.parquet',
];

let folder: string;
let mirror: Mirror;

beforeAll(async () => {
  folder = await folderOf(Object.fromEntries(FILES.map((path) => [path, 'x'])));
  mirror = await startMirror(folder, { hub: true });
});
afterAll(() => mirror.close());

function source(name: string, options: JsonObject, context: Partial<Context> = {}) {
  const plugin = plugins.find((each) => each.kind === 'source' && each.name === name);
  if (plugin?.kind !== 'source') throw new Error(`no source ${name}`);
  return plugin.create(plugin.options.parse(options), contextOf(context));
}

const ids = (shards: readonly Shard[]): string[] => shards.map(({ id }) => id);

describe.each([
  ['a folder', () => folder],
  ['HTTP', () => mirror.base],
])('over %s', (_, base) => {
  const list = (name: string, options: JsonObject = {}): Promise<Shard[]> =>
    shardsOf(source(name, { ...options, mirror: base() }));

  it('Wikipedia is one dump of the day, one search index, or Parquet files of the hub', async () => {
    expect(await list('wikipedia', { date: '20250601' })).toMatchObject([
      {
        id: 'jawiki-20250601-pages-articles-multistream.xml.bz2',
        codec: 'bz2',
        format: 'mediawiki-xml',
        path: FILES[0],
      },
    ]);
    // YAML reads an unquoted date as a number.
    expect(await list('wikipedia', { date: 20250602, edition: 'cirrus' })).toMatchObject([
      { id: 'jawiki-20250602-cirrussearch-content.json.gz', codec: 'gzip', format: 'cirrus' },
    ]);
    const hub = await list('wikipedia', { edition: 'hub' });
    expect(ids(hub)).toEqual(['train-00000-of-00002.parquet', 'train-00001-of-00002.parquet']);
    expect(hub[0]).toMatchObject({ format: 'parquet', fields: { text: 'text', url: 'url' } });
  });

  it('CC100 is one file a language', async () => {
    expect(await list('cc100')).toMatchObject([
      { id: 'ja.txt.xz', path: 'cc-100/ja.txt.xz', codec: 'xz', format: 'blank-line' },
    ]);
    expect(ids(await list('cc100', { language: 'de' }))).toEqual(['de.txt.xz']);
  });

  it('OSCAR’s parts come in the order of their numbers, in each version’s format', async () => {
    const parts = await list('oscar', { version: '23.01' });
    expect(ids(parts)).toEqual(Array.from({ length: 12 }, (_each, i) => `ja_meta_part_${i + 1}.jsonl.zst`));
    expect(parts[0]).toMatchObject({ codec: 'zstd', fields: { text: 'content', url: 'warc_headers.warc-target-uri' } });
    expect(await list('oscar', { version: '22.01' })).toMatchObject([{ codec: 'gzip', format: 'jsonl' }]);
    expect(await list('oscar', { version: '21.09' })).toMatchObject([
      { id: 'ja_part_1.txt.gz', format: 'blank-line' },
      { id: 'ja_part_2.txt.gz', format: 'blank-line' },
    ]);
  });

  it('mC4 counts its shards by listing, and reads the ranges asked for', async () => {
    const all = await list('mc4');
    expect(ids(all)).toEqual([0, 1, 2, 3].map((i) => `c4-ja.tfrecord-0000${i}-of-00004.json.gz`));
    expect(all[0]).toMatchObject({ codec: 'gzip', format: 'jsonl', fields: { text: 'text', url: 'url' } });
    expect(ids(await list('mc4', { shards: '0,2-3' }))).toEqual(
      [0, 2, 3].map((i) => `c4-ja.tfrecord-0000${i}-of-00004.json.gz`),
    );
    expect(ids(await list('mc4', { split: 'validation' }))).toEqual([
      'c4-ja-validation.tfrecord-00000-of-00001.json.gz',
    ]);
    expect(ids(await list('mc4', { language: 'en' }))).toEqual(['c4-en.tfrecord-00000-of-00001.json.gz']);
    // With the count given nothing needs to be listed.
    expect(await list('mc4', { of: 1024, shards: '1000-1023' })).toHaveLength(24);
  });

  it('any other dataset is its Parquet files', async () => {
    expect(await list('huggingface', { dataset: 'me/texts' })).toMatchObject([
      { id: 'data/train-00000-of-00001.parquet', format: 'parquet', fields: { text: 'text' } },
    ]);
  });

  it('what is not there is said in one error with what to do', async () => {
    for (const [name, options] of [
      ['mc4', { language: 'xx' }],
      ['mc4', { shards: '0-9' }],
      ['oscar', { language: 'xx' }],
      ['huggingface', { dataset: 'me/nothing' }],
    ] as const) {
      const error = await failureOf(list(name, options));
      expect(error.exitCode, `${name}: ${error.message}`).toBe(3);
      expect(error.fix).toBeTruthy();
    }
  });
});

describe('a plain server that lists no files', () => {
  it('still gives OSCAR by its published checksums and Japanese mC4 by its published number of shards', async () => {
    const sums = 'a'.repeat(64);
    const bare = await folderOf({
      [`${OSCAR}/OSCAR-2301/resolve/main/ja_meta/checksum.sha256`]: `${sums}  ja_meta_part_10.jsonl.zst\n${sums}  ja_meta_part_9.jsonl.zst\n`,
    });
    // No folder answers: only files do.
    const plain = await startMirror(bare, {
      misbehave: ({ path }) => (path.endsWith('checksum.sha256') ? undefined : { kind: 'status', status: 404 }),
    });
    try {
      const oscar = await shardsOf(source('oscar', { mirror: plain.base }));
      expect(ids(oscar)).toEqual(['ja_meta_part_9.jsonl.zst', 'ja_meta_part_10.jsonl.zst']);
      const mc4 = await shardsOf(source('mc4', { mirror: plain.base, shards: '0-3' }));
      expect(ids(mc4).at(-1)).toBe('c4-ja.tfrecord-00003-of-01024.json.gz');
      expect((await failureOf(shardsOf(source('mc4', { mirror: plain.base, language: 'xx' })))).exitCode).toBe(3);
    } finally {
      await plain.close();
    }
  });
});

describe('a gated corpus', () => {
  it('says which page has the terms and which variable holds the token', async () => {
    const gated = await startMirror(folder, { hub: true, token: 'hf_right' });
    try {
      const error = await failureOf(shardsOf(source('oscar', { mirror: gated.base })));
      expect(`${error.message} ${error.fix}`).toContain('HF_TOKEN');
      expect(error.fix).toContain('https://huggingface.co/datasets/oscar-corpus/OSCAR-2301');
      expect(await shardsOf(source('oscar', { mirror: gated.base }, { env: { HF_TOKEN: 'hf_right' } }))).toHaveLength(
        12,
      );
    } finally {
      await gated.close();
    }
  });
});

describe('files of one’s own', () => {
  it('are found by pattern, read in the order of their names, in the format and codec that the names tell', async () => {
    const own = await folderOf({
      'in/b.txt.gz': '',
      'in/a.jsonl': '',
      'in/c.parquet': '',
      'in/d.json.zst': '',
      'in/left-out.txt': '',
    });
    const shards = await shardsOf(source('files', { glob: ['in/*', '!in/left*'] }, { baseDir: own }));
    expect(shards.map(({ id, codec, format }) => [id, codec, format])).toEqual([
      ['in/a.jsonl', 'none', 'jsonl'],
      ['in/b.txt.gz', 'gzip', 'blank-line'],
      ['in/c.parquet', 'none', 'parquet'],
      ['in/d.json.zst', 'zstd', 'jsonl'],
    ]);
  });

  it('with an unknown ending are one clear error that names the file and the known codecs', async () => {
    const own = await folderOf({ 'a.jsonl.lz4': '' });
    const error = await failureOf(shardsOf(source('files', { glob: '*' }, { baseDir: own })));
    expect(error.message).toContain('a.jsonl.lz4');
    expect(`${error.message} ${error.fix}`).toMatch(/gz.*xz.*zst|gzip.*xz.*zstd/);
  });
});
