// Rows of u32 words by number, in chunks: growing never copies what is there.

const CHUNK_BITS = 14;
const CHUNK_ROWS = 1 << CHUNK_BITS;

export class RowStore {
  readonly words: number;
  readonly #chunks: Uint32Array[] = [];
  #rows = 0;

  constructor(words: number) {
    this.words = words;
  }

  get rows(): number {
    return this.#rows;
  }

  get bytes(): number {
    return this.#chunks.length * CHUNK_ROWS * this.words * 4;
  }

  /** Adds the row at `from[at .. at + words)`; its number is `rows` before the call. */
  push(from: Uint32Array, at: number): void {
    const place = this.offset(this.#rows);
    if (place === 0) this.#chunks.push(new Uint32Array(CHUNK_ROWS * this.words));
    const chunk = this.chunk(this.#rows);
    for (let word = 0; word < this.words; word++) chunk[place + word] = from[at + word] ?? 0;
    this.#rows++;
  }

  /** The chunk that holds row `row`, and where in it the row begins. */
  chunk(row: number): Uint32Array {
    const chunk = this.#chunks[row >>> CHUNK_BITS];
    if (chunk === undefined) throw new RangeError(`no row ${row}`);
    return chunk;
  }

  offset(row: number): number {
    return (row & (CHUNK_ROWS - 1)) * this.words;
  }
}
