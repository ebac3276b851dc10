// Looks up the n-grams of a text in a language model, one order after another for many tokens at once; src/lm/plain-sums.ts is its twin and oracle.
//
// A model is larger than any cache, so what costs is waiting for memory. Here no look-up of an order depends on another
// and none is decided by a branch that is hard to foresee: the processor has a dozen of them under way at once.

// Tokens of src/lm/tokens.ts.
const LINE_START: u32 = 1;
const LINE_END: u32 = 2;

// Hashes of src/lm/hashes.ts.
const FIRST: u32 = 0x9e3779b1;
const SECOND: u32 = 0x85ebca6b;
const SPREAD: u32 = 0xc2b2ae35;
const MIX: u32 = 0x2c1b3c6d;

// Lines of src/lm/layout.ts.
const MOST_ORDER: i32 = 9;
const LINE_BITS: u32 = 6;
const ROOM: i32 = 16;
const ROOM_WITH_BACKOFFS: i32 = 12;
const BACKOFFS: usize = 48;
const NO_BACKOFF: i32 = 128;

/** Most tokens of one call. */
const PIECE: usize = 512;
/** Positions before a piece that its n-grams reach back to, at least MOST_ORDER. */
const HISTORY: usize = 16;
/** Bytes of one lane of the hashes: each token of a piece may have a line's start before it. */
const LANE: usize = (HISTORY + 2 * PIECE) << 2;

// The scratch area: tokens; where the hashes of those lie whose n-gram is still to be found; where each of these n-grams
// may be or is, with its tag; those that may be in another line, and which; hashes of all tokens up to each position; of
// each order the address and the count of its lines.
let tokenArea: usize = 0;
let pending: usize = 0;
let places: usize = 0;
let delayed: usize = 0;
let hashes: usize = 0;
let orders: usize = 0;

let most: i32 = 0;
let isStored: bool = false;
/** A bit for each n-gram that a line has room for; offset of the last of them. */
let room: i32 = 0;
let last: usize = 0;
/** Tokens of the line so far, its start included. */
let given: i32 = 0;

let steps: i32 = 0;
let downs: i32 = 0;
let weights: i32 = 0;
let unknown: i32 = 0;
/** Of no use: a fetch whose value went nowhere would not be compiled. */
let touched: u32 = 0;

export function piece(): i32 {
  return <i32>PIECE;
}
export function scratchBytes(): i32 {
  return <i32>(PIECE * 24 + 2 * LANE + ((<usize>MOST_ORDER) << 3));
}

/** `scratch` is this instance's own part of the memory. The caller then fills `lines`. */
export function configure(scratch: usize, order: i32, stored: i32): void {
  tokenArea = scratch;
  pending = tokenArea + (PIECE << 2);
  places = pending + (PIECE << 2);
  delayed = places + (PIECE << 3);
  hashes = delayed + (PIECE << 3);
  orders = hashes + 2 * LANE;
  most = order;
  isStored = stored != 0;
  const size = isStored ? ROOM_WITH_BACKOFFS : ROOM;
  room = (1 << size) - 1;
  last = (<usize>(size - 1)) << 2;
}
export function tokens(): usize {
  return tokenArea;
}
export function lines(): usize {
  return orders;
}

/** Of the last `add`: steps of cost; steps down to a shorter n-gram; steps of back-off weights; tokens never seen. */
export function costSteps(): i32 {
  return steps;
}
export function stepsDown(): i32 {
  return downs;
}
export function weightSteps(): i32 {
  return weights;
}
export function unknownTokens(): i32 {
  return unknown;
}

/** Before a text stand line ends. */
export function begin(): void {
  let first: u32 = 0;
  let second: u32 = 0;
  for (let at = hashes; at < hashes + (HISTORY << 2); at += 4) {
    first = first * FIRST + LINE_END + 1;
    second = second * SECOND + (LINE_END + 1) * SPREAD;
    store<u32>(at, first);
    store<u32>(at + LANE, second);
  }
  given = 0;
}

/** The next tokens of the text. */
export function add(count: i32): void {
  steps = 0;
  weights = 0;
  const end = hashAll(count);
  let left = pending + ((<usize>count) << 2);
  for (let order = most; order > 0; order--) {
    left = addCosts(order, left);
    if (order == 1) break;
    downs += <i32>((left - pending) >> 2);
    if (isStored) addWeights(order - 1, left);
  }
  unknown = <i32>((left - pending) >> 2);
  memory.copy(hashes, end - (HISTORY << 2), HISTORY << 2);
  memory.copy(hashes + LANE, end - (HISTORY << 2) + LANE, HISTORY << 2);
}

/** Returns the end of the hashes. Contexts reach over line ends, where no n-gram is known: those steps down are taken back here. */
function hashAll(count: i32): usize {
  let at = hashes + (HISTORY << 2);
  let first = load<u32>(at - 4);
  let second = load<u32>(at - 4 + LANE);
  downs = 0;
  for (let from: usize = 0; from < (<usize>count) << 2; from += 4) {
    const token = load<u32>(tokenArea + from);
    if (given == 0) {
      first = first * FIRST + LINE_START + 1;
      second = second * SECOND + (LINE_START + 1) * SPREAD;
      store<u32>(at, first);
      store<u32>(at + LANE, second);
      at += 4;
      given = 1;
    }
    first = first * FIRST + token + 1;
    second = second * SECOND + (token + 1) * SPREAD;
    store<u32>(at, first);
    store<u32>(at + LANE, second);
    store<u32>(pending + from, at);
    at += 4;
    if (given < most - 1) downs -= most - 1 - given;
    given = token == LINE_END ? 0 : given + 1;
  }
  return at;
}

