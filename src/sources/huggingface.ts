// Any dataset of the Hugging Face hub that is stored as Parquet or JSON lines: one column is the text.
import { z } from 'zod';
import { define } from '../pipeline/define.ts';
import { openHub, revision } from './published/hub.ts';
import { hubFiles } from './published/hub-files.ts';
import { mirror } from './published/mirror.ts';

const segment = /^[A-Za-z0-9_][A-Za-z0-9._-]*$/;

export const huggingface = define({
  kind: 'source',
  name: 'huggingface',
  summary: 'Any dataset of the Hugging Face hub in Parquet or JSON lines; one column is the text.',
  reference: 'https://huggingface.co/docs/hub/datasets-data-files-configuration',
  licence: 'Each dataset has its own: read its page before you use the text.',
  access: {
    needs: 'Gated datasets: accept the terms on the page of the dataset, then give a token; private ones: a token.',
    variable: 'HF_TOKEN',
  },
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
        'Subset. Its files are those that the card of the dataset declares; else those in <config>/, data/<config>/, <config>/<split>/ or data/<config>/<split>/ (without a subset in the root, data/, <split>/ or data/<split>/); else those of the Parquet copy that the hub makes.',
      ),
    split: z
      .string()
      .regex(segment, 'the name of a split')
      .default('train')
      .describe(
        'Split: what the card calls so; else files whose name, or whose folder, begins with it or holds it as a word (train-00000-of-00015.parquet). Files that name no split are train.',
      ),
    column: z.string().min(1).default('text').describe('Column that holds the text; dots go into nested fields.'),
    url: z.string().min(1).default('url').describe('Column that holds the address of the text, where there is one.'),
    meta: z
      .array(z.string().min(1))
      .optional()
      .describe(
        'Other columns to keep with the text; without it, all of them. Columns that are not named are not fetched either.',
      ),
    revision: revision.describe(
      'Branch, tag or commit; a commit pins the bytes. The hub keeps its Parquet copy of main under refs/convert/parquet, with `config: default` unless it has subsets.',
    ),
    mirror,
  }),
  create({ dataset, config, split, column, url, meta, revision, mirror }, context) {
    const transport = openHub(dataset, { mirror }, context);
    const columns = meta && [...new Set([column, url].map(topLevel).concat(meta))];
    return {
      transport,
      async *shards() {
        const files = await hubFiles(transport, { dataset, config, split, revision });
        const fields = { text: column, url };
        for (const file of files)
          yield columns !== undefined && file.format === 'parquet' ? { ...file, fields, columns } : { ...file, fields };
      },
    };
  },
});

const topLevel = (path: string): string => path.split('.')[0] ?? path;
