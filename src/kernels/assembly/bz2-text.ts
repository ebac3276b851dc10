// From a bzip2 block's symbols to its text: the Burrows-Wheeler transform back, runs and CRC.

/** Marks a word at which a piece of the text begins. Below it, 20 bits of index and the byte. */
const START: u32 = 0x80000000;
const PIECES: u32 = 512;
const LANES: usize = 4;

// By piece: where its bytes begin and end, and which piece follows it in the text.
const BEGINS = memory.data(513 * 4);
const ENDS = memory.data(513 * 4);
const FOLLOWERS = memory.data(513 * 4);
// By lane: the address of the word to visit, where its byte goes, and the piece it belongs to.
const VISITS = memory.data(4 * 4);
const OUTPUTS = memory.data(4 * 4);
const OWNERS = memory.data(4 * 4);
/** Four: of a byte, and of a byte with one, two and three zeros after it. */
const CRC_TABLES = memory.data(4 * 1024);

let words: usize = 0;
let lanes: usize = 0;
let target: usize = 0;
let counts: usize = 0;
let room: usize = 0;

/** Index of the text's first word, and how far apart the other pieces begin. */
let first: u32 = 0;
let spacing: u32 = 1;
/** The next piece that no lane has taken; pieces of this block. */
let waiting: u32 = 0;
let pieces: u32 = 0;

// Where `runs` goes on.
let piece: usize = 0;
let from: usize = 0;
let left: u32 = 0;
let copies: u32 = 0;
let same: u32 = 0;
let previous: u32 = 0;
let crc: u32 = 0;

export function roomOfLanes(mostWords: u32): usize {
  return <usize>mostWords * LANES;
}

/** Takes the places of the words, of the lanes' bytes, of the output and of the 256 counts. Called once. */
export function prepare(wordsAt: usize, lanesAt: usize, targetAt: usize, countsAt: usize, mostWords: u32): void {
  words = wordsAt;
  lanes = lanesAt;
  target = targetAt;
  counts = countsAt;
  room = <usize>mostWords;
  for (let byte: u32 = 0; byte < 256; byte++) {
    let value = byte << 24;
    for (let bit = 0; bit < 8; bit++) value = (value & 0x80000000) != 0 ? (value << 1) ^ 0x04c11db7 : value << 1;
    store<u32>(CRC_TABLES + (<usize>byte << 2), value);
  }
  for (let byte: usize = 0; byte < 256; byte++) {
    let value = load<u32>(CRC_TABLES + (byte << 2));
    for (let table: usize = 1; table < 4; table++) {
      value = (value << 8) ^ load<u32>(CRC_TABLES + (<usize>(value >>> 24) << 2));
      store<u32>(CRC_TABLES + (table << 10) + (byte << 2), value);
    }
  }
}

export function checksum(): u32 {
  return ~crc;
}

/** Puts, above each low byte, the index of the word that follows it in the text, and walks the text; then `runs` begins. */
export function invert(length: u32, origin: u32): void {
  let sum: u32 = 0;
  for (let at: usize = counts; at < counts + 1024; at += 4) {
    const count = load<u32>(at);
    store<u32>(at, sum);
    sum += count;
  }
  for (let i: u32 = 0; i < length; i++) {
    const next = counts + (<usize>load<u8>(words + (<usize>i << 2)) << 2);
    const slot = load<u32>(next);
    store<u32>(next, slot + 1);
    const to = words + (<usize>slot << 2);
    store<u32>(to, load<u32>(to) | (i << 8));
  }
  first = load<u32>(words + (<usize>origin << 2)) >>> 8;
  walk(length);
  piece = PIECES;
  from = load<u32>(BEGINS + (<usize>PIECES << 2));
  left = length;
  copies = 0;
  same = 0;
  previous = 256;
  crc = 0xffffffff;
}

/**
 * Follows the words not from the text's beginning alone but from many places, four at a time: a load waits for the one before
 * it in its chain, so four chains take little longer than one. A piece ends where another begins. In a block that repeats
 * itself the text may reach only some of the pieces, and those again and again; the others are walked for nothing, once.
 */
function walk(length: u32): void {
  spacing = (length + PIECES - 1) / PIECES;
  pieces = (length + spacing - 1) / spacing;
  mark(first);
  for (let number: u32 = 0; number < pieces; number++) mark(number * spacing);
  waiting = 0;
  for (let lane: usize = 0; lane < LANES; lane++) store<u32>(OUTPUTS + (lane << 2), <u32>(lanes + lane * room));
  begin(0, PIECES);
  let going: usize = 1;
  while (going < LANES && take(going)) going++;
  if (going == LANES) goTogether();
  else for (let lane: usize = 0; lane < going; lane++) goAlone(lane);
}

// @ts-ignore: decorator
@inline
function mark(index: u32): void {
  const at = words + (<usize>index << 2);
  store<u32>(at, load<u32>(at) | START);
}

/** Lets a lane begin a piece with its first byte. */
function begin(lane: usize, number: u32): void {
  const at = words + (<usize>(number == PIECES ? first : number * spacing) << 2);
  const output = load<u32>(OUTPUTS + (lane << 2));
  const word = load<u32>(at);
  store<u32>(BEGINS + (<usize>number << 2), output);
  store<u8>(output, <u8>word);
  store<u32>(OWNERS + (lane << 2), number);
  store<u32>(OUTPUTS + (lane << 2), output + 1);
  store<u32>(VISITS + (lane << 2), <u32>words + ((word & ~START) >>> 8 << 2));
}

/** Gives a lane the next piece; false when there is none. */
function take(lane: usize): bool {
  if (waiting < pieces && waiting * spacing == first) waiting++;
  if (waiting >= pieces) return false;
  begin(lane, waiting++);
  return true;
}

