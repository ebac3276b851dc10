// mC4's shards: which, in which order, counted by listing or given, from a folder and over HTTP alike.
import { afterAll, describe, expect, it } from 'vitest';
import { mc4 } from '../../src/sources/mc4.ts';
import { startMirror } from '../helpers/mirror-server.ts';
import { contextOf, failureOf, folderOf, shardsOf } from '../helpers/transports.ts';

const FOLDER = 'datasets/allenai/c4/resolve/main/multilingual';
const five = (number: number): string => String(number).padStart(5, '0');
const train = (number: number, of = 12): string => `c4-ja.tfrecord-${five(number)}-of-${five(of)}.json.gz`;
const numbers = (ids: readonly { id: string }[]): number[] => ids.map(({ id }) => Number(id.slice(15, 20)));

const names = [
  ...Array.from({ length: 12 }, (_, number) => train(number)),
  'c4-ja-validation.tfrecord-00000-of-00001.json.gz',
  // A language whose code begins as another does, one in another script, one under its old code.
  'c4-ja-Latn.tfrecord-00000-of-00001.json.gz',
  'c4-iw.tfrecord-00000-of-00001.json.gz',
  'c4-ko.tfrecord-00000-of-00001.json.gz',
  'c4-ko.tfrecord-00000-of-00002.json.gz',
  'c4-ja.tfrecord-00000-of-00012.json.gz.part',
  'README.md',
];
const PINNED = 'datasets/allenai/c4/resolve/1588ec4/multilingual';
const folder = await folderOf(
  Object.fromEntries(
    [
      ...['c4-ja.00002-00003', 'c4-ja.00004', 'c4-ja.00000-00001', 'c4-ja-Latn.00000-00001'].map(
        (name) => `datasets/allenai/c4/resolve/mC4_3.1.0/multilingual/${name}.json.gz`,
      ),
      ...names.map((name) => `${FOLDER}/${name}`),
      `${PINNED}/${train(0, 1)}`,
    ].map((path) => [path, '']),
  ),
);
const hub = await startMirror(folder, { pageSize: 5 });
const listing = await startMirror(folder, { hub: false });
afterAll(async () => {
  await hub.close();
  await listing.close();
});

const open = (options: object, language = 'ja') => mc4.create(mc4.options.parse(options), contextOf({ language }));

