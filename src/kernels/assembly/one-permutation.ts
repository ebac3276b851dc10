// One hash a shingle sorts it into a bin, whose least value counts; `src/kernels/one-permutation.ts` is its twin and oracle.
import { beginText, HASHES, hashPiece, hashRest, INPUT, mix, setShingle } from './shingles';

const MAX_BINS: i32 = 1024;
/** Distinct shingles that empty bins are filled from; a text with more leaves none empty. */
const MAX_DISTINCT: i32 = 16384;
const EMPTY: u32 = 0xffffffff;
const STEP: u32 = 0x9e3779b9;

const MINIMA = memory.data(MAX_BINS * 4);
const ROUND = memory.data(MAX_BINS * 4);
const DISTINCT = memory.data(MAX_DISTINCT * 4);
/** Open addressing; hash 0 is counted apart. */
const TABLE = memory.data(MAX_DISTINCT * 2 * 4);

let bins: u32 = 0;
let seed: u32 = 0;
let distinct: i32 = 0;
let slots: u32 = 0;
let sawZero: bool = false;

export function input(): usize {
  return INPUT;
}
export function minima(): usize {
  return MINIMA;
}

export function configure(count: i32, length: i32, first: u32): void {
  bins = count;
  seed = first;
  setShingle(length);
}

export function begin(): void {
  memory.fill(MINIMA, 0xff, bins * 4);
  beginText();
}

/** Takes the next `units` of the text from the input buffer. */
export function update(units: i32): void {
  lower(hashPiece(units), MINIMA, mix(seed));
}

/** Returns the bins that are empty. */
export function end(): i32 {
  lower(hashRest(), MINIMA, mix(seed));
  return countEmpty();
}

/** Begins a second pass over the text, of `units` in all, that collects its distinct shingles. */
export function recall(units: i32): void {
  beginText();
  distinct = 0;
  sawZero = false;
  slots = 16;
  while (slots < <u32>(2 * min(units, MAX_DISTINCT))) slots <<= 1;
  memory.fill(TABLE, 0, slots * 4);
}

export function collect(units: i32): void {
  gather(hashPiece(units));
}

/** Fills the empty bins, a round at a time, with hashes of their own. */
export function fill(): void {
  gather(hashRest());
  if (distinct === 0) return;
  let round: u32 = 1;
  let left = countEmpty();
  for (; left > 0 && round < bins; round++) {
    memory.fill(ROUND, 0xff, bins * 4);
    const salt = mix(seed + round * STEP);
    for (let i = 0; i < distinct; i++) {
      const product = <u64>mix(load<u32>(DISTINCT + ((<usize>i) << 2)) ^ salt) * bins;
      const at = ROUND + ((<usize>(product >> 32)) << 2);
      const value = <u32>product;
      if (value < load<u32>(at)) store<u32>(at, value);
    }
    for (let bin: u32 = 0; bin < bins; bin++) {
      const at = (<usize>bin) << 2;
      const value = load<u32>(ROUND + at);
      if (value !== EMPTY && load<u32>(MINIMA + at) === EMPTY) {
        store<u32>(MINIMA + at, value);
        left--;
      }
    }
  }
  // What chance left empty: every shingle is tried in every such bin.
  for (let bin: u32 = 0; left > 0 && bin < bins; bin++) {
    const at = MINIMA + ((<usize>bin) << 2);
    if (load<u32>(at) !== EMPTY) continue;
    const salt = mix(seed + (bins + bin) * STEP);
    let least = EMPTY;
    for (let i = 0; i < distinct; i++) least = min(least, mix(load<u32>(DISTINCT + ((<usize>i) << 2)) ^ salt));
    store<u32>(at, least);
    left--;
  }
}

function lower(count: i32, to: usize, salt: u32): void {
  const end = HASHES + ((<usize>count) << 2);
  for (let from = HASHES; from < end; from += 4) {
    // The product's upper half is the bin, its lower half the place within it (Lemire 2019).
    const product = <u64>(load<u32>(from) ^ salt) * bins;
    const at = to + ((<usize>(product >> 32)) << 2);
    // Without a branch, as no processor could guess it.
    store<u32>(at, min(load<u32>(at), <u32>product));
  }
}

function countEmpty(): i32 {
  let empty = 0;
  for (let bin: u32 = 0; bin < bins; bin++) empty += load<u32>(MINIMA + ((<usize>bin) << 2)) === EMPTY ? 1 : 0;
  return empty;
}

function gather(count: i32): void {
  for (let i = 0; i < count && distinct < MAX_DISTINCT; i++) {
    const hash = load<u32>(HASHES + ((<usize>i) << 2));
    if (hash === 0) {
      if (sawZero) continue;
      sawZero = true;
    } else {
      let slot = hash & (slots - 1);
      let held = load<u32>(TABLE + ((<usize>slot) << 2));
      while (held !== 0 && held !== hash) {
        slot = (slot + 1) & (slots - 1);
        held = load<u32>(TABLE + ((<usize>slot) << 2));
      }
      if (held === hash) continue;
      store<u32>(TABLE + ((<usize>slot) << 2), hash);
    }
    store<u32>(DISTINCT + ((<usize>distinct) << 2), hash);
    distinct++;
  }
}
