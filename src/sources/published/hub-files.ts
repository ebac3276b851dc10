// Which files of a hub dataset hold a split: by its card, by the usual layouts, by the hub's own Parquet copy.
import { z } from 'zod';
import { SourceError } from '../../errors.ts';
import type { FormatName, Shard, Transport } from '../../pipeline/define.ts';
import { nearestName } from '../../pipeline/nearest-name.ts';
import { readingOf } from '../parse/file-names.ts';
import { cardConfigs, chosenConfig } from './dataset-card.ts';
import { matchingFiles } from './globs.ts';
import { hubFolder } from './hub.ts';
import { baseName } from './parts.ts';
import { jsonOf, textOf } from './small-file.ts';

/** A shard, but for the columns to read; its id is relative to the dataset's root at its revision. */
export type HubFile = Omit<Shard, 'fields'>;

export interface Wanted {
  readonly dataset: string;
  readonly config: string | undefined;
  readonly split: string;
  readonly revision: string;
}

const CONVERTED = 'refs/convert/parquet';
/** Names of splits by which files without one are told from files of another. */
const SPLITS = ['train', 'training', 'test', 'testing', 'eval', 'evaluation', 'validation', 'valid', 'val', 'dev'];

/** The files of a split, by path. Throws SourceError (`source.empty`, `source.split`, `source.partial`) with what there is. */
export async function hubFiles(transport: Transport, wanted: Wanted): Promise<HubFile[]> {
  const repository = new Repository(transport, wanted.dataset, wanted.revision);
  const known: Known = { configs: new Set() };
  const found =
    (await byCard(repository, wanted, known)) ??
    (await byLayout(repository, wanted, 'parquet')) ??
    (await byLayout(repository, wanted, 'jsonl')) ??
    (await byCopy(transport, wanted, known));
  if (found !== undefined) return found;
  throw nothing(transport, wanted, known);
}

/** What was learnt on the way, for the message when nothing is found. */
interface Known {
  readonly configs: Set<string>;
}

/** One dataset at one revision; each folder is listed once. */
class Repository {
  readonly #transport: Transport;
  readonly #root: string;
  readonly #listed = new Map<string, Promise<HubFile[]>>();

  constructor(transport: Transport, dataset: string, revision: string) {
    this.#transport = transport;
    this.#root = hubFolder(dataset, revision, '');
  }

