// Any dataset of the Hugging Face hub that is stored as Parquet: one column is the text.
import { z } from 'zod';
import { SourceError } from '../errors.ts';
import { define, type Shard, type Transport } from '../pipeline/define.ts';
import { hubFolder, openHub, revision } from './published/hub.ts';
import { mirror } from './published/mirror.ts';
import { baseName } from './published/parts.ts';

const segment = /^[A-Za-z0-9_][A-Za-z0-9._-]*$/;

export const huggingface = define({
  kind: 'source',
  name: 'huggingface',
  summary: 'Any Parquet dataset of the Hugging Face hub, found by its usual layouts; one column is the text.',
  reference: 'https://huggingface.co/docs/hub/datasets-data-files-configuration',
  licence: 'Each dataset has its own: read its page before you use the text.',
  options: z.strictObject({
    dataset: z
      .string()
      .regex(/^(?:[A-Za-z0-9][A-Za-z0-9._-]*\/)?[A-Za-z0-9][A-Za-z0-9._-]*$/, 'owner/name as on the hub')
      .describe('Name on the hub, owner/name.'),
    config: z
      .string()
      .regex(segment, 'the name of a subset, a folder of the dataset')
      .optional()
      .describe(
        'Subset. Files are looked for in <config>/, data/<config>/, <config>/<split>/ and data/<config>/<split>/; without a subset in the root, data/, <split>/ and data/<split>/.',
      ),
    split: z
      .string()
      .regex(segment, 'the name of a split')
      .default('train')
      .describe('Split: Parquet files whose name, or whose folder, begins with it (train-00000-of-00015.parquet).'),
    column: z.string().min(1).default('text').describe('Column that holds the text; dots go into nested fields.'),
    url: z.string().min(1).default('url').describe('Column that holds the address of the text, where there is one.'),
    meta: z
      .array(z.string().min(1))
      .optional()
      .describe(
        'Other columns to keep with the text; without it, all of them. Columns that are not named are not fetched either.',
      ),
    revision: revision.describe(
      'Branch, tag or commit. The hub keeps a Parquet copy of other formats under refs/convert/parquet, with `config: default` unless it has subsets.',
    ),
    mirror,
  }),
  create({ dataset, config, split, column, url, meta, revision, mirror }, context) {
    const transport = openHub(dataset, { mirror }, context);
    const root = hubFolder(dataset, revision, '');
    const columns = meta && [...new Set([column, url].map(topLevel).concat(meta))];
    return {
      transport,
      async *shards() {
        const files = await findFiles(transport, root, config, split);
        for (const { path, size } of files) {
          const shard: Shard = {
            id: path.slice(root.length + 1),
            path,
            codec: 'none',
            format: 'parquet',
            fields: { text: column, url },
            ...(columns === undefined ? {} : { columns }),
            ...(size === undefined ? {} : { size }),
          };
          yield shard;
        }
      },
    };
  },
});

const topLevel = (path: string): string => path.split('.')[0] ?? path;

/** The first folder of the usual layouts that holds the split. */
async function findFiles(
  transport: Transport,
  root: string,
  config: string | undefined,
  split: string,
): Promise<{ path: string; size?: number }[]> {
  const outer = config === undefined ? ['', 'data'] : [config, `data/${config}`];
  const flat = outer.map((folder) => ({ folder, belongs: (name: string) => beginsWith(name, split) }));
  const nested = outer.map((folder) => ({
    folder: folder === '' ? split : `${folder}/${split}`,
    belongs: () => true,
  }));
  for (const { folder, belongs } of [...flat, ...nested]) {
    const files = await listOrNothing(transport, folder === '' ? root : `${root}/${folder}`);
    const found = files.filter(({ path }) => path.endsWith('.parquet') && belongs(baseName(path)));
    if (found.length > 0) return found;
  }
  const looked = [...flat, ...nested].map(({ folder }) => `${folder === '' ? '.' : folder}/`).join(', ');
  throw new SourceError(
    `No Parquet files of the split ${split} at ${transport.base} below ${root} (looked in ${looked}).`,
    {
      code: 'source.empty',
      fix: 'Check dataset, config and split on its page. Stored in another format, try `revision: refs/convert/parquet` with `config: default`.',
    },
  );
}

const beginsWith = (name: string, split: string): boolean =>
  name.startsWith(split) && /^[-._]/.test(name.slice(split.length));

async function listOrNothing(transport: Transport, folder: string): Promise<{ path: string; size?: number }[]> {
  try {
    return await transport.list(folder);
  } catch (error) {
    if (error instanceof SourceError && error.code === 'fetch.not_found') return [];
    throw error;
  }
}
