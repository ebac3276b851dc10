// The user's own files: which are read, in which order, and as what.
import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { files } from '../../src/sources/files.ts';
import { readShard } from '../../src/sources/read.ts';
import { contextOf, failureOf, folderOf, joined, shardsOf } from '../helpers/transports.ts';

const emptyFolder = (...paths: string[]): Promise<string> =>
  folderOf(Object.fromEntries(paths.map((path) => [path, ''])));
const open = (baseDir: string, options: object) => files.create(files.options.parse(options), contextOf({ baseDir }));
const list = (baseDir: string, options: object) => shardsOf(open(baseDir, options));
const idsOf = async (baseDir: string, glob: string | string[]): Promise<string[]> =>
  (await list(baseDir, { glob })).map(({ id }) => id);

describe('files of one’s own', () => {
  it('are those that the pattern names, in the order of their names', async () => {
    const folder = await emptyFolder(
      'in/b.txt',
      'in/a.txt',
      'in/B.txt',
      'in/10.txt',
      'in/9.txt',
      'in/deep/c.txt',
      'x.txt',
    );
    expect(await idsOf(folder, 'in/*.txt')).toEqual(['in/10.txt', 'in/9.txt', 'in/B.txt', 'in/a.txt', 'in/b.txt']);
    expect(await idsOf(folder, './in/{a,b}.txt')).toEqual(['in/a.txt', 'in/b.txt']);
    expect(await idsOf(folder, '**/*.txt')).toHaveLength(7);
    expect(await idsOf(folder, 'x.txt')).toEqual(['x.txt']);
  });

  it('are read once, whatever the order of the patterns and however many name them', async () => {
    const folder = await emptyFolder('a.txt', 'b.txt', 'left-out.txt');
    expect(await idsOf(folder, ['b.txt', '*.txt', 'a.*', '!left-out.*'])).toEqual(['a.txt', 'b.txt']);
    expect(await idsOf(folder, ['./*.txt', '!./left-out.txt'])).toEqual(['a.txt', 'b.txt']);
  });

  it('may lie behind a link, and a folder is no file', async () => {
    const folder = await emptyFolder('real/a.txt');
    await mkdir(join(folder, 'folder.txt'));
    await symlink(join(folder, 'real/a.txt'), join(folder, 'link.txt'));
    expect(await idsOf(folder, '*.txt')).toEqual(['link.txt']);
  });

  it('are read from where they lie, beside or above the pipeline file too', async () => {
    const folder = await folderOf({
      'pipelines/here.txt': 'here',
      'corpus/年/there #1.txt': 'there',
      'above.txt': 'above',
    });
    const baseDir = join(folder, 'pipelines');
    const signal = new AbortController().signal;
    const textOf = async (glob: string | string[]): Promise<string[]> => {
      const source = open(baseDir, { glob });
      const texts: string[] = [];
      for await (const shard of source.shards())
        texts.push(String(await joined(readShard(source.transport, shard, { signal }))));
      return texts;
    };
    expect(await textOf('*.txt')).toEqual(['here']);
    expect(await textOf('../corpus/**/*.txt')).toEqual(['there']);
    expect(await textOf(['../*.txt', '*.txt', '../corpus/*/*'])).toEqual(['above', 'there', 'here']);
    expect(await textOf(join(folder, 'corpus/年/*'))).toEqual(['there']);
    expect(await idsOf(baseDir, '../corpus/**/*.txt')).toEqual(['../corpus/年/there #1.txt']);
  });

  it.each([
    ['a.jsonl', 'none', 'jsonl'],
    ['a.ndjson', 'none', 'jsonl'],
    ['a.json', 'none', 'jsonl'],
    ['a.txt', 'none', 'blank-line'],
    ['a.xml', 'none', 'mediawiki-xml'],
    ['a.parquet', 'none', 'parquet'],
    ['a.jsonl.gz', 'gzip', 'jsonl'],
    ['a.txt.xz', 'xz', 'blank-line'],
    ['a.jsonl.zst', 'zstd', 'jsonl'],
    ['a.json.zstd', 'zstd', 'jsonl'],
    ['a.xml.bz2', 'bz2', 'mediawiki-xml'],
    ['A.JSONL.GZ', 'gzip', 'jsonl'],
    ['c4-ja.tfrecord-00000-of-01024.json.gz', 'gzip', 'jsonl'],
    ['v1.5.txt', 'none', 'blank-line'],
    ['CC-MAIN-20240517233122-00000.warc.wet.gz', 'gzip', 'wet'],
  ])('are what their name says: %s is %s, %s', async (name, codec, format) => {
    expect(await list(await emptyFolder(`in/${name}`), { glob: 'in/*' })).toMatchObject([
      { id: `in/${name}`, codec, format },
    ]);
  });

  it('are what the options say where the name says otherwise or nothing', async () => {
    const folder = await emptyFolder('dump', 'a.jsonl.gz', 'b.gz');
    expect(await list(folder, { glob: 'dump', codec: 'zstd', format: 'cirrus' })).toMatchObject([
      { codec: 'zstd', format: 'cirrus' },
    ]);
    expect(await list(folder, { glob: 'a.*', codec: 'none', format: 'blank-line' })).toMatchObject([
      { codec: 'none', format: 'blank-line' },
    ]);
    expect(await list(folder, { glob: 'b.gz', format: 'jsonl' })).toMatchObject([{ codec: 'gzip', format: 'jsonl' }]);
  });

  it('hold their text in the field that the options name, where the format has fields', async () => {
    const folder = await emptyFolder('a.jsonl', 'b.parquet', 'c.txt', 'd.xml');
    const shards = await list(folder, { glob: '*', text: 'body.text', url: 'link' });
    const fields = { text: 'body.text', url: 'link' };
    expect(shards.map((shard) => shard.fields)).toEqual([fields, fields, undefined, undefined]);
    expect((await list(folder, { glob: 'a.jsonl' }))[0]?.fields).toEqual({ text: 'text', url: 'url' });
  });

  it.each(['a.jsonl.lz4', 'a.txt.7z', 'README', 'archive.tar.br'])(
    'with an ending that tells no compression are one error that names the file and the known codecs: %s',
    async (name) => {
      const folder = await emptyFolder('0.jsonl', `in/${name}`);
      const error = await failureOf(list(folder, { glob: '**' }));
      expect(error).toMatchObject({ name: 'SourceError', code: 'source.codec', exitCode: 3 });
      expect(error.message).toContain(`in/${name}`);
      for (const known of ['.gz', '.xz', '.zst', '.bz2', '.jsonl', 'none', 'gzip', 'xz', 'zstd', 'bz2'])
        expect(error.fix).toContain(known);
    },
  );

  it.each(['a.gz', 'a.csv.gz'])(
    'whose name does not tell the format are one error that asks for it: %s',
    async (name) => {
      const error = await failureOf(list(await emptyFolder(name), { glob: '*' }));
      expect(error).toMatchObject({ name: 'SourceError', code: 'source.format' });
      expect(error.message).toContain(name);
      expect(error.fix).toMatch(/format.*jsonl.*blank-line.*parquet/);
    },
  );

  it('in Parquet inside another compression are refused, with what to do', async () => {
    const error = await failureOf(list(await emptyFolder('a.parquet.gz'), { glob: '*' }));
    expect(error).toMatchObject({ code: 'source.codec', fix: expect.stringContaining('Unpack') });
  });

  it('that match nothing are an error that says where it looked', async () => {
    const folder = await emptyFolder('a.txt');
    const error = await failureOf(list(folder, { glob: ['*.jsonl', '!a*'] }));
    expect(error).toMatchObject({ name: 'SourceError', code: 'source.empty' });
    expect(error.message).toContain('*.jsonl');
    expect(error.message).toContain(folder);
  });

  it.each(['-', ['a', '-']])('are not standard input: %j says which source is', (glob) => {
    expect(JSON.stringify(files.options.safeParse({ glob }).error?.issues)).toContain('`stdin`');
  });

  it.each([{}, { glob: '' }, { glob: [] }, { glob: ['a', ''] }, { glob: 3 }])(
    'need a pattern: %o is none',
    (options) => {
      expect(files.options.safeParse(options).error?.issues[0]?.message).toContain('a pattern or a list of patterns');
    },
  );
});
