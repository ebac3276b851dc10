// Sketches of one band in so many: enough to tell how many drops of an index that keeps no sketches they would have confirmed.
import { RowStore } from './row-store.ts';
import { agreement, type SketchShape } from './sketch.ts';

/** One key in so many is sampled, by its own bits: whoever drops by a sampled key is checked, whatever the order. */
const SAMPLED = 2048;
/** Bytes of a Map's entry with a number as key and value, with room to grow. */
const ENTRY = 56;

const keyOf = (home: number, tag: number): number => home * 2 ** 20 + (tag >>> 12);
const isSampled = (tag: number): boolean => tag % SAMPLED === 0;

export class SampledSketches {
  readonly #shape: SketchShape;
  readonly #sketches: RowStore;
  readonly #rows: readonly Map<number, number>[];
  readonly #needed: number;
  /** Drops that were checked, and those that the sketch would have kept. */
  checked = 0;
  refused = 0;

  constructor(shape: SketchShape, needed: number) {
    this.#shape = shape;
    this.#needed = needed;
    this.#sketches = new RowStore(shape.words, { chunkBits: 8 });
    this.#rows = Array.from({ length: shape.bands }, () => new Map<number, number>());
  }

  get bytes(): number {
    return this.#sketches.bytes + ENTRY * this.#rows.reduce((sum, { size }) => sum + size, 0);
  }

  /** Bytes for so many documents. */
  bytesAt(documents: number): number {
    return ((documents * this.#shape.bands) / SAMPLED) * (ENTRY + 4 * this.#shape.words);
  }

  /** A document was admitted; its sketch is at `sketch[at …]`. */
  add(homes: Uint32Array, tags: Uint32Array, sketch: Uint32Array, at: number): void {
    for (const [band, rows] of this.#rows.entries()) {
      const tag = tags[band] ?? 0;
      if (!isSampled(tag)) continue;
      const key = keyOf(homes[band] ?? 0, tag);
      if (rows.has(key)) continue;
      rows.set(key, this.#sketches.rows);
      this.#sketches.push(sketch, at);
    }
  }

  /** A document is dropped because the key of `band` was seen: counts whether its sketch agrees, where that key is sampled. */
  check(band: number, homes: Uint32Array, tags: Uint32Array, sketch: Uint32Array, at: number): void {
    const tag = tags[band] ?? 0;
    if (!isSampled(tag)) return;
    const row = this.#rows[band]?.get(keyOf(homes[band] ?? 0, tag));
    this.checked++;
    // A key that nobody had: the filter's own false drop.
    if (row === undefined || !this.#agrees(row, sketch, at)) this.refused++;
  }

  #agrees(row: number, sketch: Uint32Array, at: number): boolean {
    const store = this.#sketches;
    return agreement(store.chunk(row), store.offset(row), sketch, at, this.#shape) >= this.#needed;
  }
}
