// Open-addressing tables from 32-bit hashes to row numbers, one a band, cut into segments that grow, and go to disk, one at a time.
import { FrozenRun } from './frozen-run.ts';
import type { SpillFile } from './spill-file.ts';

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

/** Fewer entries than these are not worth a run of their own on disk. */
const LEAST_FROZEN = 128;

/** Stores `value` under `hash` in the first free slot from `from` on; false when the bucket is full, `same` of its rows being elsewhere. */
function put(cells: Uint32Array, hash: number, value: number, same: number, from: number): boolean {
  if (same >= BUCKET) return false;
  const end = cells.length;
  let at = from;
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
  /** Runs of each segment on disk, oldest first; undefined while there are none at all. */
  #frozen: FrozenRun[][] | undefined;
  /** Of segments, counts and runs; asked for at every document. */
  #bytes: number;
  #rows: SpillFile | undefined;
  readonly #read = new Uint32Array(BUCKET);
  /** The segment that was frozen last. */
  #turn = -1;

  /**
   * How the last look ended in each band: whoever is not found is mostly added next, and need not search again. The hash, the
   * size of the segment then, the free slot, and the rows of that hash before it. (bands × 4)
   */
  readonly #looked: Uint32Array;

  constructor(bands: number) {
    this.#bands = bands;
    this.#looked = new Uint32Array(4 * bands);
    this.#segments = Array.from({ length: bands << SEGMENT_BITS }, () => new Uint32Array(2 * FIRST_SLOTS));
    this.#counts = new Uint32Array(bands << SEGMENT_BITS);
    this.#bytes = (bands << SEGMENT_BITS) * (FIRST_SLOTS * 8 + 4);
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Bytes once `rows` rows are stored under hashes that are spread evenly. */
  bytesAt(rows: number): number {
    const each = rows / (1 << SEGMENT_BITS);
    let slots = FIRST_SLOTS;
    while (each > slots * FULL) slots = Math.ceil(slots * GROWTH);
    // Segments grow at different times: on the way from one size to the next, in step with their share.
    return (this.#bands << SEGMENT_BITS) * (slots * 8 + 4);
  }

  /** Bytes that the segments will grow by when `rows` more rows come, each segment taking its share and some. O(segments) */
  headroom(rows: number): number {
    const share = rows / (1 << SEGMENT_BITS);
    const most = share + 4 * Math.sqrt(share) + 4;
    let bytes = 0;
    for (const [number, { length }] of this.#segments.entries()) {
      const slots = length >>> 1;
      let later = slots;
      while ((this.#counts[number] ?? 0) + most > later * FULL) later = Math.ceil(later * GROWTH);
      bytes += (later - slots) * 8;
    }
    return bytes;
  }

  /** Reads the first slot of each hash's probe: independent reads, so that their cache misses overlap. Returns nothing of use. */
  touch(hashes: Uint32Array, at: number): number {
    const segments = this.#segments;
    let seen = 0;
    for (let band = 0; band < this.#bands; band++) {
      const hash = hashes[at + band] ?? 0;
      const cells = segments[(band << SEGMENT_BITS) | (hash >>> (32 - SEGMENT_BITS))];
      if (cells !== undefined) seen ^= cells[home(hash, cells.length >>> 1)] ?? 0;
    }
    return seen;
  }

  /** The first row found under one of the hashes (bands) that `accept` takes, or -1. */
  find(hashes: Uint32Array, accept: (row: number) => boolean): number {
    const segments = this.#segments;
    const looked = this.#looked;
    for (let band = 0; band < this.#bands; band++) {
      const hash = hashes[band] ?? 0;
      const number = (band << SEGMENT_BITS) | (hash >>> (32 - SEGMENT_BITS));
      const cells = segments[number];
      if (cells === undefined) continue;
      if (this.#frozen !== undefined) {
        const row = this.#findFrozen(this.#frozen[number] ?? [], hash, accept);
        if (row >= 0) return row;
      }
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
      const place = 4 * band;
      looked[place] = hash;
      looked[place + 1] = end;
      looked[place + 2] = at;
      looked[place + 3] = looks;
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
        const before = cells.byteLength;
        cells = grown(cells);
        this.#bytes += cells.byteLength - before;
        this.#segments[number] = cells;
      }
      const elsewhere = this.#frozen === undefined ? 0 : frozenOf(this.#frozen[number] ?? [], hash);
      const place = 4 * band;
      // Nothing leaves a segment of the same size: up to where the look ended, all is as it was.
      const isKnown = this.#looked[place] === hash && this.#looked[place + 1] === cells.length;
      const same = elsewhere + (isKnown ? (this.#looked[place + 3] ?? 0) : 0);
      const from = isKnown ? (this.#looked[place + 2] ?? 0) : home(hash, cells.length >>> 1);
      if (put(cells, hash, row + 1, same, from)) this.#counts[number] = used;
    }
  }

  /**
   * Puts the next segment that is worth it into `rows`, all but its hashes; false when none is. Segments take turns, so that
   * all have about as many runs. Answers stay the same: a bucket's oldest rows are those of the runs.
   */
  async freezeNext(rows: SpillFile): Promise<boolean> {
    for (let tried = 0; tried < this.#segments.length; tried++) {
      this.#turn = (this.#turn + 1) % this.#segments.length;
      const cells = this.#segments[this.#turn];
      if (cells === undefined || (this.#counts[this.#turn] ?? 0) < LEAST_FROZEN) continue;
      const frozen = FrozenRun.of(cells, 32 - SEGMENT_BITS);
      frozen.run.rowsAt = await rows.append(frozen.rows);
      this.#rows = rows;
      this.#frozen ??= this.#segments.map(() => []);
      this.#frozen[this.#turn]?.push(frozen.run);
      const emptied = new Uint32Array(2 * FIRST_SLOTS);
      this.#segments[this.#turn] = emptied;
      this.#bytes += frozen.run.bytes + emptied.byteLength - cells.byteLength;
      this.#counts[this.#turn] = 0;
      return true;
    }
    return false;
  }

  #findFrozen(runs: readonly FrozenRun[], hash: number, accept: (row: number) => boolean): number {
    for (const run of runs) {
      const { at, count } = run.range(hash);
      if (count === 0) continue;
      this.#rows?.read(run.rowsAt + at, count, this.#read);
      for (let entry = 0; entry < count; entry++) {
        const row = this.#read[entry] ?? 0;
        if (accept(row)) return row;
      }
    }
    return -1;
  }
}

/** Rows of one hash in runs. */
const frozenOf = (runs: readonly FrozenRun[], hash: number): number =>
  runs.reduce((sum, run) => sum + run.range(hash).count, 0);

function grown(before: Uint32Array): Uint32Array {
  const cells = new Uint32Array(2 * Math.ceil((before.length >>> 1) * GROWTH));
  for (let at = 0; at < before.length; at += 2)
    if (before[at + 1] !== 0) {
      const hash = before[at] ?? 0;
      put(cells, hash, before[at + 1] ?? 0, 0, home(hash, cells.length >>> 1));
    }
  return cells;
}
