// One index of several: rows one after the other, band tables merged in order. Memory does not grow with their size.
import { PipelineError } from '../../errors.ts';
import type { Disk } from '../../pipeline/define.ts';
import { differencesOf } from './alike.ts';
import type { IndexFile } from './index-file.ts';
import { ENTRY_WORDS, type IndexFooter, type IndexSection, NAME_WORDS } from './index-footer.ts';
import type { Region } from './pages.ts';
import { type SectionContent, writeIndex } from './write-index.ts';

export interface MergeOptions {
  readonly path: string;
  readonly disk: Disk;
  /** What the footer names, where it is not what the files say. */
  readonly inputs?: IndexFooter['inputs'];
  readonly shards?: readonly string[];
}

/** Rows are numbered with 32 bits. */
const MAX_DOCUMENTS = 2 ** 32 - 1;

/** Merges files that hold the same dedupers with the same parameters; throws PipelineError that names what differs. */
export async function mergeIndexes(files: readonly IndexFile[], options: MergeOptions): Promise<IndexFooter> {
  const [first] = files;
  if (first === undefined) throw new RangeError('nothing to merge');
  for (const other of files.slice(1)) checkAlike(first, other);
  const offsets: number[] = [];
  let documents = 0;
  for (const { footer } of files) {
    offsets.push(documents);
    documents += footer.documents;
  }
  if (documents > MAX_DOCUMENTS) {
    throw new PipelineError(`An index holds ${MAX_DOCUMENTS} documents at most; these have ${documents}.`, {
      code: 'index.too_many',
      fix: 'Leave them apart: `against:` takes several files.',
    });
  }
  const inputs = options.inputs ?? files.flatMap(({ footer }) => footer.inputs);
  const shards = options.shards ?? files.flatMap(({ footer }) => footer.shards);
  const names = namesOf(files, options.shards === undefined ? 'renumber' : 'as they are');
  const sections = first.footer.sections.map((_, number) => sectionOf(files, offsets, number));
  return writeIndex(
    options.path,
    { documents, inputs: [...inputs], shards: [...shards], names, sections },
    options.disk,
  );
}

function checkAlike(a: IndexFile, b: IndexFile): void {
  const dedupers = ({ footer }: IndexFile): string => footer.sections.map(({ deduper }) => deduper).join(', ');
  const names = [`in ${a.path}`, `in ${b.path}`] as const;
  const differences =
    dedupers(a) === dedupers(b)
      ? a.footer.sections.flatMap(({ deduper, parameters }, number) =>
          differencesOf(parameters, b.footer.sections[number]?.parameters ?? {}, names).map(
            (difference) => `${deduper}: ${difference}`,
          ),
        )
      : [`${a.path} holds ${dedupers(a)}, ${b.path} ${dedupers(b)}`];
  if (differences.length === 0) return;
  throw new PipelineError(`These indexes cannot be merged: ${differences.join('; ')}.`, {
    code: 'index.parameters',
    fix: 'Build them with the same `dedup:` options.',
  });
}

const sectionsOf = (files: readonly IndexFile[], number: number): { file: IndexFile; section: IndexSection }[] =>
  files.flatMap((file) => {
    const section = file.footer.sections[number];
    return section === undefined ? [] : [{ file, section }];
  });

function sectionOf(files: readonly IndexFile[], offsets: readonly number[], number: number): SectionContent {
  const all = sectionsOf(files, number);
  const [first] = all;
  if (first === undefined) throw new RangeError(`no section ${number}`);
  const { deduper, parameters, words, bands } = first.section;
  const rows = function* (): Generator<Uint32Array> {
    for (const { file, section } of all) yield* file.pages.scan(section.rows);
  };
  return {
    deduper,
    parameters,
    words,
    rows: rows(),
    bands: bands.map(
      (_, band) => () =>
        merged(
          all.flatMap(({ file, section }, index) => {
            const table = section.bands[band]?.table;
            return table === undefined ? [] : [new Entries(file, table, offsets[index] ?? 0)];
          }),
        ),
    ),
  };
}

function* namesOf(files: readonly IndexFile[], numbering: 'renumber' | 'as they are'): Generator<Uint32Array> {
  let before = 0;
  for (const { pages, footer } of files) {
    for (const page of pages.scan(footer.names)) {
      const names = page.slice();
      if (numbering === 'renumber') {
        for (let at = 0; at < names.length; at += NAME_WORDS) {
          const shard = names[at] ?? 0;
          if (shard !== 0) names[at] = shard + before;
        }
      }
      yield names;
    }
    before += footer.shards.length;
  }
}

/** The entries of one table, one at a time. */
class Entries {
  readonly #pages: Iterator<Uint32Array>;
  readonly #offset: number;
  #page: Uint32Array = new Uint32Array(0);
  #at = 0;
  key = 0;
  row = 0;

  constructor(file: IndexFile, table: Region, offset: number) {
    this.#pages = file.pages.scan(table);
    this.#offset = offset;
  }

  /** Moves to the next entry; false at the end. */
  next(): boolean {
    if (this.#at >= this.#page.length) {
      const { value, done } = this.#pages.next();
      if (done === true) return false;
      this.#page = value;
      this.#at = 0;
    }
    this.row = (this.#page[this.#at] ?? 0) + this.#offset;
    this.key = this.#page[this.#at + 1] ?? 0;
    this.#at += ENTRY_WORDS;
    return true;
  }
}

/** Entries gathered before they are handed on. */
const CHUNK = 4096;

/** All entries in order, by a binary heap of the tables: O(log files) an entry. */
function* merged(tables: readonly Entries[]): Generator<Uint32Array> {
  const heap = tables.filter((table) => table.next()).sort((a, b) => (isBefore(a, b) ? -1 : 1));
  let chunk = new Uint32Array(CHUNK * ENTRY_WORDS);
  let at = 0;
  for (let [least] = heap; least !== undefined; [least] = heap) {
    chunk[at++] = least.row;
    chunk[at++] = least.key;
    if (at === chunk.length) {
      yield chunk;
      chunk = new Uint32Array(CHUNK * ENTRY_WORDS);
      at = 0;
    }
    if (!least.next()) {
      const last = heap.pop();
      if (last === undefined || last === least) continue;
      heap[0] = last;
    }
    sink(heap);
  }
  if (at > 0) yield chunk.subarray(0, at);
}

const isBefore = (a: Entries, b: Entries): boolean => (a.key === b.key ? a.row < b.row : a.key < b.key);

/** Restores the heap after its first element grew. */
function sink(heap: Entries[]): void {
  let at = 0;
  for (;;) {
    const here = heap[at];
    let child = 2 * at + 1;
    const left = heap[child];
    const right = heap[child + 1];
    if (here === undefined || left === undefined) return;
    if (right !== undefined && isBefore(right, left)) child++;
    const least = heap[child];
    if (least === undefined || !isBefore(least, here)) return;
    heap[at] = least;
    heap[child] = here;
    at = child;
  }
}
