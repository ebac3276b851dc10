// MurmurHash3 x64 128-bit (Appleby, public domain) of a text's UTF-16 units, given in pieces; `src/kernels/murmur3.ts` is its twin.

/** Bytes that one call takes; a multiple of 16. */
export const CAPACITY: i32 = 32768;
const INPUT = memory.data(CAPACITY + 16);
const OUT = memory.data(16, 16);

const C1: u64 = 0x87c37b91114253d5;
const C2: u64 = 0x4cf5ad432745937f;

let h1: u64 = 0;
let h2: u64 = 0;
let length: u64 = 0;

export function input(): usize {
  return INPUT;
}
export function output(): usize {
  return OUT;
}

export function begin(): void {
  h1 = 0;
  h2 = 0;
  length = 0;
}

/** Takes `bytes` of the input buffer: a multiple of 16, but for the last call of a text. */
export function update(bytes: i32): void {
  let a = h1;
  let b = h2;
  const end = INPUT + <usize>(bytes & ~15);
  let at = INPUT;
  for (; at < end; at += 16) {
    a ^= rotl<u64>(load<u64>(at) * C1, 31) * C2;
    a = (rotl<u64>(a, 27) + b) * 5 + 0x52dce729;
    b ^= rotl<u64>(load<u64>(at, 8) * C2, 33) * C1;
    b = (rotl<u64>(b, 31) + a) * 5 + 0x38495ab5;
  }
  const rest = bytes & 15;
  if (rest > 0) {
    memory.fill(at + rest, 0, 16 - rest);
    if (rest > 8) b ^= rotl<u64>(load<u64>(at, 8) * C2, 33) * C1;
    a ^= rotl<u64>(load<u64>(at) * C1, 31) * C2;
  }
  h1 = a;
  h2 = b;
  length += bytes;
}

// @ts-ignore: decorator
@inline
function finish(value: u64): u64 {
  let k = value;
  k ^= k >> 33;
  k *= 0xff51afd7ed558ccd;
  k ^= k >> 33;
  k *= 0xc4ceb9fe1a85ec53;
  return k ^ (k >> 33);
}

export function end(): void {
  h1 ^= length;
  h2 ^= length;
  h1 += h2;
  h2 += h1;
  h1 = finish(h1);
  h2 = finish(h2);
  h1 += h2;
  h2 += h1;
  store<u64>(OUT, h1);
  store<u64>(OUT, h2, 8);
}
