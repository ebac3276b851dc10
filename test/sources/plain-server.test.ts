// A plain server that lists no files, as an in-house mirror may be: what can be read from it all the same.
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { JsonObject, Shard } from '../../src/pipeline/define.ts';
import { plugins } from '../../src/registry.gen.ts';
import { type Mirror, startMirror } from '../helpers/mirror-server.ts';
import { contextOf, failureOf, folderOf, shardsOf } from '../helpers/transports.ts';

const FOLDER = 'datasets/oscar-corpus/OSCAR-2301/resolve/main/ja_meta';
let mirror: Mirror;

beforeAll(async () => {
  const sum = 'a'.repeat(64);
  const sums = `${sum}  ja_meta_part_10.jsonl.zst\n${sum}  ja_meta_part_9.jsonl.zst\n`;
  const folder = await folderOf({ [`${FOLDER}/checksum.sha256`]: sums });
  // No folder answers: only files do.
  mirror = await startMirror(folder, {
    misbehave: ({ path }) => (path.endsWith('checksum.sha256') ? undefined : { kind: 'status', status: 404 }),
  });
});
afterAll(() => mirror.close());

async function list(name: string, options: JsonObject): Promise<Shard[]> {
  const plugin = plugins.find((each) => each.kind === 'source' && each.name === name);
  if (plugin?.kind !== 'source') throw new Error(`no source ${name}`);
  return shardsOf(plugin.create(plugin.options.parse({ ...options, mirror: mirror.base }), contextOf()));
}

it('OSCAR is found by its published list of checksums', async () => {
  const shards = await list('oscar', {});
  expect(shards.map(({ id }) => id)).toEqual(['ja_meta_part_9.jsonl.zst', 'ja_meta_part_10.jsonl.zst']);
});

it.each([
  ['ja', 'train', 1024],
  ['ja', 'validation', 8],
  ['en', 'train', 11_264],
  ['he', 'train', 1024],
  ['ja-Latn', 'train', 8],
])('mC4 in %s (%s) is found by its published number of shards', async (language, split, count) => {
  const shards = await list('mc4', { language, split });
  expect(shards).toHaveLength(count);
  expect(shards.at(-1)?.id).toMatch(new RegExp(`-0*${count - 1}-of-0*${count}\\.json\\.gz$`));
});

it('mC4 in a language of which no number is published is an error, unless the number is given', async () => {
  const error = await failureOf(list('mc4', { language: 'jaa' }));
  expect(error).toMatchObject({ code: 'fetch.not_found', exitCode: 3 });
  expect(await list('mc4', { language: 'jaa', of: 2 })).toHaveLength(2);
});