/**
 * Finds the n-grams of `order` tokens that end `ago` positions before the pending ones: writes where each is, 0 for one
 * that the model has not. A loop of its own fetches the lines: with as few instructions as that, thirty fetches are under
 * way at once, and a line of a large model costs half of what it does when the hash is computed in the same loop.
 */
function seek(order: i32, ago: i32, end: usize): void {
  const entry = orders + ((<usize>(order - 1)) << 3);
  const base = <usize>load<u32>(entry);
  const count = load<u32>(entry, 4);
  const back = (<usize>order) << 2;
  const firstPower = power(FIRST, order);
  const secondPower = power(SECOND, order);
  const shift = (<usize>ago) << 2;
  let place = places;
  for (let from = pending; from < end; from += 4) {
    const at = <usize>load<u32>(from) - shift;
    const first = load<u32>(at) - load<u32>(at - back) * firstPower;
    const second = load<u32>(at + LANE) - load<u32>(at - back + LANE) * secondPower;
    const line = lineOf(first, base, count);
    store<u32>(place, <u32>line);
    store<u32>(place, max<u32>(second >>> 8, 1), 4);
    place += 8;
  }
  const stop = place;
  let seen: u32 = 0;
  for (place = places; place < stop; place += 8) seen ^= load<u32>(<usize>load<u32>(place));
  const limit = base + ((<usize>count) << LINE_BITS);
  let later = delayed;
  for (place = places; place < stop; place += 8) {
    const line = <usize>load<u32>(place);
    const hits = among(line, load<u32>(place, 4));
    const isHit = hits != 0;
    store<u32>(place, <u32>select<usize>(line + ((<usize>ctz(hits)) << 2), 0, isHit));
    // A line that is full goes on in the next.
    const next = line + (1 << LINE_BITS);
    store<u32>(later, <u32>place);
    store<u32>(later, <u32>select<usize>(next, base, next != limit), 4);
    later += select<usize>(8, 0, <bool>(<i32>!isHit & <i32>(load<u32>(line + last) != 0)));
  }
  for (let from = delayed; from < later; from += 8) seen ^= load<u32>(<usize>load<u32>(from, 4));
  touched = seen;
  for (let from = delayed; from < later; from += 8) {
    const to = <usize>load<u32>(from);
    store<u32>(to, <u32>further(<usize>load<u32>(from, 4), load<u32>(to, 4), base, limit));
  }
}

// @ts-ignore: decorator
@inline
function power(base: u32, exponent: i32): u32 {
  let found: u32 = 1;
  for (let i = 0; i < exponent; i++) found *= base;
  return found;
}

// @ts-ignore: decorator
@inline
function lineOf(first: u32, base: usize, count: u32): usize {
  const mixed = (first ^ (first >>> 15)) * MIX;
  return base + ((<usize>(((<u64>mixed) * (<u64>count)) >>> 32)) << LINE_BITS);
}

/** A bit for each of the line's n-grams that has the tag. */
// @ts-ignore: decorator
@inline
function among(line: usize, tag: u32): i32 {
  const key = i32x4.splat(tag);
  const a = i32x4.eq(i32x4.shr_u(v128.load(line), 8), key);
  const b = i32x4.eq(i32x4.shr_u(v128.load(line, 16), 8), key);
  const c = i32x4.eq(i32x4.shr_u(v128.load(line, 32), 8), key);
  const d = i32x4.eq(i32x4.shr_u(v128.load(line, 48), 8), key);
  const all = i8x16.narrow_i16x8_s(i16x8.narrow_i32x4_s(a, b), i16x8.narrow_i32x4_s(c, d));
  return i8x16.bitmask(all) & room;
}

/** Where the n-gram is in the lines from `from` on, as far as they are full; 0 when it is not there. */
function further(from: usize, tag: u32, base: usize, limit: usize): usize {
  let line = from;
  for (let left = (limit - base) >> LINE_BITS; left > 1; left--) {
    const hits = among(line, tag);
    if (hits != 0) return line + ((<usize>ctz(hits)) << 2);
    if (load<u32>(line + last) == 0) break;
    line += 1 << LINE_BITS;
    if (line == limit) line = base;
  }
  return 0;
}

/** Adds the costs of the n-grams of `order` tokens that end at the pending positions. Returns the end of those that stay pending. */
function addCosts(order: i32, end: usize): usize {
  seek(order, 0, end);
  let left = pending;
  let sum = 0;
  let at = places;
  for (let from = pending; from < end; from += 4) {
    const place = <usize>load<u32>(at);
    sum += select<i32>(<i32>load<u8>(place), 0, place != 0);
    store<u32>(left, load<u32>(from));
    left += select<usize>(0, 4, place != 0);
    at += 8;
  }
  steps += sum;
  return left;
}

/** Adds the weights of the contexts of `size` tokens before the pending positions. */
function addWeights(size: i32, end: usize): void {
  seek(size, 1, end);
  let sum = 0;
  let at = places;
  for (let from = pending; from < end; from += 4) {
    const place = <usize>load<u32>(at);
    const line = place & ~((1 << LINE_BITS) - 1);
    const weight = <i32>load<u8>(line + BACKOFFS + ((place - line) >> 2)) - NO_BACKOFF;
    sum += select<i32>(weight, 0, place != 0);
    at += 8;
  }
  weights += sum;
}
