// Open-addressing tables from 32-bit hashes to row numbers, one a band, cut into segments that grow one at a time.

/** Segments of a band's table, by the first bits of the hash: growing one moves a 64th of the band, never all of it. */
const SEGMENT_BITS = 6;
const FIRST_SLOTS = 16;
/** A segment grows by a quarter when more of its slots are in use: 64 to 80 % are, so a row takes 10 to 12.5 bytes a band. */
const FULL = 0.8;
const GROWTH = 1.25;
/** Rows of one hash that are kept and looked at: a bucket that all pages of a site fall into must not cost more and more. */
const BUCKET = 16;

const home = (hash: number, slots: number): number =>
  // The bits after the segment's, scaled to the slots, which need be no power of two.
  2 * Math.floor(((hash << SEGMENT_BITS) >>> 0) * (slots / 2 ** 32));

/** Stores `value` under `hash` in the first free slot; false when the bucket is full. */
function put(cells: Uint32Array, hash: number, value: number): boolean {
  const end = cells.length;
  let same = 0;
  let at = home(hash, end >>> 1);
  while (cells[at + 1] !== 0) {
    if (cells[at] === hash && ++same === BUCKET) return false;
    at += 2;
    if (at === end) at = 0;
  }
  cells[at] = hash;
  cells[at + 1] = value;
  return true;
}

export class HashTables {
  readonly #bands: number;
  /** (bands × 2^SEGMENT_BITS) segments of (slots × 2): hash, row + 1; 0 marks an empty slot. A probe touches one cache line. */
  readonly #segments: Uint32Array[];
  readonly #counts: Uint32Array;

  constructor(bands: number) {
    this.#bands = bands;
    this.#segments = Array.from({ length: bands << SEGMENT_BITS }, () => new Uint32Array(2 * FIRST_SLOTS));
    this.#counts = new Uint32Array(bands << SEGMENT_BITS);
  }

  get bytes(): number {
    return this.#segments.reduce((sum, { byteLength }) => sum + byteLength, this.#counts.byteLength);
  }

  /** The first row found under one of the hashes (bands) that `accept` takes, or -1. */
  find(hashes: Uint32Array, accept: (row: number) => boolean): number {
    const segments = this.#segments;
    for (let band = 0; band < this.#bands; band++) {
      const hash = hashes[band] ?? 0;
      const cells = segments[(band << SEGMENT_BITS) | (hash >>> (32 - SEGMENT_BITS))];
      if (cells === undefined) continue;
      const end = cells.length;
      let looks = 0;
      let at = home(hash, end >>> 1);
      for (let value = cells[at + 1] ?? 0; value !== 0 && looks < BUCKET; value = cells[at + 1] ?? 0) {
        if (cells[at] === hash) {
          if (accept(value - 1)) return value - 1;
          looks++;
        }
        at += 2;
        if (at === end) at = 0;
      }
    }
    return -1;
  }

  /** Stores a row under its hashes (bands). Amortised O(bands). */
  add(hashes: Uint32Array, row: number): void {
    for (let band = 0; band < this.#bands; band++) {
      const hash = hashes[band] ?? 0;
      const number = (band << SEGMENT_BITS) | (hash >>> (32 - SEGMENT_BITS));
      const used = (this.#counts[number] ?? 0) + 1;
      let cells = this.#segments[number];
      if (cells === undefined) continue;
      if (used > (cells.length >>> 1) * FULL) {
        cells = grown(cells);
        this.#segments[number] = cells;
      }
      if (put(cells, hash, row + 1)) this.#counts[number] = used;
    }
  }
}

function grown(before: Uint32Array): Uint32Array {
  const cells = new Uint32Array(2 * Math.ceil((before.length >>> 1) * GROWTH));
  for (let at = 0; at < before.length; at += 2)
    if (before[at + 1] !== 0) put(cells, before[at] ?? 0, before[at + 1] ?? 0);
  return cells;
}
