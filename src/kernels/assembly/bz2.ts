// The inner loops of bzip2's decompression: here Huffman and move-to-front decoding, in bz2-text.ts the rest; PlainBlocks in src/sources/decode/bz2-plain.ts is its twin and oracle.
import { prepare, roomOfLanes } from './bz2-text';

export { checksum, invert, runs } from './bz2-text';

const LOOKUP_BITS: u32 = 11;
const MAX_LENGTH: u32 = 20;
const LENGTHS: u32 = MAX_LENGTH + 2;
const ALPHABET: u32 = 258;
const GROUP: u32 = 50;
const MOST_WORDS: u32 = 900_000;

// What `symbols` returns instead of a length; BROKEN in src/sources/decode/bz2-wasm.ts.
const NEEDS_INPUT: i32 = -1;
const NO_SELECTOR: i32 = -2;
const NO_SYMBOL: i32 = -3;
const TOO_LONG: i32 = -4;

// Six tables, one after the other.
const LOOKUPS = memory.data(6 * 2048 * 2);
const LIMITS = memory.data(6 * 22 * 4);
const BASES = memory.data(6 * 22 * 4);
const SYMBOLS = memory.data(6 * 258 * 2);
const SELECTORS = memory.data(32768);
const MTF = memory.data(256);
const COUNTS = memory.data(256 * 4);

let words: usize = 0;
let source: usize = 0;
let target: usize = 0;

let endAt: usize = 0;
let endCount: u32 = 0;

export function lookups(): usize {
  return LOOKUPS;
}
export function limits(): usize {
  return LIMITS;
}
export function bases(): usize {
  return BASES;
}
export function codes(): usize {
  return SYMBOLS;
}
export function selectors(): usize {
  return SELECTORS;
}
export function order(): usize {
  return MTF;
}
export function input(): usize {
  return source;
}
export function output(): usize {
  return target;
}
/** Bits from the input's start that the last `symbols` has read. */
export function position(): u32 {
  return <u32>((endAt - source) << 3) - endCount;
}

/** Makes room for `inputBytes` of input (and 256 zeros after them) and `outputBytes` of output. Called once. */
export function configure(inputBytes: u32, outputBytes: u32): void {
  words = (__heap_base + 63) & ~63;
  const lanes = words + ((<usize>MOST_WORDS) << 2);
  source = lanes + roomOfLanes(MOST_WORDS);
  target = source + inputBytes + 256;
  const end = target + outputBytes;
  const pages = <i32>((end + 0xffff) >>> 16);
  if (pages > memory.size()) memory.grow(pages - memory.size());
  prepare(words, lanes, target, COUNTS, MOST_WORDS);
}

/** Past the end zeros are read; what they decode to says nothing about the data. */
// @ts-ignore: decorator
@inline
function broken(at: usize, count: u32, end: usize, why: i32): i32 {
  return (<i64>at << 3) - count > <i64>end << 3 ? NEEDS_INPUT : why;
}

/** Decodes the symbols of a block from `bit` on into the low bytes of the words; returns how many, or why not. */
export function symbols(bytes: u32, bit: u32, used: u32, selectorCount: u32, blockSize: u32): i32 {
  memory.fill(COUNTS, 0, 1024);
  memory.fill(source + bytes, 0, 256);
  const limit = source + bytes;
  const endSymbol = used + 1;
  let at = source + (bit >>> 3);
  let bits: u64 = 0;
  let count: u32 = 0;
  const skip = bit & 7;
  if (skip > 0) {
    bits = <u64>load<u8>(at++) << (56 + skip);
    count = 8 - skip;
  }
  let selector: u32 = 0;
  let group: u32 = 0;
  let lookup: usize = LOOKUPS;
  let table: usize = 0;
  let length: u32 = 0;
  let run: u32 = 0;
  let weight: u32 = 1;
  for (;;) {
    if (group == 0) {
      if (selector >= selectorCount) return broken(at, count, limit, NO_SELECTOR);
      if (((<i64>at) << 3) - count > (<i64>limit) << 3) return NEEDS_INPUT;
      table = load<u8>(SELECTORS + selector++);
      lookup = LOOKUPS + (table << (LOOKUP_BITS + 1));
      group = GROUP;
    }
    group--;
    if (count < 32) {
      bits |= <u64>bswap<u32>(load<u32>(at)) << (32 - count);
      at += 4;
      count += 32;
    }
    let symbol: u32;
    const found = <u32>load<u16>(lookup + (<usize>(bits >>> (64 - LOOKUP_BITS)) << 1));
    if (found != 0) {
      symbol = found >>> 5;
      bits <<= found & 31;
      count -= found & 31;
    } else {
      const code = <u32>(bits >>> (64 - MAX_LENGTH));
      let width = LOOKUP_BITS + 1;
      const lengths = (table * LENGTHS) << 2;
      while (width <= MAX_LENGTH && code >= load<u32>(LIMITS + lengths + (<usize>width << 2))) width++;
      if (width > MAX_LENGTH) {
        if (((<i64>at) << 3) - count + MAX_LENGTH > (<i64>limit) << 3) return NEEDS_INPUT;
        return broken(at, count, limit, NO_SYMBOL);
      }
      const index = <u32>(<i32>(code >>> (MAX_LENGTH - width)) + load<i32>(BASES + lengths + (<usize>width << 2)));
      symbol = index < ALPHABET ? <u32>load<u16>(SYMBOLS + (table * ALPHABET + index << 1)) : 0;
      bits <<= width;
      count -= width;
    }
    if (symbol <= 1) {
      run += weight << symbol;
      weight <<= 1;
      if (run > blockSize) return broken(at, count, limit, TOO_LONG);
      continue;
    }
    if (run > 0) {
      if (length + run > blockSize) return broken(at, count, limit, TOO_LONG);
      const byte = <u32>load<u8>(MTF);
      const counted = COUNTS + (<usize>byte << 2);
      store<u32>(counted, load<u32>(counted) + run);
      for (let to = words + (<usize>length << 2), end = to + (<usize>run << 2); to < end; to += 4) store<u32>(to, byte);
      length += run;
      run = 0;
      weight = 1;
    }
    if (symbol == endSymbol) break;
    if (length >= blockSize) return broken(at, count, limit, TOO_LONG);
    const index = <usize>(symbol - 1);
    const byte = <u32>load<u8>(MTF + index);
    if (index < 16) for (let to = MTF + index; to > MTF; to--) store<u8>(to, load<u8>(to - 1));
    else memory.copy(MTF + 1, MTF, index);
    store<u8>(MTF, <u8>byte);
    const counted = COUNTS + (<usize>byte << 2);
    store<u32>(counted, load<u32>(counted) + 1);
    store<u32>(words + (<usize>length << 2), byte);
    length++;
  }
  if (((<i64>at) << 3) - count > (<i64>limit) << 3) return NEEDS_INPUT;
  endAt = at;
  endCount = count;
  return <i32>length;
}
