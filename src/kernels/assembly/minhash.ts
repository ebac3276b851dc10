// MinHash minima of a text's shingles, four permutations at a time; `src/kernels/minhash.ts` is its twin and oracle.

/** UTF-16 units that one call takes. */
export const CAPACITY: i32 = 16384;
const MAX_PERMUTATIONS: i32 = 1024;
const MAX_SHINGLE: i32 = 64;

const INPUT = memory.data(CAPACITY * 2);
const HASHES = memory.data(CAPACITY * 4);
const MULTIPLIERS = memory.data(MAX_PERMUTATIONS * 4, 16);
const ADDENDS = memory.data(MAX_PERMUTATIONS * 4, 16);
const MINIMA = memory.data(MAX_PERMUTATIONS * 4, 16);
/** The `shingle` units before those of this call, then those of this call without white space. */
const DENSE = memory.data((CAPACITY + MAX_SHINGLE) * 2);

const BASE: u32 = 0x9e3779b1;

let permutations: i32 = 0;
let shingle: i32 = 0;
/** BASE ** shingle: what takes the unit that leaves the window out of the rolling hash. */
let leaving: u32 = 0;
let rolling: u32 = 0;
/** Units of the text so far, at most `shingle`. */
let seen: i32 = 0;

export function input(): usize {
  return INPUT;
}
export function multipliers(): usize {
  return MULTIPLIERS;
}
export function addends(): usize {
  return ADDENDS;
}
export function minima(): usize {
  return MINIMA;
}

/** `count` is a multiple of 16; the caller fills multipliers and addends. */
export function configure(count: i32, length: i32): void {
  permutations = count;
  shingle = length;
  leaving = 1;
  for (let i = 0; i < length; i++) leaving *= BASE;
}

export function begin(): void {
  memory.fill(MINIMA, 0xff, permutations * 4);
  memory.fill(DENSE, 0, shingle * 2);
  rolling = 0;
  seen = 0;
}

// @ts-ignore: decorator
@inline
function mix(hash: u32): u32 {
  let h = hash;
  h ^= h >>> 16;
  h *= 0x85ebca6b;
  h ^= h >>> 13;
  h *= 0xc2b2ae35;
  return h ^ (h >>> 16);
}

// @ts-ignore: decorator
@inline
function isSpace(unit: u32): bool {
  // Japanese is decided by the first look.
  if (unit > 0x3000) return unit == 0xfeff;
  if (unit > 0x20 && unit < 0x85) return false;
  if (unit <= 0x20) return unit == 0x20 || (unit >= 0x09 && unit <= 0x0d);
  return (
    unit == 0x3000 ||
    unit == 0x85 ||
    unit == 0xa0 ||
    unit == 0x1680 ||
    (unit >= 0x2000 && unit <= 0x200a) ||
    unit == 0x2028 ||
    unit == 0x2029 ||
    unit == 0x202f ||
    unit == 0x205f
  );
}

/** Takes the next `units` of the text from the input buffer. */
export function update(units: i32): void {
  const first = DENSE + ((<usize>shingle) << 1);
  let to = first;
  for (let from = INPUT, end = INPUT + ((<usize>units) << 1); from < end; from += 2) {
    const unit = load<u16>(from);
    store<u16>(to, unit);
    to += isSpace(unit) ? 0 : 2;
  }
  const back = (<usize>shingle) << 1;
  let hash = rolling;
  let from = first;
  // Windows that begin before the text does are no shingles.
  for (; from < to && seen < shingle - 1; from += 2, seen++) hash = hash * BASE + load<u16>(from);
  let out = HASHES;
  for (; from < to; from += 2, out += 4) {
    hash = hash * BASE + load<u16>(from) - leaving * load<u16>(from - back);
    store<u32>(out, mix(hash));
  }
  const count = <i32>((out - HASHES) >> 2);
  if (count > 0) seen = shingle;
  rolling = hash;
  memory.copy(DENSE, to - back, back);
  lower(count);
}

/** A text shorter than a shingle is one shingle. Returns the units seen, at most `shingle`. */
export function end(): i32 {
  if (seen < shingle && seen > 0) {
    store<u32>(HASHES, mix(rolling));
    lower(1);
  }
  return seen;
}

function lower(count: i32): void {
  const end = HASHES + ((<usize>count) << 2);
  if (ASC_FEATURE_SIMD) {
    for (let p = 0; p < permutations; p += 16) {
      const at = (<usize>p) << 2;
      const m0 = v128.load(MULTIPLIERS + at);
      const m1 = v128.load(MULTIPLIERS + at, 16);
      const m2 = v128.load(MULTIPLIERS + at, 32);
      const m3 = v128.load(MULTIPLIERS + at, 48);
      const a0 = v128.load(ADDENDS + at);
      const a1 = v128.load(ADDENDS + at, 16);
      const a2 = v128.load(ADDENDS + at, 32);
      const a3 = v128.load(ADDENDS + at, 48);
      let l0 = v128.load(MINIMA + at);
      let l1 = v128.load(MINIMA + at, 16);
      let l2 = v128.load(MINIMA + at, 32);
      let l3 = v128.load(MINIMA + at, 48);
      for (let h = HASHES; h < end; h += 4) {
        const hash = v128.load_splat<u32>(h);
        l0 = i32x4.min_u(l0, i32x4.add(i32x4.mul(hash, m0), a0));
        l1 = i32x4.min_u(l1, i32x4.add(i32x4.mul(hash, m1), a1));
        l2 = i32x4.min_u(l2, i32x4.add(i32x4.mul(hash, m2), a2));
        l3 = i32x4.min_u(l3, i32x4.add(i32x4.mul(hash, m3), a3));
      }
      v128.store(MINIMA + at, l0);
      v128.store(MINIMA + at, l1, 16);
      v128.store(MINIMA + at, l2, 32);
      v128.store(MINIMA + at, l3, 48);
    }
  } else {
    for (let p = 0; p < permutations; p++) {
      const at = (<usize>p) << 2;
      const multiplier = load<u32>(MULTIPLIERS + at);
      const addend = load<u32>(ADDENDS + at);
      let least = load<u32>(MINIMA + at);
      for (let h = HASHES; h < end; h += 4) {
        const value = load<u32>(h) * multiplier + addend;
        least = value < least ? value : least;
      }
      store<u32>(MINIMA + at, least);
    }
  }
}
