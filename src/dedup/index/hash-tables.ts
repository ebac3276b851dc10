// Open-addressing tables from 32-bit hashes to row numbers, one a band, cut into segments that grow one at a time.

/** Segments of a band's table, by the first bits of the hash: growing one is over in a few milliseconds at 20 million rows. */
const SEGMENT_BITS = 6;
const FIRST_SLOTS = 16;
/** A segment grows by a quarter when more of its slots are in use: 64 to 80 % are, so a row takes 10 to 12.5 bytes a band. */
const FULL = 0.8;
const GROWTH = 1.25;
/** Rows of one hash that are kept and looked at: a bucket that all pages of a site fall into must not cost more and more. */
const BUCKET = 16;

class Segment {
  /** (slots × 2): hash, row + 1; a row of 0 marks an empty slot. Side by side, so that a probe touches one cache line. */
  #cells = new Uint32Array(2 * FIRST_SLOTS);
  #slots = FIRST_SLOTS;
  #count = 0;

  get bytes(): number {
    return this.#cells.byteLength;
  }

  find(hash: number, accept: (row: number) => boolean): number {
    const cells = this.#cells;
    let looks = 0;
    for (let at = this.#home(hash); cells[at + 1] !== 0; at = at + 2 === cells.length ? 0 : at + 2) {
      if (cells[at] !== hash) continue;
      const row = (cells[at + 1] ?? 0) - 1;
      if (accept(row)) return row;
      if (++looks === BUCKET) return -1;
    }
    return -1;
  }

  add(hash: number, row: number): void {
    if (this.#count + 1 > this.#slots * FULL) this.#grow();
    this.#put(hash, row + 1);
  }

  /** First cell of the hash: its bits after the segment's, scaled to the slots, which need be no power of two. */
  #home(hash: number): number {
    return 2 * Math.floor(((hash << SEGMENT_BITS) >>> 0) * (this.#slots / 2 ** 32));
  }

  #put(hash: number, value: number): void {
    const cells = this.#cells;
    let same = 0;
    let at = this.#home(hash);
    while (cells[at + 1] !== 0) {
      if (cells[at] === hash && ++same === BUCKET) return;
      at = at + 2 === cells.length ? 0 : at + 2;
    }
    cells[at] = hash;
    cells[at + 1] = value;
    this.#count++;
  }

  #grow(): void {
    const before = this.#cells;
    this.#slots = Math.ceil(this.#slots * GROWTH);
    this.#cells = new Uint32Array(2 * this.#slots);
    this.#count = 0;
    for (let at = 0; at < before.length; at += 2)
      if (before[at + 1] !== 0) this.#put(before[at] ?? 0, before[at + 1] ?? 0);
  }
}

export class HashTables {
  readonly #bands: number;
  /** (bands × 2^SEGMENT_BITS), made when first used. */
  readonly #segments: (Segment | undefined)[];

  constructor(bands: number) {
    this.#bands = bands;
    this.#segments = Array.from({ length: bands << SEGMENT_BITS }, () => undefined);
  }

  get bytes(): number {
    return this.#segments.reduce((sum, segment) => sum + (segment?.bytes ?? 0), 0);
  }

  /** The first row found under one of the hashes (bands) that `accept` takes, or -1. */
  find(hashes: Uint32Array, accept: (row: number) => boolean): number {
    for (let band = 0; band < this.#bands; band++) {
      const hash = hashes[band] ?? 0;
      const found = this.#segments[(band << SEGMENT_BITS) | (hash >>> (32 - SEGMENT_BITS))]?.find(hash, accept) ?? -1;
      if (found >= 0) return found;
    }
    return -1;
  }

  /** Stores a row under its hashes (bands). Amortised O(bands). */
  add(hashes: Uint32Array, row: number): void {
    for (let band = 0; band < this.#bands; band++) {
      const hash = hashes[band] ?? 0;
      const number = (band << SEGMENT_BITS) | (hash >>> (32 - SEGMENT_BITS));
      let segment = this.#segments[number];
      if (segment === undefined) {
        segment = new Segment();
        this.#segments[number] = segment;
      }
      segment.add(hash, row);
    }
  }
}
