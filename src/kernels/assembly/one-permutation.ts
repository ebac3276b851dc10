// One hash a shingle sorts it into a bin, whose least value counts; `src/kernels/one-permutation.ts` is its twin and oracle.
import { beginDistinct, DISTINCT, distinctCount, gather, MAX_DISTINCT } from './distinct';
import { beginText, HASHES, hashPiece, hashRest, hasShingle, INPUT, mix, setShingle } from './shingles';
import { TABLE, VOICED } from './units';

const MAX_BINS: i32 = 1024;
const EMPTY: u32 = 0xffffffff;
const STEP: u32 = 0x9e3779b9;
/** Hashes times rounds from which on it pays to leave repeated shingles out. */
const WASTE: i32 = 4096;

const MINIMA = memory.data(MAX_BINS * 4);
const ROUND = memory.data(MAX_BINS * 4);
/** Numbers of the bins that are still empty. */
const HOLES = memory.data(MAX_BINS * 4);
/** The hashes of a round, with room for three more: they are mixed four at a time. */
const SALTED = memory.data((MAX_DISTINCT + 4) * 4, 16);

let bins: u32 = 0;
let seed: u32 = 0;
let pieces: i32 = 0;
let held: i32 = 0;

export function input(): usize {
  return INPUT;
}
export function minima(): usize {
  return MINIMA;
}
export function table(): usize {
  return TABLE;
}
export function voiced(): usize {
  return VOICED;
}

/** The caller fills both tables when `byTable` is not 0. */
export function configure(count: i32, first: u32, length: i32, ofWords: i32, byTable: i32): void {
  bins = count;
  seed = first;
  setShingle(length, ofWords, byTable);
}

export function begin(): void {
  memory.fill(MINIMA, 0xff, bins * 4);
  beginText();
  pieces = 0;
  held = 0;
}

/** Takes the next `units` of the text from the input buffer. */
export function update(units: i32): void {
  held = hashPiece(units);
  pieces++;
  lower(HASHES, held);
}

/** Returns -1 when the text had no shingle, 1 when bins are empty and the text was too long to fill them without a second pass. */
export function end(): i32 {
  const before = held;
  held = hashRest(held);
  if (!hasShingle()) return -1;
  lower(HASHES + ((<usize>before) << 2), held - before);
  const holes = findHoles();
  if (holes === 0) return 0;
  if (pieces > 1) return 1;
  fillHoles(HASHES, held, holes, false);
  return 0;
}

/** Begins a second pass over the text, of `units` in all, that collects its distinct shingles. */
export function recall(units: i32): void {
  beginText();
  beginDistinct(units);
}

export function collect(units: i32): void {
  gather(hashPiece(units));
}

/** Fills the empty bins with what the second pass collected. */
export function fill(): void {
  gather(hashRest(0));
  fillHoles(DISTINCT, distinctCount(), findHoles(), true);
}

/** Fills empty bins, a round at a time, with hashes of their own. `hashes` may repeat: minima do not change by it. */
function fillHoles(hashes: usize, count: i32, holes: i32, distinct: bool): void {
  let left = holes;
  for (let round: u32 = 1; left > 0 && round < bins; round++) {
    if (!distinct && <i32>round * count > WASTE) {
      beginDistinct(count);
      gather(count);
      hashes = DISTINCT;
      count = distinctCount();
      distinct = true;
    }
    left = fillOnce(hashes, count, mix(seed + round * STEP), left);
  }
  // What chance left empty: every shingle is tried in every such bin.
  for (let hole = 0; hole < left; hole++) {
    const bin = load<u32>(HOLES + ((<usize>hole) << 2));
    salt(hashes, count, mix(seed + (bins + bin) * STEP));
    let least = EMPTY;
    for (let i = 0; i < count; i++) least = min(least, load<u32>(SALTED + ((<usize>i) << 2)));
    store<u32>(MINIMA + ((<usize>bin) << 2), least);
  }
}

/** A round: sorts the hashes into bins anew, and takes what fell into empty ones. Returns how many stay empty. */
function fillOnce(hashes: usize, count: i32, by: u32, holes: i32): i32 {
  memory.fill(ROUND, 0xff, bins * 4);
  salt(hashes, count, by);
  sortInto(ROUND, SALTED, count, 0);
  let left = 0;
  for (let hole = 0; hole < holes; hole++) {
    const bin = load<u32>(HOLES + ((<usize>hole) << 2));
    const value = load<u32>(ROUND + ((<usize>bin) << 2));
    store<u32>(MINIMA + ((<usize>bin) << 2), value);
    store<u32>(HOLES + ((<usize>left) << 2), bin);
    left += value === EMPTY ? 1 : 0;
  }
  return left;
}

/** Writes mix(hash xor by) of all hashes to SALTED; with SIMD of up to three more. */
function salt(hashes: usize, count: i32, by: u32): void {
  const end = SALTED + ((<usize>count) << 2);
  if (ASC_FEATURE_SIMD) {
    const all = i32x4.splat(by);
    for (let to = SALTED; to < end; to += 16, hashes += 16) {
      let hash = v128.xor(v128.load(hashes), all);
      hash = v128.xor(hash, i32x4.shr_u(hash, 16));
      hash = i32x4.mul(hash, i32x4.splat(0x85ebca6b));
      hash = v128.xor(hash, i32x4.shr_u(hash, 13));
      hash = i32x4.mul(hash, i32x4.splat(0xc2b2ae35));
      v128.store(to, v128.xor(hash, i32x4.shr_u(hash, 16)));
    }
  } else for (let to = SALTED; to < end; to += 4, hashes += 4) store<u32>(to, mix(load<u32>(hashes) ^ by));
}

function lower(hashes: usize, count: i32): void {
  sortInto(MINIMA, hashes, count, mix(seed));
}

function sortInto(to: usize, from: usize, count: i32, by: u32): void {
  const end = from + ((<usize>count) << 2);
  for (; from < end; from += 4) {
    // The product's upper half is the bin, its lower half the place within it (Lemire 2019).
    const product = <u64>(load<u32>(from) ^ by) * bins;
    const at = to + ((<usize>(product >> 32)) << 2);
    // Without a branch, as no processor could guess it.
    store<u32>(at, min(load<u32>(at), <u32>product));
  }
}

function findHoles(): i32 {
  let holes = 0;
  for (let bin: u32 = 0; bin < bins; bin++) {
    store<u32>(HOLES + ((<usize>holes) << 2), bin);
    holes += load<u32>(MINIMA + ((<usize>bin) << 2)) === EMPTY ? 1 : 0;
  }
  return holes;
}
