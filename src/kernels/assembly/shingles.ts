// Shingle hashes of a text, piece by piece: what the MinHash kernels begin with. src/kernels/shingles.ts is the twin.
import { compactByTable } from './units';

/** UTF-16 units that one call takes. */
export const CAPACITY: i32 = 16384;
const MAX_SHINGLE: i32 = 64;

/** Longest shingle whose windows are hashed one by one. */
const DIRECT: i32 = 12;

export const INPUT = memory.data(CAPACITY * 2);
/** With room for three windows more: they are hashed four at a time. */
export const HASHES = memory.data((CAPACITY + 4) * 4);
/** The `shingle` units before those of this call, then those of this call without white space, then room for eight more. */
const DENSE = memory.data((CAPACITY + MAX_SHINGLE + 8) * 2);

const BASE: u32 = 0x9e3779b1;
/** What ends a word after normalisation. */
const SPACE: u32 = 0x20;
/** Hashes of the last `shingle` words, by number modulo `shingle`. */
const WORDS = memory.data(MAX_SHINGLE * 4);

let shingle: i32 = 0;
/** BASE ** shingle: what takes the unit that leaves the window out of the rolling hash. */
let leaving: u32 = 0;
let rolling: u32 = 0;
/** Units of the text so far, at most `shingle`. */
let seen: i32 = 0;
/** Shingles of words, not of characters. */
let wordwise: bool = false;
/** Units are normalised by the table, not only freed of white space. */
let tabled: bool = false;
/** Of the word that is being read: BASE^n + Σ unit · BASE^i, which tells "\0a" from "a"; its units; where its hash goes. */
let word: u32 = 1;
let wordUnits: i32 = 0;
let ring: i32 = 0;

export function setShingle(length: i32, ofWords: i32, byTable: i32): void {
  shingle = length;
  wordwise = ofWords != 0;
  tabled = byTable != 0;
  leaving = 1;
  for (let i = 0; i < length; i++) leaving *= BASE;
}

export function beginText(): void {
  memory.fill(DENSE, 0, shingle * 2);
  memory.fill(WORDS, 0, shingle * 4);
  rolling = 0;
  seen = 0;
  word = 1;
  wordUnits = 0;
  ring = 0;
}

/** True once the text had as many characters or words as a shingle. */
export function hasShingle(): bool {
  return seen >= shingle;
}

