// OSCAR: the Open Super-large Crawled Aggregated coRpus, in its four published versions.
import { z } from 'zod';
import { SourceError } from '../errors.ts';
import { define, type ListedFile, type Shard, type Transport } from '../pipeline/define.ts';
import { publishedFacts, readChecksums, withChecksums } from './published/checksums.ts';
import { hubFolder, openHub, revision } from './published/hub.ts';
import { corpusLanguage, languageOption } from './published/languages.ts';
import { mirror, openPublished } from './published/mirror.ts';
import { noParts, partsOf } from './published/parts.ts';

/** The first version's own place: the hub's dataset `oscar` is a script that reads these. */
const OLD_BASE = 'https://s3.amazonaws.com/datasets.huggingface.co/';

// YAML reads 23.01 and 2019 as numbers.
const version = z
  .union(
    [
      z.enum(['23.01', '22.01', '21.09', '2019']),
      z.literal(23.01),
      z.literal(22.01),
      z.literal(21.09),
      z.literal(2019),
    ],
    { error: '"23.01", "22.01", "21.09" or "2019"' },
  )
  .default('23.01')
  .describe('23.01 and 22.01: whole documents with metadata, behind a form on the hub; 21.09 and 2019: text only.');

const options = z
  .strictObject({
    version,
    deduplicated: z
      .boolean()
      .optional()
      .describe('21.09 and 2019: the edition without repeated lines (true, the default) or the original.'),
    revision,
    language: languageOption,
    mirror,
  })
  .refine(({ version, deduplicated }) => deduplicated === undefined || ['21.09', '2019'].includes(String(version)), {
    path: ['deduplicated'],
    error: 'no `deduplicated` here: versions 22.01 and 23.01 have one edition only',
  });

export const oscar = define({
  kind: 'source',
  name: 'oscar',
  summary: 'OSCAR: web text of Common Crawl by language; the later versions with annotations of quality.',
  reference: 'https://oscar-project.org/',
  licence: 'CC0 for the packaging, on accepting the terms on the hub; the texts belong to their authors.',
  access: {
    needs: 'Versions 23.01, 22.01 and 21.09: accept the terms on the page of the dataset, then give a token.',
    page: 'https://huggingface.co/datasets/oscar-corpus/OSCAR-2301',
    variable: 'HF_TOKEN',
  },
  size: 'Japanese, unpacked: 181 GB (23.01); 216 GB, deduplicated 106 GB (2019).',
  languages: '151 to 168, by the codes of Wikipedia (als, arz, nds, …).',
  options,
  create({ version, deduplicated = true, revision, mirror, language: given }, context) {
    const language = corpusLanguage('oscar', given ?? context.language);
    const place = placeOf(String(version), language, deduplicated, revision);
    const transport =
      place.dataset === undefined
        ? openPublished(OLD_BASE, { mirror }, context)
        : openHub(place.dataset, { mirror }, context);
    return {
      transport,
      async *shards() {
        const parts = partsOf(await listFiles(transport, place), place.pattern);
        if (parts.length === 0)
          throw noParts(
            `No OSCAR ${version} in ${language}`,
            transport.base,
            `${place.folder}/${place.example}`,
            'Check language and version; https://oscar-project.org/ lists what there is.',
          );
        for (const { name, path, ...facts } of parts) {
          yield { ...place.reading, id: name, path, ...publishedFacts(facts) };
        }
      },
    };
  },
});

interface Place {
  /** On the hub; the first version lies elsewhere. */
  readonly dataset?: string;
  readonly folder: string;
  /** Lists the files where the server cannot. */
  readonly checksums?: string;
  readonly pattern: RegExp;
  readonly example: string;
  readonly reading: Omit<Shard, 'id' | 'path'>;
}

const records = { format: 'jsonl', fields: { text: 'content', url: 'warc_headers.warc-target-uri' } } as const;
const plain = { codec: 'gzip', format: 'blank-line' } as const;

function placeOf(version: string, language: string, deduplicated: boolean, revision: string): Place {
  // Small languages come in one file without a number.
  const meta = (ending: string): RegExp => new RegExp(`^${language}_meta(?:_part_(\\d+))?\\.jsonl\\.${ending}$`);
  const text = new RegExp(`^${language}${deduplicated ? '(?:_dedup)?' : ''}(?:_part_(\\d+))?\\.txt\\.gz$`);
  const example = `${language}_part_*.txt.gz`;
  if (version === '23.01') {
    const dataset = 'oscar-corpus/OSCAR-2301';
    return {
      dataset,
      folder: hubFolder(dataset, revision, `${language}_meta`),
      pattern: meta('zst'),
      example: `${language}_meta_part_*.jsonl.zst`,
      reading: { ...records, codec: 'zstd' },
    };
  }
  if (version === '22.01') {
    const dataset = 'oscar-corpus/OSCAR-2201';
    return {
      dataset,
      folder: hubFolder(dataset, revision, `compressed/${language}_meta`),
      pattern: meta('gz'),
      example: `${language}_meta_part_*.jsonl.gz`,
      reading: { ...records, codec: 'gzip' },
    };
  }
  if (version === '21.09') {
    const dataset = 'oscar-corpus/OSCAR-2109';
    const folder = `${deduplicated ? 'packaged' : 'packaged_nondedup'}/${language}`;
    return { dataset, folder: hubFolder(dataset, revision, folder), pattern: text, example, reading: plain };
  }
  const folder = `oscar/1.0/unshuffled/${deduplicated ? 'deduplicated' : 'original'}/${language}`;
  return { folder, checksums: `${folder}/${language}_sha256.txt`, pattern: text, example, reading: plain };
}

async function listFiles(transport: Transport, place: Place): Promise<ListedFile[]> {
  const byListing = () => transport.list(place.folder);
  const { checksums } = place;
  if (checksums !== undefined) {
    const listed = orElse(() => listedIn(transport, place.folder, checksums), byListing);
    // A bucket that may not be listed forbids what is not there.
    return listed.catch((error: unknown) => {
      if (error instanceof SourceError && error.code === 'fetch.forbidden') return [];
      throw error;
    });
  }
  const list = `${place.folder}/checksum.sha256`;
  // A plain server without lists of files still has the published list of checksums.
  const files = await orElse(byListing, () => listedIn(transport, place.folder, list));
  const isCheckable = files.some(({ checksum }) => checksum === undefined) && files.some(({ path }) => path === list);
  return isCheckable ? withChecksums(files, await readChecksums(transport, list)) : files;
}

/** The files that a list of checksums names. */
async function listedIn(transport: Transport, folder: string, checksums: string): Promise<ListedFile[]> {
  const sums = await readChecksums(transport, checksums);
  return [...sums].map(([name, checksum]) => ({ path: `${folder}/${name}`, checksum }));
}

/** The second way when what the first needs is not there; when neither is, the first way's error. */
async function orElse<T>(first: () => Promise<T>, second: () => Promise<T>): Promise<T> {
  try {
    return await first();
  } catch (error) {
    if (!(error instanceof SourceError) || error.code !== 'fetch.not_found') throw error;
    return second().catch(() => {
      throw error;
    });
  }
}
