// MurmurHash3 x64 128-bit: in plain TypeScript, written to be read and as an oracle, and in WebAssembly.
import { instantiateKernel } from './wasm-module.ts';

/** Writes the hash of the bytes given, as four u32 words, low word first. */
export interface ContentHash {
  /** The hash of the text's UTF-16 units, little-endian. Linear. */
  hash(text: string, out: Uint32Array, at: number): void;
}

const MASK = (1n << 64n) - 1n;
const rotate = (x: bigint, by: bigint): bigint => ((x << by) | (x >> (64n - by))) & MASK;
const C1 = 0x87c37b91114253d5n;
const C2 = 0x4cf5ad432745937fn;

function finish(value: bigint): bigint {
  let k = value ^ (value >> 33n);
  k = (k * 0xff51afd7ed558ccdn) & MASK;
  k ^= k >> 33n;
  k = (k * 0xc4ceb9fe1a85ec53n) & MASK;
  return k ^ (k >> 33n);
}

/** The two halves of MurmurHash3_x64_128 with seed 0 (Appleby; public domain). */
export function murmur3(bytes: Uint8Array): [bigint, bigint] {
  const padded = Buffer.alloc(Math.ceil(bytes.length / 16) * 16);
  padded.set(bytes);
  let h1 = 0n;
  let h2 = 0n;
  for (let at = 0; at < padded.length; at += 16) {
    const k1 = (rotate((padded.readBigUInt64LE(at) * C1) & MASK, 31n) * C2) & MASK;
    const k2 = (rotate((padded.readBigUInt64LE(at + 8) * C2) & MASK, 33n) * C1) & MASK;
    h1 ^= k1;
    if (at + 16 <= bytes.length) h1 = ((rotate(h1, 27n) + h2) * 5n + 0x52dce729n) & MASK;
    h2 ^= k2;
    if (at + 16 <= bytes.length) h2 = ((rotate(h2, 31n) + h1) * 5n + 0x38495ab5n) & MASK;
  }
  const length = BigInt(bytes.length);
  h1 = ((h1 ^ length) + (h2 ^ length)) & MASK;
  h2 = ((h2 ^ length) + h1) & MASK;
  h1 = finish(h1);
  h2 = finish(h2);
  h1 = (h1 + h2) & MASK;
  return [h1, (h2 + h1) & MASK];
}

/** The hash of a text's UTF-16 units, as `ContentHash` writes it, by the plain function. */
export function plainTextHash(text: string, out: Uint32Array, at: number): void {
  for (const [half, value] of murmur3(Buffer.from(text, 'utf16le')).entries()) {
    out[at + 2 * half] = Number(value & 0xffff_ffffn);
    out[at + 2 * half + 1] = Number(value >> 32n);
  }
}

/** CAPACITY in assembly/murmur3.ts, in UTF-16 units. */
const UNITS = 16_384;

export function contentHash(): ContentHash {
  const { call, words, bytes } = instantiateKernel('murmur3', 'scalar');
  const input = bytes(call('input'), UNITS * 2);
  const output = words(call('output'), 4);
  return {
    hash(text, out, at) {
      call('begin');
      for (let from = 0; from < text.length; from += UNITS) {
        const part = text.length <= UNITS ? text : text.slice(from, from + UNITS);
        input.write(part, 'utf16le');
        call('update', part.length * 2);
      }
      call('end');
      out.set(output, at);
    },
  };
}
