// A Bloom filter of one band's keys: most documents of a new corpus are told in memory that no earlier one has their key.
import { mix32 } from '../../kernels/minhash.ts';

/** Words of a block; all bits of a key lie in one (a cache line). (Putze, Sanders and Singler 2007, Cache-, Hash- and Space-Efficient Bloom Filters) */
const BLOCK_WORDS = 16;
const BITS_A_KEY = 12;
/** Bits set for a key. With 12 bits a key, 0.5 % of other keys find all of theirs set. */
const PROBES = 6;

export const filterWords = (keys: number): number =>
  BLOCK_WORDS * Math.max(1, Math.ceil((keys * BITS_A_KEY) / (32 * BLOCK_WORDS)));

function* bitsOf(key: number): Generator<number> {
  let hash = mix32(key ^ 0x5bd1_e995);
  for (let probe = 0; probe < PROBES; probe++) {
    yield hash >>> 23;
    hash = mix32(hash + 0x9e37_79b9);
  }
}

/** Where the key's block begins. */
const blockOf = (key: number, words: number): number =>
  BLOCK_WORDS * Math.floor((mix32(key ^ 0x1b87_3593) / 2 ** 32) * (words / BLOCK_WORDS));

export function addKey(filter: Uint32Array, key: number): void {
  const block = blockOf(key, filter.length);
  for (const bit of bitsOf(key)) {
    const word = block + (bit >>> 5);
    filter[word] = (filter[word] ?? 0) | (1 << (bit & 31));
  }
}

/** False only for keys that were not added. */
export function mayHold(filter: Uint32Array, key: number): boolean {
  const block = blockOf(key, filter.length);
  let hash = mix32(key ^ 0x5bd1_e995);
  for (let probe = 0; probe < PROBES; probe++) {
    const bit = hash >>> 23;
    if (((filter[block + (bit >>> 5)] ?? 0) & (1 << (bit & 31))) === 0) return false;
    hash = mix32(hash + 0x9e37_79b9);
  }
  return true;
}
