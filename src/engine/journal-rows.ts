// The first pass's journal as rows of signatures: read from its start to its end, or one row anywhere.
import { closeSync, openSync, readSync } from 'node:fs';
import type { RowPiece, SignatureRows } from '../dedup/global/rows.ts';
import { FACT_WORDS, rowWords } from './collect.ts';
import { type JournalReader, readJournal } from './journal.ts';

interface Held {
  readonly first: number;
  readonly count: number;
  /** Byte of the file where the rows begin. */
  readonly at: number;
}

/** What an entry tells of a block: its documents and its print. */
export interface BlockRow {
  readonly documents: number;
  readonly print: number;
}

/** Memory: 3 numbers for each journal entry (an entry holds up to 8 MiB). */
export class JournalRows implements SignatureRows {
  readonly words: number;
  readonly #path: string;
  readonly #entries: readonly Held[];
  readonly #file: number;
  readonly #row: Uint32Array;
  readonly #rowBytes: Uint8Array;

  private constructor(path: string, words: number, entries: readonly Held[]) {
    this.#path = path;
    this.words = words;
    this.#entries = entries;
    this.#file = openSync(path, 'r');
    this.#row = new Uint32Array(words);
    this.#rowBytes = new Uint8Array(this.#row.buffer);
  }

  /** Reads the journal through once. It must hold a whole pass. */
  static async open(path: string, words: number): Promise<JournalRows> {
    const entries: Held[] = [];
    let first = 0;
    for await (const { checkpoint, signatures, end } of entriesOf(path)) {
      const count = checkpoint.tally.documents.kept - first;
      entries.push({ first, count, at: end - signatures.byteLength });
      first += count;
    }
    return new JournalRows(path, words, entries);
  }

  get count(): number {
    const last = this.#entries.at(-1);
    return last === undefined ? 0 : last.first + last.count;
  }

  async *scan(): AsyncGenerator<RowPiece> {
    for await (const { piece } of this.blocks()) yield piece;
  }

  /** The rows of each entry with the blocks that they come from. */
  async *blocks(): AsyncGenerator<{ readonly piece: RowPiece; readonly blocks: readonly BlockRow[] }> {
    let first = 0;
    for await (const { checkpoint, signatures } of entriesOf(this.#path)) {
      const count = checkpoint.tally.documents.kept - first;
      const end = count * rowWords(this.words);
      const blocks: BlockRow[] = [];
      for (let at = end; at < signatures.length; at += FACT_WORDS)
        blocks.push({ documents: signatures[at] ?? 0, print: signatures[at + 1] ?? 0 });
      yield { piece: { first, count, words: signatures.subarray(0, end) }, blocks };
      first += count;
    }
  }

  read(row: number, out: Uint32Array): void {
    const entry = this.#entryOf(row);
    const at = entry.at + (row - entry.first) * 4 * rowWords(this.words);
    readSync(this.#file, this.#rowBytes, 0, this.#rowBytes.length, at);
    out.set(this.#row);
  }

  close(): void {
    closeSync(this.#file);
  }

  #entryOf(row: number): Held {
    let low = 0;
    let high = this.#entries.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((this.#entries[middle]?.first ?? 0) <= row) low = middle;
      else high = middle - 1;
    }
    const entry = this.#entries[low];
    if (entry === undefined) throw new RangeError(`no row ${row}`);
    return entry;
  }
}

async function* entriesOf(path: string): ReturnType<JournalReader['entries']> {
  const reader = await readJournal(path);
  if (reader === undefined) return;
  try {
    yield* reader.entries();
  } finally {
    await reader.close();
  }
}
