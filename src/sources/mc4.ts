// mC4: the multilingual, cleaned Common Crawl that mT5 was trained on, in many gzip shards a language.
import { z } from 'zod';
import { SourceError } from '../errors.ts';
import { define, type Shard, type Transport } from '../pipeline/define.ts';
import { nearestName } from '../pipeline/nearest-name.ts';
import { publishedFacts } from './published/checksums.ts';
import { hubFolder, openHub, revision } from './published/hub.ts';
import { corpusLanguage, languageOption } from './published/languages.ts';
import { mc4Languages, mc4ShardCount } from './published/mc4-shards.ts';
import { mirror } from './published/mirror.ts';
import { noParts, type Part, partsOf } from './published/parts.ts';
import { includes, numberRanges, rangesOf } from './published/ranges.ts';
import { checkWanted } from './published/wanted.ts';

const DATASET = 'allenai/c4';

export const mc4 = define({
  kind: 'source',
  name: 'mc4',
  summary: 'mC4: web text of 71 crawls in 108 languages; records with text, timestamp and URL.',
  reference: 'https://huggingface.co/datasets/allenai/c4',
  licence: 'ODC-BY 1.0, and the terms of use of Common Crawl; the texts belong to their authors.',
  size: 'All languages: 9.7 TB packed; Japanese: 1,024 shards for training, 8 for validation.',
  languages: '108, six of them also in Latin letters (ja-Latn); und holds what CLD3 could not tell.',
  options: z.strictObject({
    split: z.enum(['train', 'validation']).default('train').describe('Which split.'),
    shards: numberRanges
      .default('all')
      .describe('Shards to read: all, numbers and ranges such as 0-1023 or 0,2,5-7. Always read in ascending order.'),
    of: z
      .int()
      .min(1)
      .max(99_999)
      .optional()
      .describe(
        'Number of shards that the split has in all (Japanese train: 1024). Given, the long list of files is not fetched.',
      ),
    revision,
    language: languageOption,
    mirror,
  }),
  create(options, context) {
    const transport = openHub(DATASET, options, context);
    const folder = hubFolder(DATASET, options.revision, 'multilingual');
    const language = corpusLanguage('mc4', options.language ?? context.language);
    const place: Place = { folder, language, split: options.split };
    const wanted = rangesOf(options.shards);
    return {
      transport,
      async *shards() {
        const parts = options.of === undefined ? await listParts(transport, place) : countedParts(place, options.of);
        checkWanted(
          wanted,
          parts.map(({ number }) => number),
          { what: 'mC4 shard', base: transport.base, option: 'shards' },
        );
        for (const part of parts) if (includes(wanted, part.number)) yield shardOf(part);
      },
    };
  },
});

const shardOf = ({ name, path, ...facts }: Part): Shard => ({
  id: name,
  path,
  codec: 'gzip',
  format: 'jsonl',
  fields: { text: 'text', url: 'url' },
  ...publishedFacts(facts),
});

interface Place {
  readonly folder: string;
  readonly language: string;
  readonly split: 'train' | 'validation';
}

const stem = ({ language, split }: Place): string => `c4-${language}${split === 'validation' ? '-validation' : ''}`;

function countedParts(place: Place, count: number): Part[] {
  const digits = (number: number): string => String(number).padStart(5, '0');
  return Array.from({ length: count }, (_, number) => {
    const name = `${stem(place)}.tfrecord-${digits(number)}-of-${digits(count)}.json.gz`;
    return { name, path: `${place.folder}/${name}`, number };
  });
}

async function listParts(transport: Transport, place: Place): Promise<Part[]> {
  const { folder, language, split } = place;
  const listed = await transport.list(folder).catch((error: unknown) => {
    const count = mc4ShardCount(language, split);
    // A folder that cannot be listed is not there; only a server may hold files and not list them.
    const mayHold = /^https?:/.test(transport.base) && error instanceof SourceError && error.code === 'fetch.not_found';
    if (!mayHold || count === undefined) throw error;
    return countedParts(place, count);
  });
  const parts = partsOf(listed, new RegExp(`^${stem(place)}\\.tfrecord-(\\d{5})-of-\\d{5}\\.json\\.gz$`));
  if (parts.length > 0) return ofOneEdition(parts, transport.base);
  // Version 3.1.0 (the revision mC4_3.1.0) joins shards into one file, whose name numbers them all.
  const joined = partsOf(listed, new RegExp(`^${stem(place)}\\.(\\d{5})(?:-\\d{5})*\\.json\\.gz$`));
  if (joined.length > 0) return joined;
  throw noParts('No mC4 shards', transport.base, `${folder}/${stem(place)}.tfrecord-*.json.gz`, languageFix(language));
}

function languageFix(language: string): string {
  const where = `https://huggingface.co/datasets/${DATASET} lists what there is.`;
  if (mc4Languages.includes(language)) return `Check split and revision: ${where}`;
  const nearest = nearestName(language, mc4Languages);
  return `mC4 has no language ${language}${nearest === undefined ? '' : `; did you mean ${nearest}?`}: ${where}`;
}

function ofOneEdition(parts: Part[], base: string): Part[] {
  const counts = [...new Set(parts.map(({ name }) => Number(name.slice(-13, -8))))];
  if (counts.length > 1) {
    throw new SourceError(`${base} holds mC4 shards of several editions: of ${counts.join(' and of ')} shards.`, {
      code: 'source.ambiguous',
      fix: 'Say which one with `of:`, or clear the mirror of the others.',
    });
  }
  return parts;
}
