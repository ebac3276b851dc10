// Common Crawl: the plain text of every page of a crawl (WET files), with the language that was identified in it.
import { z } from 'zod';
import { SourceError } from '../errors.ts';
import { define, type Shard, type Transport } from '../pipeline/define.ts';
import { languageOption } from './published/languages.ts';
import { mirror, openPublished } from './published/mirror.ts';
import { baseName } from './published/parts.ts';
import { includes, numberRanges, rangesOf } from './published/ranges.ts';
import { textOf } from './published/small-file.ts';
import { threeLetters } from './published/three-letter-codes.ts';
import { checkWanted } from './published/wanted.ts';

export const commoncrawl = define({
  kind: 'source',
  name: 'commoncrawl',
  summary: 'Common Crawl: the plain text of the pages of one crawl (WET), those of the wanted language only.',
  reference: 'https://commoncrawl.org/the-data',
  licence: 'The terms of use of Common Crawl; the texts belong to their authors.',
  size: 'One crawl: 70,000 to 90,000 files, over 7 TB packed; about one page in twenty is Japanese.',
  languages: 'The 160 that CLD2 knows, by ISO 639-3 in the records; the first that a record names is its main one.',
  options: z.strictObject({
    crawl: z
      .string()
      .regex(/^CC-MAIN-\d{4}-\d{2}$/, 'a crawl such as CC-MAIN-2024-22')
      .describe('Name of the crawl, such as CC-MAIN-2024-22 (https://index.commoncrawl.org/ lists them).'),
    segments: numberRanges
      .default('all')
      .describe(
        'Segments to read: all, numbers and ranges such as 0-3. A crawl has 100, numbered from 0 in the order of their names.',
      ),
    shards: numberRanges
      .default('all')
      .describe('Files of each segment to read, by the number in their names: all, numbers and ranges such as 0-9.'),
    language: z
      .union([z.literal('any'), languageOption.unwrap()], { error: 'any, or a language code such as ja' })
      .optional()
      .describe(
        "Pages whose main language is this one; any takes all. Default: the pipeline's `language`. Crawls whose WET files name no languages need any.",
      ),
    mirror,
  }),
  create({ crawl, segments, shards, language, mirror }, context) {
    const transport = openPublished('https://data.commoncrawl.org/', { mirror }, context);
    const wantedSegments = rangesOf(segments);
    const wantedShards = rangesOf(shards);
    const chosen = language ?? context.language;
    const fields = chosen === 'any' ? { text: 'text' } : { text: 'text', language: threeLetters(chosen) };
    return {
      transport,
      async *shards() {
        const files = (await listFiles(transport, crawl)).map(placeOf);
        const names = [...new Set(files.map(({ segment }) => segment))].sort();
        const numberOf = new Map(names.map((name, number) => [name, number]));
        const where = { base: transport.base };
        checkWanted(wantedSegments, [...numberOf.values()], { ...where, what: 'Segment', option: 'segments' });
        const inSegments = files.filter(({ segment }) => includes(wantedSegments, numberOf.get(segment) ?? -1));
        const numbers = inSegments.map(({ number }) => number);
        checkWanted(wantedShards, numbers, { ...where, what: 'Common Crawl file', option: 'shards' });
        for (const { segment, path, number } of inSegments) {
          if (!includes(wantedShards, number)) continue;
          const shard: Shard = {
            id: `${segment}/${baseName(path)}`,
            path,
            codec: 'gzip',
            format: 'wet',
            fields,
          };
          yield shard;
        }
      },
    };
  },
});

interface Place {
  readonly path: string;
  readonly segment: string;
  readonly number: number;
}

function placeOf(path: string): Place {
  const [, segment, number] = /\/segments\/([^/]+)\/wet\/[^/]*-(\d+)\.warc\.wet\.gz$/.exec(path) ?? [];
  if (segment === undefined || number === undefined) {
    throw new SourceError(`The list of WET files names ${path.slice(0, 200)}, which is no path of one.`, {
      code: 'source.list',
      fix: 'Check `mirror:`: it must be the base below which `crawl-data/…` lies.',
    });
  }
  return { path, segment, number: Number(number) };
}

/** The published list of the crawl's WET files, in the order of their paths. */
async function listFiles(transport: Transport, crawl: string): Promise<string[]> {
  const list = `crawl-data/${crawl}/wet.paths.gz`;
  const text = await textOf(transport, list, 'gzip').catch((error: unknown) => {
    // A bucket that may not be listed forbids what is not there.
    if (error instanceof SourceError && error.code === 'fetch.forbidden') return undefined;
    throw error;
  });
  if (text === undefined) {
    throw new SourceError(`There is no list of WET files of ${crawl} at ${transport.base} (${list}).`, {
      code: 'source.empty',
      fix: 'Check the name of the crawl: https://index.commoncrawl.org/ lists them. The oldest have no WET files.',
    });
  }
  const paths = text.split('\n').map((line) => line.trim());
  return paths.filter((path) => path !== '').sort();
}
