// Rows of u32 words by number, in chunks: growing never copies what is there, and old chunks can be put elsewhere.

const CHUNK_BITS = 12;

export class RowStore {
  readonly words: number;
  readonly #chunkBits: number;
  readonly #chunkRows: number;
  readonly #chunks: (Uint32Array | undefined)[] = [];
  #rows = 0;
  /** Chunks from the first on that were taken out. */
  #taken = 0;

  constructor(words: number, { chunkBits = CHUNK_BITS }: { readonly chunkBits?: number } = {}) {
    this.words = words;
    this.#chunkBits = chunkBits;
    this.#chunkRows = 1 << chunkBits;
  }

  get rows(): number {
    return this.#rows;
  }

  get bytes(): number {
    return (this.#chunks.length - this.#taken) * this.chunkBytes;
  }

  get chunkBytes(): number {
    return this.#chunkRows * this.words * 4;
  }

  /** Bytes once `rows` rows are stored. */
  bytesAt(rows: number): number {
    return Math.ceil(rows / this.#chunkRows) * this.chunkBytes;
  }

  /** Rows before this one were taken out. */
  get firstRow(): number {
    return this.#taken * this.#chunkRows;
  }

  /** Adds the row at `from[at .. at + words)`; its number is `rows` before the call. */
  push(from: Uint32Array, at: number): void {
    const place = this.offset(this.#rows);
    if (place === 0) this.#chunks.push(new Uint32Array(this.#chunkRows * this.words));
    const chunk = this.chunk(this.#rows);
    for (let word = 0; word < this.words; word++) chunk[place + word] = from[at + word] ?? 0;
    this.#rows++;
  }

  /** The chunk that holds row `row`, and where in it the row begins. */
  chunk(row: number): Uint32Array {
    const chunk = this.#chunks[row >>> this.#chunkBits];
    if (chunk === undefined) throw new RangeError(`no row ${row}`);
    return chunk;
  }

  offset(row: number): number {
    return (row & (this.#chunkRows - 1)) * this.words;
  }

  /** The oldest whole chunk that is here, taken out; undefined when there is none. */
  takeOldest(): Uint32Array | undefined {
    if ((this.#taken + 1) * this.#chunkRows > this.#rows) return undefined;
    const chunk = this.#chunks[this.#taken];
    this.#chunks[this.#taken] = undefined;
    this.#taken++;
    return chunk;
  }

  /** Undoes the last `takeOldest`. */
  putBack(chunk: Uint32Array): void {
    this.#taken--;
    this.#chunks[this.#taken] = chunk;
  }
}
