// An open-addressing table from 32-bit hashes to row numbers: 5 bytes a slot, one byte of it tested before the row is looked at.

/** Slots in use above this share make the table grow; linear probing over one byte a slot stays within a cache line. */
const FULL = 0.85;
const GROWTH = 1.5;
const FIRST_SLOTS = 1 << 12;
/** Rows of one hash that are kept and looked at: a bucket that all pages of a site fall into must not cost more and more. */
const BUCKET = 16;

/** 1 to 255; 0 marks an empty slot. */
const tagOf = (hash: number): number => (Math.imul(hash, 0x9e3779b1) >>> 24) || 1;

export class HashTable {
  #tags = new Uint8Array(FIRST_SLOTS);
  #rows = new Uint32Array(FIRST_SLOTS);
  #used = 0;

  get bytes(): number {
    return this.#tags.byteLength + this.#rows.byteLength;
  }

  /** The first row stored under `hash` (or one that looks like it: the caller compares) that `accept` takes, or -1. */
  find(hash: number, accept: (row: number) => boolean): number {
    const tags = this.#tags;
    const tag = tagOf(hash);
    let looks = 0;
    for (let slot = this.#start(hash); tags[slot] !== 0; slot = slot + 1 === tags.length ? 0 : slot + 1) {
      if (tags[slot] !== tag) continue;
      const row = this.#rows[slot] ?? 0;
      if (accept(row)) return row;
      if (++looks === BUCKET) return -1;
    }
    return -1;
  }

  /** Adds a row. `hashOf` tells the hash of a stored row again, for when the table grows. Amortised O(1). */
  add(hash: number, row: number, hashOf: (row: number) => number): void {
    if (this.#used + 1 > this.#tags.length * FULL) this.#grow(hashOf);
    this.#put(hash, row);
  }

  #start(hash: number): number {
    // The high bits of hash × slots: slots need be no power of two, so growing by half is possible.
    return Math.floor(hash * (this.#tags.length / 2 ** 32));
  }

  #put(hash: number, row: number): void {
    const tags = this.#tags;
    const tag = tagOf(hash);
    let same = 0;
    let slot = this.#start(hash);
    while (tags[slot] !== 0) {
      if (tags[slot] === tag && ++same === BUCKET) return;
      slot = slot + 1 === tags.length ? 0 : slot + 1;
    }
    tags[slot] = tag;
    this.#rows[slot] = row;
    this.#used++;
  }

  #grow(hashOf: (row: number) => number): void {
    const before = { tags: this.#tags, rows: this.#rows };
    const slots = Math.ceil(before.tags.length * GROWTH);
    this.#tags = new Uint8Array(slots);
    this.#rows = new Uint32Array(slots);
    this.#used = 0;
    // In row order, not in slot order: a bucket keeps its earliest rows.
    const stored = before.rows.filter((_, slot) => before.tags[slot] !== 0).sort();
    for (const row of stored) this.#put(hashOf(row), row);
  }
}
