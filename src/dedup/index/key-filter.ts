// Which bands were seen, without by whom: 32-bit fingerprints of 64-bit keys in 64-byte buckets. The memory of the Bloom mode.
//
// A Bloom filter proper needs 34 bits a key for the same error and touches 24 cache lines where this touches one or two.

/** Fingerprints in a bucket: one cache line. */
const SLOTS = 16;
/** A band's buckets are full at this load: a key then takes 4.44 bytes, and a look compares some 50 fingerprints, 14 at 0.8. */
export const FILTER_LOAD = 0.9;
/** Bytes of one document in a full filter. */
export const filterBytesPerDocument = (bands: number): number => (4 * bands) / FILTER_LOAD;

export interface FilterOptions {
  readonly bands: number;
  /** Bytes that the filter takes, all at once (the system gives pages only as they are touched). */
  readonly bytes: number;
  /** Bits of a fingerprint, at most 32; fewer only to make its error large enough to be measured. */
  readonly tagBits?: number;
}

export class KeyFilter {
  readonly bytes: number;
  /** Documents that it takes. */
  readonly capacity: number;
  readonly #bands: number;
  readonly #buckets: number;
  readonly #mask: number;
  /** One a band. (buckets × SLOTS), filled from each bucket's start; 0 marks an empty slot */
  readonly #cells: readonly Uint32Array[];
  #documents = 0;
  /** Keys of the last look and the free slot that ended it in each band: whoever is not found is mostly added next. (bands) */
  readonly #looked: { readonly homes: Uint32Array; readonly tags: Uint32Array; readonly free: Uint32Array };

  constructor({ bands, bytes, tagBits = 32 }: FilterOptions) {
    this.#bands = bands;
    this.#buckets = Math.max(2, Math.floor(bytes / bands / (SLOTS * 4)));
    this.#mask = tagBits === 32 ? 0xffff_ffff : 2 ** tagBits - 1;
    this.#cells = Array.from({ length: bands }, () => new Uint32Array(this.#buckets * SLOTS));
    this.#looked = { homes: new Uint32Array(bands), tags: new Uint32Array(bands), free: new Uint32Array(bands) };
    this.bytes = bands * this.#buckets * SLOTS * 4;
    this.capacity = Math.floor(this.#buckets * SLOTS * FILTER_LOAD);
  }

  get documents(): number {
    return this.#documents;
  }

  /**
   * The first band whose key is held, or -1. `homes` and `tags` (bands) are the two halves of the keys. A key that was never
   * added is taken for one that was with a probability of about (fingerprints compared) / 2^32.
   */
  find(homes: Uint32Array, tags: Uint32Array): number {
    const looked = this.#looked;
    for (let band = 0; band < this.#bands; band++) {
      const cells = this.#cells[band];
      if (cells === undefined) continue;
      const tag = this.#tag(tags[band] ?? 0);
      const home = homes[band] ?? 0;
      let at = this.#home(home);
      // Buckets fill from their start and never lose anything: the first empty slot ends the search.
      for (let value = cells[at] ?? 0; value !== 0; value = cells[at] ?? 0) {
        if (value === tag) return band;
        if (++at === cells.length) at = 0;
      }
      looked.homes[band] = home;
      looked.tags[band] = tag;
      looked.free[band] = at;
    }
    return -1;
  }

  /** Adds a document's keys. Throws when it is full: whoever asks must look before. */
  add(homes: Uint32Array, tags: Uint32Array): void {
    if (this.#documents >= this.capacity) throw new RangeError('the filter is full');
    this.#documents++;
    const looked = this.#looked;
    for (let band = 0; band < this.#bands; band++) {
      const cells = this.#cells[band];
      if (cells === undefined) continue;
      const tag = this.#tag(tags[band] ?? 0);
      const home = homes[band] ?? 0;
      // Nothing is ever taken out: from the key's home up to where the look ended, all slots are still in use.
      let at = looked.homes[band] === home && looked.tags[band] === tag ? (looked.free[band] ?? 0) : this.#home(home);
      while (cells[at] !== 0 && cells[at] !== tag) if (++at === cells.length) at = 0;
      cells[at] = tag;
    }
  }

  /** Brings the buckets of a key into the cache: independent reads, so that their misses overlap. Returns nothing of use. */
  touch(homes: Uint32Array, at: number): number {
    let seen = 0;
    for (let band = 0; band < this.#bands; band++) {
      seen ^= this.#cells[band]?.[this.#home(homes[at + band] ?? 0)] ?? 0;
    }
    return seen;
  }

  #home(hash: number): number {
    return SLOTS * Math.floor(hash * (this.#buckets / 2 ** 32));
  }

  #tag(tag: number): number {
    const kept = (tag & this.#mask) >>> 0;
    return kept === 0 ? 1 : kept;
  }
}

/** Most fingerprints that spill from one bucket to the next that are reckoned with. */
const MOST_SPILLED = 512;

/**
 * Fingerprints that a look for an absent key compares on average at a load below 1. What spills from bucket to bucket is a
 * Markov chain (what came in plus a Poisson number of keys, less a bucket); both the chain and the cost of a look that
 * begins with so much spilled are solved by iteration.
 */
export function comparedAt(load: number): number {
  const arrivals = poisson(load * SLOTS, MOST_SPILLED);
  let spilled = new Float64Array(MOST_SPILLED + 1);
  spilled[0] = 1;
  let cost = new Float64Array(MOST_SPILLED + 1);
  for (let round = 0; round < 300; round++) {
    const next = new Float64Array(MOST_SPILLED + 1);
    const dearer = new Float64Array(MOST_SPILLED + 1);
    for (let came = 0; came <= MOST_SPILLED; came++) {
      for (const [keys, probability] of arrivals.entries()) {
        const held = came + keys;
        const over = Math.min(MOST_SPILLED, Math.max(0, held - SLOTS));
        next[over] = (next[over] ?? 0) + (spilled[came] ?? 0) * probability;
        dearer[came] = (dearer[came] ?? 0) + probability * (held < SLOTS ? held : SLOTS + (cost[over] ?? 0));
      }
    }
    spilled = next;
    cost = dearer;
  }
  return spilled.reduce((sum, probability, came) => sum + probability * (cost[came] ?? 0), 0);
}

/** Probabilities of 0, 1, 2, … events, up to where they no longer matter. */
function poisson(mean: number, most: number): number[] {
  const probabilities = [Math.exp(-mean)];
  for (let count = 1; count < most; count++) {
    const probability = ((probabilities[count - 1] ?? 0) * mean) / count;
    if (count > mean && probability < 1e-12) break;
    probabilities.push(probability);
  }
  return probabilities;
}

/** Probability that a document none of whose bands was seen is dropped all the same, in a filter of this load. */
export const falseDropRate = (bands: number, load: number, tagBits = 32): number =>
  1 - (1 - comparedAt(load) / 2 ** tagBits) ** bands;
