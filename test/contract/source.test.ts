// The contract of every registered source: it says what it is, refuses what it does not know, and lists the same shards each time.
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Plugin, Shard, SourcePlugin } from '../../src/pipeline/define.ts';
import { plugins } from '../../src/registry.gen.ts';
import { startMirror } from '../helpers/mirror-server.ts';
import { contextOf, folderOf, shardsOf } from '../helpers/transports.ts';

const isSource = (plugin: Plugin): plugin is SourcePlugin => plugin.kind === 'source';
const sources = plugins.filter(isSource);
/** The user's own, which no mirror has. */
const own: readonly string[] = ['files', 'stdin'];
const published = sources.filter(({ name }) => !own.includes(name));
const named = (some: readonly SourcePlugin[]) => some.map((plugin) => [plugin.name, plugin] as const);

const wetPaths = ['2.1/wet/CC-MAIN-x-00001', '1.9/wet/CC-MAIN-x-00000', '1.9/wet/CC-MAIN-x-00001'].map(
  (name) => `crawl-data/CC-MAIN-2024-22/segments/${name}.warc.wet.gz`,
);

/** For each source: options that list something, and the files that they list, in Japanese and in German. */
const small: Readonly<
  Record<string, { options: object; files: readonly string[]; lists?: Record<string, Uint8Array> }>
> = {
  commoncrawl: {
    options: { crawl: 'CC-MAIN-2024-22' },
    files: wetPaths,
    lists: { 'crawl-data/CC-MAIN-2024-22/wet.paths.gz': gzipSync(`${wetPaths.join('\n')}\n`) },
  },
  stdin: { options: { codec: 'none' }, files: [] },
  cc100: { options: {}, files: ['cc-100/ja.txt.xz', 'cc-100/de.txt.xz'] },
  files: { options: { glob: 'own/**/*.jsonl' }, files: ['own/b.jsonl', 'own/a.jsonl', 'own/deep/c.jsonl'] },
  huggingface: {
    options: { dataset: 'me/texts' },
    files: ['b', 'a'].map((name) => `datasets/me/texts/resolve/main/data/train-${name}.parquet`),
  },
  mc4: {
    options: {},
    files: ['ja.tfrecord-00001', 'ja.tfrecord-00000', 'de.tfrecord-00001', 'de.tfrecord-00000'].map(
      (name) => `datasets/allenai/c4/resolve/main/multilingual/c4-${name}-of-00002.json.gz`,
    ),
  },
  oscar: {
    options: {},
    files: ['ja_meta/ja_meta_part_10', 'ja_meta/ja_meta_part_2', 'de_meta/de_meta_part_1'].map(
      (name) => `datasets/oscar-corpus/OSCAR-2301/resolve/main/${name}.jsonl.zst`,
    ),
  },
  wikipedia: {
    options: { edition: 'hub' },
    files: ['20231101.ja/train-00001', '20231101.ja/train-00000', '20231101.de/train-00000'].map(
      (name) => `datasets/wikimedia/wikipedia/resolve/main/${name}-of-00002.parquet`,
    ),
  },
};

const folder = await folderOf({
  ...Object.fromEntries(Object.values(small).flatMap(({ files }) => files.map((path) => [path, '{}\n']))),
  ...Object.assign({}, ...Object.values(small).map(({ lists }) => lists)),
});
const hub = await startMirror(folder, { pageSize: 1 });
const listing = await startMirror(folder, { hub: false });
afterAll(async () => {
  await hub.close();
  await listing.close();
});

function smallOptions({ name }: SourcePlugin): object {
  const options = small[name]?.options;
  if (options === undefined) throw new Error(`give the source ${name} options and files in this test`);
  return options;
}

const open = (plugin: SourcePlugin, options: object, language = 'ja') =>
  plugin.create(
    plugin.options.parse({ ...smallOptions(plugin), ...options }),
    contextOf({ baseDir: folder, language }),
  );

const described = z.looseObject({
  properties: z.record(z.string(), z.looseObject({ description: z.string().optional() })),
  additionalProperties: z.literal(false),
});
const optionsOf = (plugin: SourcePlugin) =>
  described.parse(z.toJSONSchema(plugin.options, { io: 'input', unrepresentable: 'any' })).properties;

/** All that two ways to the same files agree on; only some of them tell sizes and checksums. */
const withoutSize = (shards: readonly Shard[]) => shards.map(({ size: _, checksum: _sum, ...shard }) => shard);

