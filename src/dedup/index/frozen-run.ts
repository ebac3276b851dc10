// A segment of a band's table that was put on disk: in memory stay its hashes, at 2.5 bytes each; the rows they lead to are read.

const FANOUT = 8;

export interface FrozenParts {
  readonly run: FrozenRun;
  /** Row numbers in the run's order, to be written where `rowsAt` will say. */
  readonly rows: Uint32Array;
}

export class FrozenRun {
  readonly #shift: number;
  readonly #hashBits: number;
  /** Where each bucket of hashes begins. (2^k + 1) */
  readonly #starts: Uint32Array;
  /** What of each hash its bucket does not tell, ascending in its bucket. */
  readonly #rests: Uint16Array | Uint32Array;
  /** Place of the run's first row number in the file of rows. */
  rowsAt = 0;

  private constructor(hashBits: number, shift: number, starts: Uint32Array, rests: Uint16Array | Uint32Array) {
    this.#hashBits = hashBits;
    this.#shift = shift;
    this.#starts = starts;
    this.#rests = rests;
  }

  /**
   * From the slots of a segment (hash, row + 1; 0 = empty) whose hashes differ in their lowest `hashBits` bits. Linear:
   * buckets of about 8 are counted, filled and sorted by (hash, row) one by one.
   */
  static of(cells: Uint32Array, hashBits: number): FrozenParts {
    let entries = 0;
    for (let at = 1; at < cells.length; at += 2) if (cells[at] !== 0) entries++;
    const bucketBits = Math.min(hashBits, Math.max(4, Math.floor(Math.log2(Math.max(1, entries / FANOUT)))));
    const shift = hashBits - bucketBits;
    const bucketOf = (hash: number): number => low(hash, hashBits) >>> shift;
    const starts = new Uint32Array(2 ** bucketBits + 1);
    for (let at = 0; at < cells.length; at += 2) {
      if (cells[at + 1] === 0) continue;
      const next = bucketOf(cells[at] ?? 0) + 1;
      starts[next] = (starts[next] ?? 0) + 1;
    }
    for (let bucket = 1; bucket < starts.length; bucket++)
      starts[bucket] = (starts[bucket] ?? 0) + (starts[bucket - 1] ?? 0);
    const rests = shift <= 16 ? new Uint16Array(entries) : new Uint32Array(entries);
    const rows = new Uint32Array(entries);
    const filled = starts.slice();
    for (let at = 0; at < cells.length; at += 2) {
      const value = cells[at + 1] ?? 0;
      if (value === 0) continue;
      const bucket = bucketOf(cells[at] ?? 0);
      const place = filled[bucket] ?? 0;
      filled[bucket] = place + 1;
      insert(rests, rows, starts[bucket] ?? 0, place, low(cells[at] ?? 0, shift), value - 1);
    }
    return { run: new FrozenRun(hashBits, shift, starts, rests), rows };
  }

  get bytes(): number {
    return this.#starts.byteLength + this.#rests.byteLength;
  }

  /** Where the entries of a hash begin in the run, and how many there are. */
  range(hash: number): { readonly at: number; readonly count: number } {
    const bucket = low(hash, this.#hashBits) >>> this.#shift;
    const rest = low(hash, this.#shift);
    const end = this.#starts[bucket + 1] ?? 0;
    let at = this.#starts[bucket] ?? 0;
    while (at < end && (this.#rests[at] ?? 0) < rest) at++;
    let count = 0;
    while (at + count < end && this.#rests[at + count] === rest) count++;
    return { at, count };
  }
}

const low = (hash: number, bits: number): number => (bits === 0 ? 0 : (hash << (32 - bits)) >>> (32 - bits));

/** Puts (rest, row) into its place among the sorted ones of `[from, end)`; `end` is free. */
function insert(
  rests: Uint16Array | Uint32Array,
  rows: Uint32Array,
  from: number,
  end: number,
  rest: number,
  row: number,
): void {
  let at = end;
  for (; at > from; at--) {
    const before = rests[at - 1] ?? 0;
    if (before < rest || (before === rest && (rows[at - 1] ?? 0) < row)) break;
    rests[at] = before;
    rows[at] = rows[at - 1] ?? 0;
  }
  rests[at] = rest;
  rows[at] = row;
}