/** Ends a lane's piece at the word that it would visit, where another begins. */
function end(lane: usize): void {
  const number = <usize>load<u32>(OWNERS + (lane << 2));
  const index = (load<u32>(VISITS + (lane << 2)) - <u32>words) >>> 2;
  store<u32>(ENDS + (number << 2), load<u32>(OUTPUTS + (lane << 2)));
  store<u32>(FOLLOWERS + (number << 2), index == first ? PIECES : index / spacing);
}

/** Walks four pieces at a time until none waits, then the last ones to their ends. */
function goTogether(): void {
  for (;;) {
    let v0 = <usize>load<u32>(VISITS);
    let v1 = <usize>load<u32>(VISITS + 4);
    let v2 = <usize>load<u32>(VISITS + 8);
    let v3 = <usize>load<u32>(VISITS + 12);
    let o0 = <usize>load<u32>(OUTPUTS);
    let o1 = <usize>load<u32>(OUTPUTS + 4);
    let o2 = <usize>load<u32>(OUTPUTS + 8);
    let o3 = <usize>load<u32>(OUTPUTS + 12);
    for (;;) {
      const w0 = load<u32>(v0);
      const w1 = load<u32>(v1);
      const w2 = load<u32>(v2);
      const w3 = load<u32>(v3);
      if (((w0 | w1 | w2 | w3) & START) != 0) break;
      store<u8>(o0++, <u8>w0);
      store<u8>(o1++, <u8>w1);
      store<u8>(o2++, <u8>w2);
      store<u8>(o3++, <u8>w3);
      v0 = words + (<usize>(w0 >>> 8) << 2);
      v1 = words + (<usize>(w1 >>> 8) << 2);
      v2 = words + (<usize>(w2 >>> 8) << 2);
      v3 = words + (<usize>(w3 >>> 8) << 2);
    }
    store<u32>(VISITS, <u32>v0);
    store<u32>(VISITS + 4, <u32>v1);
    store<u32>(VISITS + 8, <u32>v2);
    store<u32>(VISITS + 12, <u32>v3);
    store<u32>(OUTPUTS, <u32>o0);
    store<u32>(OUTPUTS + 4, <u32>o1);
    store<u32>(OUTPUTS + 8, <u32>o2);
    store<u32>(OUTPUTS + 12, <u32>o3);
    for (let lane: usize = 0; lane < LANES; lane++) {
      if ((load<u32>(load<u32>(VISITS + (lane << 2))) & START) == 0) continue;
      end(lane);
      if (take(lane)) continue;
      for (let other: usize = 0; other < LANES; other++) if (other != lane) goAlone(other);
      return;
    }
  }
}

/** Walks a lane's piece to its end. */
function goAlone(lane: usize): void {
  let visit = <usize>load<u32>(VISITS + (lane << 2));
  let output = <usize>load<u32>(OUTPUTS + (lane << 2));
  for (let word = load<u32>(visit); (word & START) == 0; word = load<u32>(visit)) {
    store<u8>(output++, <u8>word);
    visit = words + (<usize>(word >>> 8) << 2);
  }
  store<u32>(VISITS + (lane << 2), <u32>visit);
  store<u32>(OUTPUTS + (lane << 2), <u32>output);
  end(lane);
}

/** Writes the next bytes of the block's text to the output, at most `most`; returns how many: 0 at the end. */
export function runs(most: u32): u32 {
  const limit = target + most;
  let to = target;
  let at = from;
  let stop = <usize>load<u32>(ENDS + (piece << 2));
  let rest = left;
  let again = copies;
  let equal = same;
  let last = previous;
  for (;;) {
    while (again > 0 && to < limit) {
      store<u8>(to++, <u8>last);
      again--;
    }
    if (again > 0 || rest == 0 || to == limit) break;
    if (at == stop) {
      piece = <usize>load<u32>(FOLLOWERS + (piece << 2));
      at = <usize>load<u32>(BEGINS + (piece << 2));
      stop = <usize>load<u32>(ENDS + (piece << 2));
    }
    const many = min<usize>(min<usize>(stop - at, <usize>rest), limit - to);
    const begun = at;
    for (const until = at + many; at < until; ) {
      const byte = <u32>load<u8>(at++);
      if (equal == 4) {
        again = byte;
        equal = 0;
        break;
      }
      equal = byte == last ? equal + 1 : 1;
      last = byte;
      store<u8>(to++, <u8>byte);
    }
    rest -= <u32>(at - begun);
  }
  from = at;
  left = rest;
  copies = again;
  same = equal;
  previous = last;
  sum(to);
  return <u32>(to - target);
}

/** Adds the bytes of the output to the CRC (MSB first), four at a time (Kounavis and Berry 2005). */
function sum(end: usize): void {
  let value = crc;
  let at = target;
  for (; at + 4 <= end; at += 4) {
    value ^= bswap<u32>(load<u32>(at));
    value =
      load<u32>(CRC_TABLES + 3072 + (<usize>(value >>> 24) << 2)) ^
      load<u32>(CRC_TABLES + 2048 + (<usize>((value >>> 16) & 0xff) << 2)) ^
      load<u32>(CRC_TABLES + 1024 + (<usize>((value >>> 8) & 0xff) << 2)) ^
      load<u32>(CRC_TABLES + (<usize>(value & 0xff) << 2));
  }
  for (; at < end; at++)
    value = (value << 8) ^ load<u32>(CRC_TABLES + (<usize>((value >>> 24) ^ <u32>load<u8>(at)) << 2));
  crc = value;
}
