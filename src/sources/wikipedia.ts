// Wikipedia in its three published editions: the XML dump, the search index' plain text, the hub's Parquet.
import { z } from 'zod';
import { type Context, define, type Shard, type Transport, type WikitextOptions } from '../pipeline/define.ts';
import { patternProblem } from './parse/wikitext/patterns.ts';
import { checksumsIfThere, publishedFacts, withChecksums } from './published/checksums.ts';
import { hubFolder, openHub, revision } from './published/hub.ts';
import { corpusLanguage, languageOption } from './published/languages.ts';
import { mirror, openPublished } from './published/mirror.ts';
import { noParts, partsOf } from './published/parts.ts';
import { DUMPS, dumpedSize, searchIndexParts } from './published/wikimedia-dumps.ts';

const HUB_DATASET = 'wikimedia/wikipedia';
const HUB_DATE = '20231101';

const dateError = 'a date such as 20250601';
// YAML reads 20250601 as a number.
const date = z
  .union([z.string().regex(/^\d{8}$/, dateError), z.int().min(1000_00_00, dateError).max(9999_99_99, dateError)], {
    error: dateError,
  })
  .optional()
  .describe(`Day of the dump, YYYYMMDD, as it stands in its folder name. Not needed for hub (${HUB_DATE}).`);

const pattern = z.string().superRefine((given, context) => {
  const message = patternProblem(given);
  if (message !== undefined) context.addIssue({ code: 'custom', message });
});

const options = z
  .strictObject({
    edition: z
      .enum(['dump', 'cirrus', 'hub'])
      .default('dump')
      .describe(
        'dump: articles as wikitext (MediaWiki XML); cirrus: plain text out of the search index, which the server keeps for some weeks; hub: cleaned text in Parquet.',
      ),
    date,
    revision: revision.describe('hub only: branch, tag or commit of the dataset. A commit pins the bytes.'),
    headings: z
      .enum(['keep', 'drop'])
      .default('keep')
      .describe('dump only: whether the titles of sections are lines of the text.'),
    templates: z
      .record(z.string().min(1), pattern)
      .default({})
      .describe(
        'dump only: templates whose words are text, besides those that Seiryu knows: name to pattern. `{1}` is the first parameter, `{label|1}` the first given of several; what stands in `[…]` is shown only when its parameters are given; an empty pattern removes. For example `読み: "{1}[（{2}）]"`.',
      ),
    language: languageOption,
    mirror,
  })
  .refine(({ edition, date }) => edition === 'hub' || date !== undefined, {
    path: ['date'],
    error: 'the day of a dump, such as 20250601 (https://dumps.wikimedia.org/ lists them)',
  });

export const wikipedia = define({
  kind: 'source',
  name: 'wikipedia',
  summary: 'Wikipedia: the articles of one language, from a dump, the search index or the hub.',
  reference: 'https://dumps.wikimedia.org/',
  licence: 'CC BY-SA 4.0 and GFDL: name the source and share alike.',
  size: 'Japanese: dump 4 GB packed; search index 9 GB packed. English: dump over 20 GB packed.',
  languages: 'Over 300, by the codes of Wikipedia (nn, zh-min-nan, simple, …).',
  options,
  create({ edition, revision, mirror, date, headings, templates, language: given }, context) {
    const language = corpusLanguage('wikipedia', given ?? context.language);
    if (edition === 'hub') return hubEdition(language, String(date ?? HUB_DATE), revision, mirror, context);
    const wiki = `${language.replaceAll('-', '_')}wiki`;
    const day = String(date);
    const transport = openPublished(DUMPS, { mirror }, context);
    const wikitext = { language, headings, templates };
    return {
      transport,
      shards: () =>
        edition === 'dump' ? dumpShards(transport, wiki, day, wikitext) : searchIndexShards(transport, wiki, day),
    };
  },
});

async function* dumpShards(
  transport: Transport,
  wiki: string,
  day: string,
  wikitext: WikitextOptions,
): AsyncGenerator<Shard> {
  const folder = `${wiki}/${day}/`;
  const name = `${wiki}-${day}-pages-articles-multistream.xml.bz2`;
  const size = await dumpedSize(transport, folder, name);
  const shard: Shard = {
    id: name,
    path: folder + name,
    codec: 'bz2',
    format: 'mediawiki-xml',
    fields: { text: 'text', wikitext },
    ...(size === undefined ? {} : { size }),
  };
  yield* withChecksums([shard], await checksumsIfThere(transport, `${folder}${wiki}-${day}-md5sums.txt`));
}

async function* searchIndexShards(transport: Transport, wiki: string, day: string): AsyncGenerator<Shard> {
  const reading = { format: 'cirrus', fields: { text: 'text' } } as const;
  const parts = await searchIndexParts(transport, wiki, day);
  for (const { name, path, size } of parts)
    yield { id: name, path, codec: 'bz2', ...reading, ...(size === undefined ? {} : { size }) };
  if (parts.length > 0) return;
  const name = `${wiki}-${day}-cirrussearch-content.json.gz`;
  yield { id: name, path: `other/cirrussearch/${day}/${name}`, codec: 'gzip', ...reading };
}

function hubEdition(
  language: string,
  date: string,
  revision: string,
  mirror: string | undefined,
  context: Context,
): { transport: Transport; shards(): AsyncIterable<Shard> } {
  const transport = openHub(HUB_DATASET, { mirror }, context);
  const folder = hubFolder(HUB_DATASET, revision, `${date}.${language}`);
  return {
    transport,
    async *shards() {
      const parts = partsOf(await transport.list(folder), /^train-(\d+)-of-\d+\.parquet$/);
      if (parts.length === 0)
        throw noParts(
          `No Wikipedia of ${date} in ${language}`,
          transport.base,
          `${folder}/train-*.parquet`,
          `Check language and date: https://huggingface.co/datasets/${HUB_DATASET} lists what there is.`,
        );
      for (const { path, name, ...facts } of parts) {
        yield {
          id: name,
          path,
          codec: 'none',
          format: 'parquet',
          fields: { text: 'text', url: 'url' },
          ...publishedFacts(facts),
        };
      }
    },
  };
}