  text(path: string): Promise<string | undefined> {
    return textOf(this.#transport, `${this.#root}/${path}`);
  }

  /** The files of a folder whose name tells a format that can be read; none where there is no such folder. */
  list(folder: string): Promise<HubFile[]> {
    const before = this.#listed.get(folder);
    if (before !== undefined) return before;
    const listing = this.#list(folder);
    this.#listed.set(folder, listing);
    return listing;
  }

  /** The folders of a folder; none where there is no such folder. */
  async folders(folder: string): Promise<string[]> {
    const found = await this.#transport.folders(this.#at(folder)).catch(noneWhereMissing);
    return found.map((path) => path.slice(this.#root.length + 1));
  }

  #at(folder: string): string {
    return folder === '' ? this.#root : `${this.#root}/${folder}`;
  }

  async #list(folder: string): Promise<HubFile[]> {
    const files = await this.#transport.list(this.#at(folder)).catch(noneWhereMissing);
    return files.flatMap((file): HubFile[] => {
      const { codec, format } = readingOf(file.path);
      if (codec === undefined || (format !== 'parquet' && format !== 'jsonl')) return [];
      if (format === 'parquet' && codec !== 'none') return [];
      return [{ ...file, id: file.path.slice(this.#root.length + 1), codec, format }];
    });
  }
}

function noneWhereMissing(error: unknown): [] {
  if (error instanceof SourceError && error.code === 'fetch.not_found') return [];
  throw error;
}

const byPath = (files: readonly HubFile[]): HubFile[] =>
  [...new Map(files.map((file) => [file.path, file])).values()].sort((a, b) => (a.path < b.path ? -1 : 1));

async function byCard(repository: Repository, wanted: Wanted, known: Known): Promise<HubFile[] | undefined> {
  const configs = cardConfigs((await repository.text('README.md')) ?? '');
  for (const { name } of configs) known.configs.add(name);
  const config = chosenConfig(configs, wanted.config);
  if (config === undefined) return undefined;
  const patterns = config.splits.get(wanted.split);
  if (patterns === undefined) throw noSplit(wanted, config.name, [...config.splits.keys()]);
  const found: HubFile[] = [];
  const tree = {
    files: (folder: string) => repository.list(folder),
    folders: (folder: string) => repository.folders(folder),
  };
  for (const pattern of patterns) found.push(...(await matchingFiles(pattern, tree, ({ id }) => id)));
  return found.length > 0 ? byPath(found) : undefined;
}

/** The first folder of the usual layouts that holds the split (https://huggingface.co/docs/hub/datasets-file-names-and-splits). */
async function byLayout(
  repository: Repository,
  { config, split }: Wanted,
  format: FormatName,
): Promise<HubFile[] | undefined> {
  const { flat, nested } = layouts(config, split);
  const inFolder = async (folder: string): Promise<HubFile[]> =>
    (await repository.list(folder)).filter((file) => file.format === format);
  for (const folder of flat) {
    const files = await inFolder(folder);
    const named = (test: (name: string) => boolean): HubFile[] => files.filter(({ path }) => test(baseName(path)));
    for (const some of [named((name) => beginsWith(name, split)), named((name) => hasWord(name, split))])
      if (some.length > 0) return some;
  }
  for (const folder of nested) {
    const files = await inFolder(folder);
    if (files.length > 0) return files;
  }
  if (split !== 'train') return undefined;
  for (const folder of flat) {
    const files = await inFolder(folder);
    const namesNone = files.every(({ path }) => !SPLITS.some((name) => hasWord(baseName(path), name)));
    if (files.length > 0 && namesNone) return files;
  }
  return undefined;
}

function layouts(config: string | undefined, split: string): { flat: string[]; nested: string[] } {
  const flat = config === undefined ? ['', 'data'] : [config, `data/${config}`];
  return { flat, nested: flat.map((folder) => (folder === '' ? split : `${folder}/${split}`)) };
}

const beginsWith = (name: string, split: string): boolean =>
  name.startsWith(split) && /^[-._]/.test(name.slice(split.length));

/** Whether the name holds the word between characters that are neither letters nor digits. */
const hasWord = (name: string, word: string): boolean =>
  name
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .includes(word.toLowerCase());

/** `GET api/datasets/<name>/parquet`: the files of each split of each subset in the hub's own copy. */
const copies = z.record(z.string(), z.record(z.string(), z.array(z.string())));

async function byCopy(transport: Transport, wanted: Wanted, known: Known): Promise<HubFile[] | undefined> {
  // The copy is of the main branch as it is now; another revision must not be read for a pinned one.
  if (wanted.revision !== 'main') return undefined;
  const text = await textOf(transport, `api/datasets/${wanted.dataset}/parquet`);
  const parsed = copies.safeParse(text === undefined ? undefined : jsonOf(text));
  if (!parsed.success) return undefined;
  const configs = new Map(Object.entries(parsed.data));
  for (const name of configs.keys()) known.configs.add(name);
  const config = wanted.config ?? (configs.size === 1 ? [...configs.keys()][0] : 'default');
  const splits = config === undefined ? undefined : configs.get(config);
  if (config === undefined || splits === undefined) return undefined;
  if (splits[wanted.split] === undefined) throw noSplit(wanted, config, Object.keys(splits));
  const repository = new Repository(transport, wanted.dataset, CONVERTED);
  const files = await repository.list(`${config}/${wanted.split}`);
  if (files.length > 0) return files;
  const part = await repository.list(`${config}/partial-${wanted.split}`);
  if (part.length === 0) return undefined;
  throw new SourceError(
    `The hub's Parquet copy of ${wanted.dataset} (${config}, ${wanted.split}) is only its beginning.`,
    {
      code: 'source.partial',
      fix: `To read that beginning say \`revision: ${CONVERTED}\`, \`config: ${config}\` and \`split: partial-${wanted.split}\`.`,
    },
  );
}

function noSplit({ dataset, split }: Wanted, config: string, splits: readonly string[]): SourceError {
  const nearest = nearestName(split, splits);
  return new SourceError(`${dataset} (${config}) has no split ${split}; it has ${splits.join(', ')}.`, {
    code: 'source.split',
    fix: nearest === undefined ? 'Say one of them with `split:`.' : `Did you mean \`split: ${nearest}\`?`,
  });
}

function nothing(transport: Transport, { dataset, config, split, revision }: Wanted, known: Known): SourceError {
  const { flat, nested } = layouts(config, split);
  const looked = [...flat, ...nested].map((folder) => `${folder === '' ? '.' : folder}/`).join(', ');
  const where = `${transport.base} below ${hubFolder(dataset, revision, '')} (looked in ${looked})`;
  const fixes = [
    subsetsFix(config, [...known.configs]),
    `Stored in another format, try \`revision: ${CONVERTED}\` with \`config: default\`.`,
  ];
  return new SourceError(`No Parquet or JSON lines of the split ${split} at ${where}.`, {
    code: 'source.empty',
    fix: fixes.join(' '),
  });
}

function subsetsFix(config: string | undefined, known: readonly string[]): string {
  if (known.length === 0) return 'Check dataset, config and split on its page.';
  const shown = known.slice(0, 20).join(', ') + (known.length > 20 ? `, … (${known.length})` : '');
  const nearest = config === undefined ? undefined : nearestName(config, known);
  return `It has the subsets ${shown}: say one with \`config:\`${nearest === undefined ? '' : `; did you mean ${nearest}?`}.`;
}
