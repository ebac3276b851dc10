// What grows with the corpus besides its shards: index, sketches, journal, spilled tables; now, for each million documents, and in the end.
import type { IndexFigures } from '../pipeline/define.ts';
import type { LabelledIndex } from './gate.ts';

/** Bytes of one thing. */
export interface Growing {
  readonly bytes: number;
  /** What the next million kept documents will add. */
  readonly perMillion: number;
  /** At the end of the corpus; undefined while nobody knows how long it is. */
  readonly atEnd?: number | undefined;
}

export interface Growth {
  /** Memory: tables of all indexes, sketches included where they are not told apart. */
  readonly tables: Growing;
  /** Memory: sketches that confirm candidates. */
  readonly sketches: Growing;
  /** Disk. */
  readonly journal: Growing;
  /** Disk: what indexes had no memory for. */
  readonly spilled: Growing;
  /** Most memory that the indexes that have a limit may take; undefined where none has. */
  readonly memory?: number | undefined;
  /** Kept documents at the end of the corpus. */
  readonly documents?: number | undefined;
}

export interface GrowthInput {
  readonly indexes: readonly LabelledIndex[];
  readonly kept: number;
  readonly journal: number;
  /** Kept documents that the journal holds; those since the last commit are not in it. */
  readonly journalled: number;
  /** Bytes that the journal began with, before any document. */
  readonly journalHead: number;
  /** Share of the corpus that was read, 0 to 1; undefined while its size is unknown. */
  readonly read: number | undefined;
}

const MILLION = 1e6;
/** Less of the corpus than this says nothing about the rest. */
const LEAST_READ = 0.001;

/** Documents are taken to go on being kept at the rate they were; an index then says itself what it takes for so many. */
export function growthOf({ indexes, kept, journal, journalled, journalHead, read }: GrowthInput): Growth {
  const documents = read === undefined || read < LEAST_READ ? undefined : Math.round(kept / read);
  const figures = (count: number): IndexFigures =>
    indexes.map((labelled) => figuresAt(labelled, kept, count)).reduce(added, EMPTY);
  const now = figures(kept);
  const later = figures(kept + MILLION);
  const end = documents === undefined ? undefined : figures(documents);
  const growing = (part: 'tables' | 'sketches' | 'spilled'): Growing => ({
    bytes: now[part],
    perMillion: Math.max(0, later[part] - now[part]),
    atEnd: end?.[part],
  });
  const entries = Math.max(0, journal - journalHead);
  const each = journalled === 0 ? 0 : entries / journalled;
  return {
    tables: growing('tables'),
    sketches: growing('sketches'),
    spilled: growing('spilled'),
    journal: {
      bytes: journal,
      perMillion: each * MILLION,
      atEnd: documents === undefined ? undefined : journalHead + each * documents,
    },
    memory: now.budget === 0 ? undefined : now.budget,
    documents,
  };
}

const EMPTY: IndexFigures = { tables: 0, sketches: 0, spilled: 0, budget: 0, filled: 0 };

const added = (a: IndexFigures, b: IndexFigures): IndexFigures => ({
  tables: a.tables + b.tables,
  sketches: a.sketches + b.sketches,
  spilled: a.spilled + b.spilled,
  budget: a.budget + b.budget,
  filled: Math.max(a.filled, b.filled),
});

function figuresAt({ index }: LabelledIndex, kept: number, count: number): IndexFigures {
  if (count === kept && index.figures !== undefined) return index.figures;
  if (index.figuresAt !== undefined) return index.figuresAt(count);
  // An index that does not tell grows as it did.
  return { ...EMPTY, tables: kept === 0 ? 0 : (index.bytes * count) / kept };
}

/** Share of an index's memory from which on the run says so. */
const WARNED_FROM = 0.8;

/** Sentences for the indexes whose memory is nearly taken, each index once. */
export class MemoryWatch {
  readonly #warned = new Set<string>();

  check(indexes: readonly LabelledIndex[], documents: number): string[] {
    const lines: string[] = [];
    for (const { label, index } of indexes) {
      const filled = index.figures?.filled ?? 0;
      if (filled < WARNED_FROM || this.#warned.has(label)) continue;
      this.#warned.add(label);
      lines.push(
        `${label}: ${Math.floor(100 * filled)} % of its memory is taken, with ${documents.toLocaleString('en-US')} documents${index.whenFull === undefined ? '' : `; when all is, ${index.whenFull}`}.`,
      );
    }
    return lines;
  }
}

/** Published (packed) bytes of a document, before any was read: from 1 (short forum posts) to 3 kB (Wikipedia, bz2). */
const BYTES_A_DOCUMENT = 2000;

/** What is said before the first document: whether the indexes' memory will do, by the corpus's published size. */
export function outlookOf(
  indexes: readonly LabelledIndex[],
  published: number | undefined,
  soFar: { readonly kept: number; readonly fetched: number },
): string[] {
  const limited = indexes.filter(({ index }) => index.outlook !== undefined);
  if (limited.length === 0 || published === undefined) return [];
  const known = soFar.kept > 0 && soFar.fetched > 0;
  const expected = Math.round(published / (known ? soFar.fetched / soFar.kept : BYTES_A_DOCUMENT));
  return limited.flatMap(({ label, index }) =>
    (index.outlook?.(expected) ?? []).map(
      (line) =>
        `${label}: about ${expected.toLocaleString('en-US')} documents are expected (${known ? 'from what was read so far' : `${BYTES_A_DOCUMENT} published bytes each`}); ${line}.`,
    ),
  );
}
