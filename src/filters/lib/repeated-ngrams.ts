// Finds where the n-grams stand that a sequence holds more than once: exactly, in linear time, longer ones from shorter ones.

/** Beyond this many units the tables are given back after a document: few are that long, and every worker holds them. */
const LARGEST_KEPT = 1 << 20;
/** Bytes of the table of hash counts, at most: a longer sequence has more candidates to compare, and is still right. */
const LARGEST_SIEVE = 1 << 22;
/** A slot chain longer than this is a crafted collision; the n-gram then counts as new, so that cost stays linear. */
const MOST_PROBES = 24;
const BASE = 0x01000193;
const MIX = 0x9e3779b1;
const OTHER = 0xc2b2ae35;

export interface RepeatedNgrams {
  /** Positions whose n-gram occurs more than once. */
  readonly repeated: number;
  /** Different n-grams that occur more than once. */
  readonly kinds: number;
}

/**
 * Most n-grams occur once, and to know that of one takes no table of positions: a first pass counts hashes in bytes and
 * has no branch to guess wrong; only what shares its hash with another is compared. Holds scratch space: one a worker.
 */
export class NgramRepetition {
  #hashes = new Int32Array(1 << 12);
  #at = new Int32Array(1 << 12);
  #sieve = new Uint8Array(1 << 15);
  #slots = new Int32Array(1 << 8);
  #marks = new Uint8Array(1 << 12);
  #units: Uint32Array | Uint16Array = new Uint16Array(0);
  #length = 0;
  /** Of the n-grams that `#hashes` holds, and of those that the positions in `#at` begin. */
  #hashed = 1;
  #n = 1;
  #count = 0;

  /**
   * At most so many units, weighed by `weights` where given, lie in repeated n-grams of units[0 .. length): hashes are
   * counted, nothing is compared. `compare` then finds which they are.
   */
  bound(units: Uint32Array | Uint16Array, length: number, n: number, weights?: Uint32Array): number {
    this.#units = units;
    this.#length = length;
    this.#hashed = n;
    this.#prepare(length);
    this.#n = n;
    this.#count = this.#candidates(units, Math.max(0, length - n + 1), n);
    return this.covered(weights);
  }

  /** The repeated n-grams that `bound` looked for. */
  compare(): RepeatedNgrams {
    return this.#compare(this.#n);
  }

  /** The repeated n-grams of units[0 .. length). About 4 ns a unit where few repeat. */
  find(units: Uint32Array | Uint16Array, length: number, n: number): RepeatedNgrams {
    this.bound(units, length, n);
    return this.compare();
  }

