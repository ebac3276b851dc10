// The card of a dataset of the hub (README.md): which files belong to which subset and split.
import { parseDocument } from 'yaml';
import { z } from 'zod';

export interface CardConfig {
  readonly name: string;
  readonly isDefault: boolean;
  /** Patterns of the files of each split, relative to the dataset's root. */
  readonly splits: ReadonlyMap<string, readonly string[]>;
}

/** Characters of the longest header that is read; with 300 subsets one has a tenth of it. */
const LONGEST = 4 * 1024 * 1024;

const paths = z.union([z.string(), z.array(z.string())]).transform((value) => [value].flat());
const configSchema = z.object({
  config_name: z.union([z.string(), z.number()]).transform(String).default('default'),
  default: z.boolean().default(false),
  data_dir: z.string().optional(),
  data_files: z
    .union([
      z.array(z.object({ split: z.string(), path: paths })),
      paths.transform((path) => [{ split: 'train', path }]),
      z.record(z.string(), paths).transform((all) => Object.entries(all).map(([split, path]) => ({ split, path }))),
    ])
    .optional(),
});

/**
 * The subsets that the card declares under `configs:` in its first lines, those that name their files only
 * (https://huggingface.co/docs/hub/datasets-manual-configuration). Empty for a card without such lines, or one that does
 * not hold to the form: it is a person's page before it is a machine's.
 */
export function cardConfigs(card: string): CardConfig[] {
  const [, header] = /^\ufeff?---[ \t]*\r?\n([\s\S]*?)\r?\n---[ \t]*(?:\r?\n|$)/.exec(card) ?? [];
  if (header === undefined || header.length > LONGEST) return [];
  const declared = yamlOf(header);
  const list: unknown =
    typeof declared === 'object' && declared !== null ? Reflect.get(declared, 'configs') : undefined;
  if (!Array.isArray(list)) return [];
  return list.flatMap((item): CardConfig[] => {
    const parsed = configSchema.safeParse(item);
    if (!parsed.success || parsed.data.data_files === undefined) return [];
    const { config_name: name, default: isDefault, data_files: files, data_dir: folder } = parsed.data;
    const below = (path: string): string => (folder === undefined ? path : `${folder.replace(/\/$/, '')}/${path}`);
    const splits = new Map(files.map(({ split, path }) => [split, path.map(below)]));
    return [{ name, isDefault: isDefault || name === 'default', splits }];
  });
}

/** Undefined for what is no YAML: syntax, aliases without anchor, nesting beyond what a parser's stack holds. */
function yamlOf(text: string): unknown {
  try {
    const document = parseDocument(text, { prettyErrors: false, uniqueKeys: false });
    return document.errors.length > 0 ? undefined : document.toJS({ maxAliasCount: 100 });
  } catch {
    return undefined;
  }
}

/** The subset of that name; without a name the only one or the default. Undefined where the card does not decide. */
export function chosenConfig(configs: readonly CardConfig[], name: string | undefined): CardConfig | undefined {
  if (name !== undefined) return configs.find((config) => config.name === name);
  return configs.length === 1 ? configs[0] : configs.find(({ isDefault }) => isDefault);
}
