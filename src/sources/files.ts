// The user's own files, chosen by glob.
import { dirname, relative, resolve, sep } from 'node:path';
import glob from 'fast-glob';
import { z } from 'zod';
import { SourceError } from '../errors.ts';
import { define, type Shard } from '../pipeline/define.ts';
import { openTransport } from './fetch/index.ts';
import { codecEndings, formatEndings, readingOf } from './parse/file-names.ts';

const formatNames = ['auto', 'jsonl', 'blank-line', 'mediawiki-xml', 'cirrus', 'parquet', 'wet'] as const;
const globError = 'a pattern or a list of patterns';
const pattern = z
  .string()
  .min(1, globError)
  .refine((text) => text !== '-', { error: 'a pattern; standard input is a source of its own, `stdin`' });
const codecNames = ['auto', 'none', 'gzip', 'xz', 'zstd', 'bz2'] as const;

export const files = define({
  kind: 'source',
  name: 'files',
  summary: 'Your own files: JSON lines, text with blank lines between documents, MediaWiki XML or Parquet.',
  licence: 'Yours to know.',
  options: z.strictObject({
    glob: z
      .union([pattern, z.array(pattern).min(1, globError)], { error: globError })
      .describe(
        'Which files, relative to the pipeline file: texts/*.jsonl.gz, or a list; a leading ! leaves some out. Read in the order of their names.',
      ),
    format: z
      .enum(formatNames)
      .default('auto')
      .describe(
        'How records stand in them. auto goes by the name: .jsonl .ndjson .json are jsonl, .txt is blank-line, .xml is mediawiki-xml, .wet is wet, .parquet is parquet.',
      ),
    codec: z
      .enum(codecNames)
      .default('auto')
      .describe(
        'How they are compressed. auto goes by the name: .gz .xz .zst .bz2, or one of the endings above for not compressed; any other is an error.',
      ),
    text: z
      .string()
      .min(1)
      .default('text')
      .describe('jsonl, cirrus, parquet: field with the text; dots go into nested fields.'),
    url: z
      .string()
      .min(1)
      .default('url')
      .describe('jsonl, cirrus, parquet: field with the address, where there is one.'),
  }),
  create(options, { baseDir, env, signal }) {
    const patterns = [options.glob].flat().map((pattern) => pattern.replace(/^(!?)\.\//, '$1'));
    const base = commonFolder(baseDir, patterns);
    return {
      transport: openTransport(base, { env, signal }),
      async *shards() {
        const found = await glob(patterns, { cwd: baseDir, absolute: true, onlyFiles: true, unique: true });
        if (found.length === 0) {
          throw new SourceError(`No file matches ${patterns.join(', ')} in ${baseDir}.`, {
            code: 'source.empty',
            fix: 'Patterns are relative to the pipeline file. ** stands for any folders, * for any part of a name.',
          });
        }
        const shards = found.map((file) => shardOf(file, base, baseDir, options));
        yield* shards.sort((a, b) => (a.id < b.id ? -1 : 1));
      },
    };
  },
});

const slashes = (path: string): string => (sep === '/' ? path : path.replaceAll(sep, '/'));

/** The nearest folder above the pipeline file and all that the patterns can reach. */
function commonFolder(baseDir: string, patterns: readonly string[]): string {
  const reached = glob.generateTasks([...patterns], { cwd: baseDir }).map(({ base }) => resolve(baseDir, base));
  let common = resolve(baseDir);
  for (const folder of reached) {
    while (relative(common, folder).split(sep)[0] === '..' && dirname(common) !== common) common = dirname(common);
  }
  return common;
}

interface Reading {
  readonly format: (typeof formatNames)[number];
  readonly codec: (typeof codecNames)[number];
  readonly text: string;
  readonly url: string;
}

function shardOf(file: string, base: string, baseDir: string, { format, codec, text, url }: Reading): Shard {
  const id = slashes(relative(baseDir, file));
  const named = readingOf(id);
  const chosenCodec = codec !== 'auto' ? codec : named.codec;
  if (chosenCodec === undefined) throw unknownCodec(id);
  const chosenFormat = format !== 'auto' ? format : named.format;
  if (chosenFormat === undefined) throw unknownFormat(id);
  if (chosenFormat === 'parquet' && chosenCodec !== 'none') throw packedParquet(id);
  const hasFields = chosenFormat === 'jsonl' || chosenFormat === 'cirrus' || chosenFormat === 'parquet';
  return {
    id,
    path: slashes(relative(base, file)),
    codec: chosenCodec,
    format: chosenFormat,
    ...(hasFields ? { fields: { text, url } } : {}),
  };
}

const unknownCodec = (file: string): SourceError =>
  new SourceError(`${file}: its name does not tell how it is compressed.`, {
    code: 'source.codec',
    fix: `Known endings are ${[...codecEndings.keys()].map((ending) => `.${ending}`).join(' ')} and, not compressed, ${[
      ...formatEndings.keys(),
    ]
      .map((ending) => `.${ending}`)
      .join(' ')}. Else say \`codec:\`: ${codecNames.slice(1).join(', ')}; recompress what is none of these.`,
  });

const unknownFormat = (file: string): SourceError =>
  new SourceError(`${file}: its name does not tell how records stand in it.`, {
    code: 'source.format',
    fix: `Say \`format:\`: ${formatNames.slice(1).join(', ')}.`,
  });

const packedParquet = (file: string): SourceError =>
  new SourceError(`${file}: a Parquet file inside another compression cannot be read from its end.`, {
    code: 'source.codec',
    fix: 'Unpack it: Parquet compresses its own pages.',
  });