describe.each([
  ['a folder', folder],
  ['the hub', hub.base],
  ['a server that lists its folders', listing.base],
])('from %s, mC4', (_, mirror) => {
  const list = (options: object = {}, language?: string) => shardsOf(open({ ...options, mirror }, language));

  it('is all shards of the language’s training split, by number, as gzip JSON lines', async () => {
    const shards = await list();
    expect(shards.map(({ id }) => id)).toEqual(Array.from({ length: 12 }, (_each, number) => train(number)));
    for (const shard of shards)
      expect(shard).toMatchObject({
        path: `${FOLDER}/${shard.id}`,
        codec: 'gzip',
        format: 'jsonl',
        fields: { text: 'text', url: 'url' },
      });
  });

  it('is the shards asked for, in ascending order whatever the order of asking, each once', async () => {
    expect(numbers(await list({ shards: '10-11, 2,0-2' }))).toEqual([0, 1, 2, 10, 11]);
    expect(numbers(await list({ shards: 3 }))).toEqual([3]);
    expect(numbers(await list({ shards: 'all' }))).toHaveLength(12);
  });

  it('keeps training and validation apart', async () => {
    expect((await list({ split: 'validation' })).map(({ id }) => id)).toEqual([
      'c4-ja-validation.tfrecord-00000-of-00001.json.gz',
    ]);
  });

  it('reads another language than the pipeline’s when told to, under the name that mC4 has for it', async () => {
    expect(await list({ language: 'ja-Latn' })).toMatchObject([{ id: 'c4-ja-Latn.tfrecord-00000-of-00001.json.gz' }]);
    expect(await list({ language: 'he' })).toMatchObject([{ id: 'c4-iw.tfrecord-00000-of-00001.json.gz' }]);
    expect(await list({}, 'he')).toMatchObject([{ id: 'c4-iw.tfrecord-00000-of-00001.json.gz' }]);
  });

  it('gives the same shards when told how many there are as when it counts them', async () => {
    const bare = (shards: readonly { id: string; path: string }[]) => shards.map(({ id, path }) => ({ id, path }));
    expect(bare(await list({ of: 12 }))).toEqual(bare(await list()));
    expect(bare(await list({ of: 12, shards: '4-6' }))).toEqual(bare(await list({ shards: '4-6' })));
  });

  it('reads the revision that is asked for', async () => {
    expect(await list({ revision: '1588ec4' })).toMatchObject([{ path: `${PINNED}/${train(0, 1)}` }]);
  });

  it.each([{}, { of: 12 }])(
    'does not read less than was asked for: a shard out of range is an error (%o)',
    async (given) => {
      const error = await failureOf(list({ ...given, shards: '2,10-12' }));
      expect(error).toMatchObject({ name: 'SourceError', code: 'source.shard_missing', exitCode: 3 });
      expect(error.message).toMatch(/shard 12 .* 12, up to 11/);
      expect(error.fix).toContain('shards');
    },
  );

  it('says that a language is not there, where it looked, and where the languages are listed', async () => {
    const error = await failureOf(list({ language: 'xx' }));
    expect(error).toMatchObject({ code: 'source.empty', exitCode: 3 });
    expect(error.message).toContain('c4-xx.tfrecord');
    expect(error.message).toContain(mirror);
    expect(error.fix).toContain('https://huggingface.co/datasets/allenai/c4');
  });

  it('names the nearest language that there is', async () => {
    expect((await failureOf(list({ language: 'ja-Latin' }))).fix).toContain('did you mean ja-Latn?');
    expect((await failureOf(list({ language: 'af' }))).fix).toContain('Check split and revision');
  });

  it('reads version 3.1.0, whose files hold several shards and name them all', async () => {
    const shards = await list({ revision: 'mC4_3.1.0' });
    expect(shards.map(({ id }) => id)).toEqual([
      'c4-ja.00000-00001.json.gz',
      'c4-ja.00002-00003.json.gz',
      'c4-ja.00004.json.gz',
    ]);
    expect(await list({ revision: 'mC4_3.1.0', shards: 2 })).toHaveLength(1);
  });

  it('does not mix two editions: it asks which one', async () => {
    expect(await failureOf(list({ language: 'ko' }))).toMatchObject({
      code: 'source.ambiguous',
      fix: expect.stringContaining('of:'),
    });
    expect(await list({ language: 'ko', of: 2 })).toHaveLength(2);
  });
});

describe('mC4', () => {
  it('needs no list of files when the number of shards is given', async () => {
    const before = hub.requests.length;
    expect(await shardsOf(open({ of: 1024, shards: '1000-1023', mirror: hub.base }))).toHaveLength(24);
    expect(hub.requests).toHaveLength(before);
  });

  it('knows the published size of a shard where the hub or the folder tells it', async () => {
    const told = await folderOf({ [`${FOLDER}/${train(0, 1)}`]: 'twelve bytes' });
    await using mirror = await startMirror(told);
    expect(await shardsOf(open({ mirror: told }))).toMatchObject([{ size: 12 }]);
    expect(await shardsOf(open({ mirror: mirror.base }))).toMatchObject([{ size: 12 }]);
  });

  it.each(['', 'some', '1-', '-1', '5-2', '1;2', '1..2', '0x1', -1, 1.5])(
    'refuses %j as a choice of shards',
    (shards) => {
      expect(mc4.options.safeParse({ shards }).error?.issues).toMatchObject([
        { path: ['shards'], message: expect.stringContaining('0-1023') },
      ]);
    },
  );

  it.each([{ split: 'test' }, { of: 0 }, { of: 100_000 }, { language: '../x' }, { revision: 'a/../b' }])(
    'refuses %o',
    (options) => {
      expect(mc4.options.safeParse(options).success).toBe(false);
    },
  );
});
