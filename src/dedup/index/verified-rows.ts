// The exact index: a table a band from band hashes to rows, and each row's sketch, which confirms candidates.

import { HashTables } from './hash-tables.ts';
import { RowStore } from './row-store.ts';
import { agreement, type SketchShape } from './sketch.ts';
import type { SpillFile } from './spill-file.ts';

export interface SpillFiles {
  readonly rows: SpillFile;
  readonly sketches: SpillFile;
}

/** With 14 × 8: 56 bytes of sketch a document, and 14 slots of 8 bytes in tables 64 to 80 % full: 196 to 231 in all. */
export class VerifiedRows {
  readonly #shape: SketchShape;
  readonly #needed: number;
  readonly #sketches: RowStore;
  readonly #tables: HashTables;
  #files: SpillFiles | undefined;
  readonly #read: Uint32Array;
  #wanted: Uint32Array = new Uint32Array(0);
  #at = 0;
  /** The same earlier document often stands in several of the buckets. */
  #refused = -1;
  /** Candidates that were compared, and those whose sketch was too different. */
  compared = 0;
  refused = 0;
  readonly #isDuplicate = (row: number): boolean => {
    if (row === this.#refused) return false;
    this.compared++;
    if (this.#agreementOf(row) >= this.#needed) return true;
    this.refused++;
    this.#refused = row;
    return false;
  };

  constructor(shape: SketchShape, needed: number) {
    this.#shape = shape;
    this.#needed = needed;
    this.#sketches = new RowStore(shape.words);
    this.#tables = new HashTables(shape.bands);
    this.#read = new Uint32Array(shape.words);
  }

  get rows(): number {
    return this.#sketches.rows;
  }

  get sketchBytes(): number {
    return this.#sketches.bytes;
  }

  get tableBytes(): number {
    return this.#tables.bytes;
  }

  get bytes(): number {
    return this.sketchBytes + this.tableBytes;
  }

  /** Bytes of sketches and of tables once there are so many rows, all of them in memory. */
  bytesAt(rows: number): { readonly sketches: number; readonly tables: number } {
    return { sketches: this.#sketches.bytesAt(rows), tables: this.#tables.bytesAt(rows) };
  }

  /** Most bytes that `rows` more rows may take. */
  headroom(rows: number): number {
    const chunks = this.#sketches.bytesAt(this.rows + rows) - this.#sketches.bytesAt(this.rows);
    return chunks + this.#tables.headroom(rows);
  }

  touch(hashes: Uint32Array, at: number): number {
    return this.#tables.touch(hashes, at);
  }

  /** The row that the sketch at `sketch[at …]` repeats, or -1. `hashes`: its bands'. */
  find(hashes: Uint32Array, sketch: Uint32Array, at: number): number {
    this.#wanted = sketch;
    this.#at = at;
    this.#refused = -1;
    return this.#tables.find(hashes, this.#isDuplicate);
  }

  add(hashes: Uint32Array, sketch: Uint32Array, at: number): void {
    this.#tables.add(hashes, this.#sketches.rows);
    this.#sketches.push(sketch, at);
  }

  /** Puts the oldest sketches or the next segment of the tables on disk: at most a megabyte; false when nothing is left to put. */
  async spill(files: SpillFiles): Promise<boolean> {
    this.#files = files;
    const chunk = this.#sketches.takeOldest();
    if (chunk === undefined) return this.#tables.freezeNext(files.rows);
    try {
      await files.sketches.append(chunk);
    } catch (error) {
      this.#sketches.putBack(chunk);
      throw error;
    }
    return true;
  }

  /** Where the sketch of a row is: read from disk when it was put there, then good until the next look. */
  sketchOf(row: number): { readonly words: Uint32Array; readonly at: number } {
    const store = this.#sketches;
    if (row >= store.firstRow) return { words: store.chunk(row), at: store.offset(row) };
    const { words } = this.#shape;
    this.#files?.sketches.read(row * words, words, this.#read);
    return { words: this.#read, at: 0 };
  }

  #agreementOf(row: number): number {
    const { words, at } = this.sketchOf(row);
    return agreement(words, at, this.#wanted, this.#at, this.#shape);
  }
}