// @ts-ignore: decorator
@inline
export function mix(hash: u32): u32 {
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

/** Takes the next `units` of the text from INPUT and writes their shingles' hashes to HASHES. Returns how many. */
export function hashPiece(units: i32): i32 {
  const first = DENSE + ((<usize>shingle) << 1);
  const end = INPUT + ((<usize>units) << 1);
  const to = tabled
    ? compactByTable(INPUT, end, first)
    : ASC_FEATURE_SIMD
      ? compactWide(first, end)
      : compact(INPUT, end, first);
  if (wordwise) return hashWords(first, to);
  const back = (<usize>shingle) << 1;
  let from = first;
  // Windows that begin before the text does are no shingles.
  for (; from < to && seen < shingle - 1; from += 2, seen++) rolling = rolling * BASE + load<u16>(from);
  const count = <i32>((to - from) >> 1);
  if (count > 0) {
    seen = shingle;
    if (ASC_FEATURE_SIMD && shingle <= DIRECT) hashWide(from - back + 2, count);
    else roll(from, to, back);
  }
  memory.copy(DENSE, to - back, back);
  return count;
}

/** Copies units without white space to `to`; returns the end of what it wrote. */
function compact(from: usize, end: usize, to: usize): usize {
  for (; from < end; from += 2) {
    const unit = load<u16>(from);
    store<u16>(to, unit);
    to += isSpace(unit) ? 0 : 2;
  }
  return to;
}

/** The same, eight units at a time; those that may hold rare white space one by one. */
function compactWide(to: usize, end: usize): usize {
  let from = INPUT;
  for (; from + 16 <= end; from += 16) {
    const eight = v128.load(from);
    // 0x7f to 0xa0, 0x1680, 0x2000 to 0x205f, 0xfeff: most of these are no white space, and all are rare.
    const rare = v128.or(
      v128.or(within(eight, 0x7f, 0x22), within(eight, 0x2000, 0x60)),
      v128.or(i16x8.eq(eight, i16x8.splat(0x1680)), i16x8.eq(eight, i16x8.splat(-257))),
    );
    if (v128.any_true(rare)) {
      to = compact(from, from + 16, to);
      continue;
    }
    const space = v128.or(
      within(eight, 0x09, 5),
      v128.or(i16x8.eq(eight, i16x8.splat(0x20)), i16x8.eq(eight, i16x8.splat(0x3000))),
    );
    const spaces = i16x8.bitmask(space);
    v128.store(to, v128.swizzle(eight, v128.load(KEPT + ((<usize>spaces) << 4))));
    to += 16 - ((<usize>popcnt(spaces)) << 1);
  }
  return compact(from, end, to);
}

// @ts-ignore: decorator
@inline
function within(units: v128, from: i16, count: i16): v128 {
  return i16x8.lt_u(i16x8.sub(units, i16x8.splat(from)), i16x8.splat(count));
}

/** For every pattern of white space among eight units: the bytes of the others, in order. (256 × 16) */
const KEPT = memory.data(256 * 16, 16);
if (ASC_FEATURE_SIMD) {
  for (let spaces = 0; spaces < 256; spaces++) {
    let to = KEPT + ((<usize>spaces) << 4);
    for (let unit = 0; unit < 8; unit++) {
      if ((spaces >> unit) & 1) continue;
      store<u8>(to, <u8>(2 * unit));
      store<u8>(to, <u8>(2 * unit + 1), 1);
      to += 2;
    }
  }
}

function roll(from: usize, to: usize, back: usize): void {
  let hash = rolling;
  for (let out = HASHES; from < to; from += 2, out += 4) {
    hash = hash * BASE + load<u16>(from) - leaving * load<u16>(from - back);
    store<u32>(out, mix(hash));
  }
  rolling = hash;
}

/**
 * Each window's polynomial on its own, four windows at a time: cheaper than rolling while shingles are short. Reads and
 * writes up to three windows beyond `count`.
 */
function hashWide(window: usize, count: i32): void {
  const base = i32x4.splat(BASE);
  const length = (<usize>shingle) << 1;
  let out = HASHES;
  for (let i = 0; i < count; i += 4, window += 8, out += 16) {
    let hash = v128.load_ext<u16>(window);
    for (let unit: usize = 2; unit < length; unit += 2)
      hash = i32x4.add(i32x4.mul(hash, base), v128.load_ext<u16>(window + unit));
    hash = v128.xor(hash, i32x4.shr_u(hash, 16));
    hash = i32x4.mul(hash, i32x4.splat(0x85ebca6b));
    hash = v128.xor(hash, i32x4.shr_u(hash, 13));
    hash = i32x4.mul(hash, i32x4.splat(0xc2b2ae35));
    v128.store(out, v128.xor(hash, i32x4.shr_u(hash, 16)));
  }
}

function hashWords(from: usize, to: usize): i32 {
  let out = HASHES;
  for (; from < to; from += 2) {
    const unit: u32 = load<u16>(from);
    if (unit != SPACE) {
      word = word * BASE + unit;
      wordUnits++;
    } else if (wordUnits > 0) out = endWord(out);
  }
  return <i32>((out - HASHES) >> 2);
}

/** Writes the shingle that the word makes whole, if it does; returns where the next goes. */
function endWord(out: usize): usize {
  const hash = mix(word);
  const slot = WORDS + ((<usize>ring) << 2);
  rolling = rolling * BASE + hash - leaving * load<u32>(slot);
  store<u32>(slot, hash);
  ring = ring + 1 == shingle ? 0 : ring + 1;
  word = 1;
  wordUnits = 0;
  if (seen < shingle) seen++;
  if (seen < shingle) return out;
  store<u32>(out, mix(rolling));
  return out + 4;
}

/** Ends the text. Adds the shingle of a last word that nothing ended to the `count` hashes that HASHES holds; returns how many they are now. */
export function hashRest(count: i32): i32 {
  if (wordUnits === 0) return count;
  const out = HASHES + ((<usize>count) << 2);
  return <i32>((endWord(out) - HASHES) >> 2);
}
