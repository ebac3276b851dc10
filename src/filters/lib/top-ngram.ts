// Finds the most frequent n-gram of a sequence, exactly and in linear time: a rolling hash into a table of positions.

/** Beyond this many slots the tables are given back after a document: few are that long, and every worker holds them. */
const LARGEST_KEPT = 1 << 20;
/** A slot chain longer than this is a crafted collision; the n-gram then counts as new, so that cost stays linear. */
const MOST_PROBES = 24;
const BASE = 0x01000193;
const MIX = 0x9e3779b1;
const THIRD = 0x85ebca6b;

export interface Repeats {
  /** n-grams of the sequence, overlapping ones included. */
  readonly total: number;
  /** How often the most frequent n-gram occurs, and where it stands first. */
  readonly top: number;
  readonly topAt: number;
}

export class TopNgram {
  #slots = new Int32Array(1 << 12);
  #counts = new Uint32Array(1 << 12);
  #buckets = new Uint32Array(1 << 14);

  /**
   * Counts the n-grams of units[0 .. length). Expected 4 ns a unit, at most `MOST_PROBES` look-ups a unit. Each
   * n-gram is compared, not only its hash.
   */
  count(units: Uint32Array | Uint16Array, length: number, n: number): Repeats {
    const total = Math.max(0, length - n + 1);
    const size = this.#clear(length);
    const [slots, counts] = [this.#slots, this.#counts];
    const shift = Math.clz32(size - 1);
    const mask = size - 1;
    const out = powerOf(BASE, n - 1);
    let hash = 0;
    for (let i = 0; i < n - 1 && i < length; i++) hash = (Math.imul(hash, BASE) + (units[i] ?? 0) + 1) | 0;
    let [top, topAt] = [total > 0 ? 1 : 0, 0];
    // Where the n-gram one place earlier stood first: then this one's first n - 1 units are compared already.
    let earlier = -2;
    for (let at = 0; at < total; at++) {
      hash = (Math.imul(hash, BASE) + (units[at + n - 1] ?? 0) + 1) | 0;
      let slot = Math.imul(hash ^ (hash >>> 15), MIX) >>> shift;
      let probes = 0;
      for (;;) {
        const first = (slots[slot] ?? 0) - 1;
        if (first < 0) {
          slots[slot] = at + 1;
          counts[slot] = 1;
          earlier = -2;
          break;
        }
        if (first === earlier + 1 ? units[first + n - 1] === units[at + n - 1] : isSame(units, first, at, n)) {
          earlier = first;
          const times = (counts[slot] ?? 0) + 1;
          counts[slot] = times;
          if (times > top) {
            top = times;
            topAt = first;
          }
          break;
        }
        if (++probes === MOST_PROBES) {
          earlier = -2;
          break;
        }
        slot = (slot + 1) & mask;
      }
      hash = (hash - Math.imul(out, (units[at] ?? 0) + 1)) | 0;
    }
    return { total, top, topAt };
  }

  /** An upper bound of how often any n-gram of at least `n` units occurs: the fullest of some buckets. About 2 ns a unit. */
  mostFrequentBound(units: Uint32Array | Uint16Array, length: number, n: number): number {
    const size = Math.min(1 << 14, Math.max(1 << 8, 1 << (32 - Math.clz32(length))));
    const shift = Math.clz32(size - 1);
    const buckets = this.#buckets;
    buckets.fill(0, 0, size);
    const out = powerOf(BASE, n - 1);
    let hash = 0;
    let most = 0;
    for (let at = 0; at < length; at++) {
      if (at >= n) hash = (hash - Math.imul(out, (units[at - n] ?? 0) + 1)) | 0;
      hash = (Math.imul(hash, BASE) + (units[at] ?? 0) + 1) | 0;
      if (at < n - 1) continue;
      const bucket = Math.imul(hash ^ (hash >>> 15), MIX) >>> shift;
      const times = (buckets[bucket] ?? 0) + 1;
      buckets[bucket] = times;
      if (times > most) most = times;
    }
    return most;
  }

  /**
   * The same for n-grams of four units or more, from half of the places: each of them begins at an even place or one before
   * it, and so holds the three units there. About 1 ns a unit.
   */
  mostFrequentOfFourBound(units: Uint32Array | Uint16Array, length: number): number {
    const size = Math.min(1 << 14, Math.max(1 << 8, 1 << (32 - Math.clz32(length))));
    const shift = Math.clz32(size - 1);
    const buckets = this.#buckets;
    buckets.fill(0, 0, size);
    let most = 0;
    for (let at = 0; at + 2 < length; at += 2) {
      const hash =
        Math.imul(units[at] ?? 0, MIX) + Math.imul(units[at + 1] ?? 0, BASE) + Math.imul(units[at + 2] ?? 0, THIRD);
      const bucket = Math.imul(hash ^ (hash >>> 15), MIX) >>> shift;
      const times = (buckets[bucket] ?? 0) + 1;
      buckets[bucket] = times;
      if (times > most) most = times;
    }
    return 2 * most;
  }

  #clear(length: number): number {
    let size = 1 << 8;
    while (size < 2 * length) size *= 2;
    if (size > this.#slots.length || this.#slots.length > LARGEST_KEPT) {
      this.#slots = new Int32Array(size);
      this.#counts = new Uint32Array(size);
    } else {
      this.#slots.fill(0, 0, size);
    }
    return size;
  }
}

function isSame(units: Uint32Array | Uint16Array, first: number, second: number, n: number): boolean {
  for (let i = 0; i < n; i++) if (units[first + i] !== units[second + i]) return false;
  return true;
}

function powerOf(base: number, exponent: number): number {
  let power = 1;
  for (let i = 0; i < exponent; i++) power = Math.imul(power, base);
  return power;
}