  /** The same for longer n-grams of the same units, up to twice as long as `find` was asked for: looks only where the shorter ones repeat. */
  narrow(n: number): RepeatedNgrams {
    const total = Math.max(0, this.#length - n + 1);
    const at = this.#at;
    while (this.#count > 0 && (at[this.#count - 1] ?? 0) >= total) this.#count--;
    return this.#compare(n);
  }

  /** Units that lie in a repeated n-gram found last, weighed by `weights` where given. Linear in those. */
  covered(weights?: Uint32Array): number {
    const at = this.#at;
    let [sum, until] = [0, 0];
    for (let index = 0; index < this.#count; index++) {
      const start = Math.max(at[index] ?? 0, until);
      until = (at[index] ?? 0) + this.#n;
      if (weights === undefined) sum += until - start;
      else for (let unit = start; unit < until; unit++) sum += weights[unit] ?? 0;
    }
    return sum;
  }

  /** Puts the positions whose hash another position may share into `#at`, ascending; how many they are. */
  #candidates(units: Uint32Array | Uint16Array, total: number, n: number): number {
    const [hashes, at, sieve] = [this.#hashes, this.#at, this.#sieve];
    let size = 1 << 8;
    while (size < 8 * total && size < LARGEST_SIEVE) size *= 2;
    sieve.fill(0, 0, size);
    const shift = Math.clz32(size - 1);
    const out = powerOf(BASE, n);
    let hash = 0;
    for (let i = 0; i < n - 1 && total > 0; i++) hash = (Math.imul(hash, BASE) + (units[i] ?? 0)) | 0;
    let before = 0;
    for (let i = 0; i < total; i++) {
      // What leaves and what enters do not wait for the hash: one multiplication a unit is on the way.
      hash = (Math.imul(hash, BASE) + ((units[i + n - 1] ?? 0) - Math.imul(out, before))) | 0;
      before = units[i] ?? 0;
      const mixed = Math.imul(hash ^ (hash >>> 15), MIX);
      hashes[i] = mixed;
      const times = sieve[mixed >>> shift] ?? 0;
      // 0, 1, 2, and 2 from then on.
      sieve[mixed >>> shift] = times + 1 - (times >> 1);
    }
    let count = 0;
    for (let i = 0; i < total; i++) {
      at[count] = i;
      count += (sieve[(hashes[i] ?? 0) >>> shift] ?? 0) >> 1;
    }
    return this.#sifted(count);
  }

  /** Sieves the first `count` positions of `#at` again, by other bits of their hashes: most that only met by chance go. */
  #sifted(count: number): number {
    const [hashes, at, sieve] = [this.#hashes, this.#at, this.#sieve];
    let size = 1 << 8;
    while (size < 8 * count && size < LARGEST_SIEVE) size *= 2;
    sieve.fill(0, 0, size);
    const shift = Math.clz32(size - 1);
    for (let index = 0; index < count; index++) {
      const slot = Math.imul(hashes[at[index] ?? 0] ?? 0, OTHER) >>> shift;
      const times = sieve[slot] ?? 0;
      sieve[slot] = times + 1 - (times >> 1);
    }
    let kept = 0;
    for (let index = 0; index < count; index++) {
      const here = at[index] ?? 0;
      at[kept] = here;
      kept += (sieve[Math.imul(hashes[here] ?? 0, OTHER) >>> shift] ?? 0) >> 1;
    }
    return kept;
  }

  /** Leaves those positions in `#at` whose n-gram occurs at another of them too. */
  #compare(n: number): RepeatedNgrams {
    const [units, at, marks, hashes, count] = [this.#units, this.#at, this.#marks, this.#hashes, this.#count];
    let size = 1 << 6;
    while (size < 2 * count) size *= 2;
    if (size > this.#slots.length) this.#slots = new Int32Array(size);
    else this.#slots.fill(0, 0, size);
    const slots = this.#slots;
    const shift = Math.clz32(size - 1);
    const further = n - this.#hashed;
    let kinds = 0;
    // Where the n-gram one place earlier stood first: then this one's first n - 1 units are compared already.
    let [earlier, last] = [-2, -2];
    marks.fill(0, 0, count);
    for (let index = 0; index < count; index++) {
      const here = at[index] ?? 0;
      if (here !== last + 1) earlier = -2;
      last = here;
      // Two n-grams that overlap make a longer one; its hash is theirs.
      const hash =
        further === 0 ? (hashes[here] ?? 0) : Math.imul(hashes[here] ?? 0, BASE) ^ (hashes[here + further] ?? 0);
      let slot = Math.imul(hash, MIX) >>> shift;
      for (let probes = 0; ; ) {
        const first = (slots[slot] ?? 0) - 1;
        if (first < 0) {
          slots[slot] = index + 1;
          earlier = -2;
          break;
        }
        const there = at[first] ?? 0;
        if (there === earlier + 1 ? units[there + n - 1] === units[here + n - 1] : isSame(units, there, here, n)) {
          earlier = there;
          kinds += 1 - (marks[first] ?? 0);
          marks[first] = 1;
          marks[index] = 1;
          break;
        }
        if (++probes === MOST_PROBES) {
          earlier = -2;
          break;
        }
        slot = (slot + 1) & (size - 1);
      }
    }
    let repeated = 0;
    for (let index = 0; index < count; index++) {
      at[repeated] = at[index] ?? 0;
      repeated += marks[index] ?? 0;
    }
    this.#count = repeated;
    this.#n = n;
    return { repeated, kinds };
  }

  #prepare(length: number): void {
    if (this.#hashes.length < length || this.#hashes.length > LARGEST_KEPT) {
      const capacity = Math.max(2 * Math.min(length, LARGEST_KEPT), length, 1 << 12);
      this.#hashes = new Int32Array(capacity);
      // One more: the first pass writes each position before it knows whether it stays.
      this.#at = new Int32Array(capacity + 1);
      this.#marks = new Uint8Array(capacity);
      this.#sieve = new Uint8Array(Math.min(LARGEST_SIEVE, 1 << (36 - Math.clz32(capacity))));
      this.#slots = new Int32Array(1 << 8);
    }
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