describe.each(named(sources))('the source %s', (_, plugin) => {
  it('says in a sentence what it is, and under which licence', () => {
    expect(plugin.summary).toMatch(/^.{20,150}\.$/);
    expect(plugin.licence).toMatch(/^.{10,200}\.$/);
  });

  it('says in sentences what it needs, how large it is and which languages it has, where it says so', () => {
    const { access, size, languages } = plugin;
    for (const text of [access?.needs, size, languages]) expect(text ?? 'Nothing is said.').toMatch(/^.{10,200}\.$/);
    expect(access?.page ?? 'https://').toMatch(/^https:\/\//);
    expect(access?.variable ?? 'TOKEN').toMatch(/^[A-Z_]+$/);
  });

  it('says what each of its options is for', () => {
    for (const [option, { description }] of Object.entries(optionsOf(plugin)))
      expect(description, option).toMatch(/^.{8,}\.$/s);
  });

  it('refuses an option that it does not know, and names it', () => {
    const options = smallOptions(plugin);
    expect(plugin.options.safeParse(options).success).toBe(true);
    expect(plugin.options.safeParse({ ...options, noSuchOption: 1 }).error?.issues).toMatchObject([
      { code: 'unrecognized_keys', keys: ['noSuchOption'] },
    ]);
  });

  it('lists the same shards in the same order each time, from one object or two', async () => {
    const source = open(plugin, published.includes(plugin) ? { mirror: folder } : {});
    const shards = await shardsOf(source);
    expect(shards.length).toBeGreaterThan(0);
    expect(await shardsOf(source)).toEqual(shards);
    expect(await shardsOf(open(plugin, published.includes(plugin) ? { mirror: folder } : {}))).toEqual(shards);
  });

  it('gives each shard an id of its own, and one that goes to a worker and the journal as it is', async () => {
    const shards = await shardsOf(open(plugin, published.includes(plugin) ? { mirror: folder } : {}));
    expect(new Set(shards.map(({ id }) => id)).size).toBe(shards.length);
    expect(JSON.parse(JSON.stringify(shards))).toEqual(shards);
    for (const { id } of shards) expect(id).toMatch(/^[^#\s]+$/);
  });

  it('lists files that are there', async () => {
    const source = open(plugin, published.includes(plugin) ? { mirror: folder } : {});
    if (source.transport.once === true) return expect(await source.transport.list('')).toHaveLength(1);
    for (const { path, size } of await shardsOf(source)) {
      expect(await source.transport.size(path)).toBe(3);
      expect([undefined, 3]).toContain(size);
    }
  });

  it('touches nothing until its shards are asked for', () => {
    const before = hub.requests.length;
    if (published.includes(plugin)) open(plugin, { mirror: hub.base });
    else expect(() => open(plugin, plugin.name === 'files' ? { glob: 'no/such/folder/*' } : {})).not.toThrow();
    expect(hub.requests).toHaveLength(before);
  });
});

describe.each(named(published))('the published source %s', (_, plugin) => {
  it('comes from its publisher over HTTPS', () => {
    expect(open(plugin, {}).transport.base).toMatch(/^https:\/\//);
    expect(plugin.reference).toMatch(/^https:\/\//);
  });

  it('comes from a mirror, be it a folder, the hub or a plain web server, as the same shards', async () => {
    const local = withoutSize(await shardsOf(open(plugin, { mirror: folder })));
    // Relative to the pipeline file.
    expect(withoutSize(await shardsOf(open(plugin, { mirror: '.' })))).toEqual(local);
    expect(withoutSize(await shardsOf(open(plugin, { mirror: hub.base })))).toEqual(local);
    expect(withoutSize(await shardsOf(open(plugin, { mirror: listing.base })))).toEqual(local);
  });
});

// A dataset of the hub is what it is, whatever the pipeline's language.
const byLanguage = published.filter(({ name }) => name !== 'huggingface');

describe.each(named(byLanguage))('the published source %s', (_, plugin) => {
  it('reads its own `language` where it has one, and the pipeline’s otherwise', async () => {
    const list = (options: object, language: string) =>
      shardsOf(open(plugin, { mirror: folder, ...options }, language));
    const german = await list({}, 'de');
    expect(await list({ language: 'de' }, 'ja')).toEqual(german);
    expect(await list({}, 'ja')).not.toEqual(german);
  });
});
