// The inside of a JSON string out of UTF-8, 16 bytes at a time; escapePlain in src/kernels/json-text.ts is its twin and oracle.

const QUOTE: u8 = 0x22;
const BACKSLASH: u8 = 0x5c;
const BLANK: u8 = 0x20;
/** Bytes that vectors may read or write past the end. */
const GUARD: usize = 16;

let text: usize = 0;
let out: usize = 0;

export function input(): usize {
  return text;
}
export function output(): usize {
  return out;
}

/** Makes room for texts of `bytes`, and for six times as much: \u001f is the longest escape. */
export function configure(bytes: i32): void {
  text = (__heap_base + 15) & ~15;
  out = text + <usize>bytes + GUARD;
  const end = out + 6 * <usize>bytes + GUARD;
  const pages = <i32>((end + 0xffff) >>> 16);
  if (pages > memory.size()) memory.grow(pages - memory.size());
}

// @ts-ignore: decorator
@inline
function hex(digit: u8): u8 {
  return digit < 10 ? 0x30 + digit : 0x57 + digit;
}

/** Writes the escape of `byte`; returns where it ends. */
function escaped(byte: u8, at: usize): usize {
  store<u8>(at, BACKSLASH);
  let letter: u8 = 0;
  if (byte == QUOTE || byte == BACKSLASH) letter = byte;
  else if (byte == 0x0a) letter = 0x6e;
  else if (byte == 0x09) letter = 0x74;
  else if (byte == 0x0d) letter = 0x72;
  else if (byte == 0x08) letter = 0x62;
  else if (byte == 0x0c) letter = 0x66;
  if (letter != 0) {
    store<u8>(at, letter, 1);
    return at + 2;
  }
  store<u8>(at, 0x75, 1);
  store<u16>(at, 0x3030, 2);
  store<u8>(at, hex(byte >> 4), 4);
  store<u8>(at, hex(byte & 15), 5);
  return at + 6;
}

/** Input → output; returns the output's length in bytes. */
export function escape(length: i32): i32 {
  const end = text + <usize>length;
  let at = text;
  let to = out;
  while (at < end) {
    if (ASC_FEATURE_SIMD) {
      const bytes = v128.load(at);
      v128.store(to, bytes);
      const special = v128.or(
        i8x16.lt_u(bytes, i8x16.splat(BLANK)),
        v128.or(i8x16.eq(bytes, i8x16.splat(QUOTE)), i8x16.eq(bytes, i8x16.splat(BACKSLASH))),
      );
      const mask = i8x16.bitmask(special);
      const count: usize = mask == 0 ? 16 : <usize>ctz(mask);
      if (count >= end - at) return <i32>(to + (end - at) - out);
      at += count;
      to += count;
      if (mask == 0) continue;
    }
    const byte = load<u8>(at++);
    if (byte < BLANK || byte == QUOTE || byte == BACKSLASH) to = escaped(byte, to);
    else store<u8>(to++, byte);
  }
  return <i32>(to - out);
}
