// CC-100's one shard a language, from a folder and over HTTP alike.
import { afterAll, describe, expect, it } from 'vitest';
import { cc100 } from '../../src/sources/cc100.ts';
import { readShard } from '../../src/sources/read.ts';
import { startMirror } from '../helpers/mirror-server.ts';
import { contextOf, failureOf, folderOf, joined, shardsOf } from '../helpers/transports.ts';

const folder = await folderOf({ 'cc-100/ja.txt.xz': '' });
const server = await startMirror(folder);
afterAll(() => server.close());

const open = (options: object, language = 'ja') => cc100.create(cc100.options.parse(options), contextOf({ language }));

describe('CC-100', () => {
  it('is one xz file of texts between blank lines, known without asking', async () => {
    expect(await shardsOf(open({ mirror: server.base }))).toEqual([
      { id: 'ja.txt.xz', path: 'cc-100/ja.txt.xz', codec: 'xz', format: 'blank-line' },
    ]);
    expect(server.requests).toEqual([]);
  });

  it('comes from its published place unless a mirror is given', () => {
    expect(open({}).transport.base).toBe('https://data.statmt.org/');
    expect(open({ mirror: server.base }).transport.base).toBe(server.base);
    expect(open({ mirror: folder }).transport.base).toBe(folder);
  });

  it('reads another language than the pipeline’s when told to', async () => {
    expect(await shardsOf(open({ language: 'de' }))).toMatchObject([{ id: 'de.txt.xz', path: 'cc-100/de.txt.xz' }]);
  });

  it.each([
    ['zh', 'zh-Hans.txt.xz'],
    ['zh-Hant', 'zh-Hant.txt.xz'],
    ['nb', 'no.txt.xz'],
    ['fil', 'tl.txt.xz'],
    ['my_zaw', 'my_zaw.txt.xz'],
  ])('has %s as %s', async (language, id) => {
    expect(await shardsOf(open({ language }))).toMatchObject([{ id }]);
    expect(await shardsOf(open({}, language))).toMatchObject([{ id }]);
  });

  it.each([
    ['a folder', folder],
    ['HTTP', server.base],
  ])('says, when it is read from %s, that a language is not there', async (_, mirror) => {
    const source = open({ mirror, language: 'xx' });
    const [shard] = await shardsOf(source);
    if (shard === undefined) throw new Error('no shard');
    const signal = new AbortController().signal;
    const error = await failureOf(joined(readShard(source.transport, shard, { signal })));
    expect(error).toMatchObject({ name: 'SourceError', code: 'fetch.not_found', exitCode: 3 });
    expect(error.message).toContain('cc-100/xx.txt.xz');
    expect(error.fix).toBeTruthy();
  });

  it.each(['JA', '../ja', 'ja/x', ''])('refuses %j as a language', (language) => {
    expect(cc100.options.safeParse({ language }).error?.issues).toMatchObject([
      { path: ['language'], message: expect.stringContaining('such as ja') },
    ]);
  });
});
