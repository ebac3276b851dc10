// MinHash minima of a text's shingles, four permutations at a time; `src/kernels/minhash.ts` is its twin and oracle.
import { beginText, HASHES, hashPiece, hashRest, hasShingle, INPUT, setShingle } from './shingles';
import { TABLE, VOICED } from './units';

const MAX_PERMUTATIONS: i32 = 1024;

const MULTIPLIERS = memory.data(MAX_PERMUTATIONS * 4, 16);
const ADDENDS = memory.data(MAX_PERMUTATIONS * 4, 16);
const MINIMA = memory.data(MAX_PERMUTATIONS * 4, 16);

let permutations: i32 = 0;

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

export function table(): usize {
  return TABLE;
}
export function voiced(): usize {
  return VOICED;
}

/** `count` is a multiple of 16; the caller fills multipliers and addends, and both tables when `byTable` is not 0. */
export function configure(count: i32, length: i32, ofWords: i32, byTable: i32): void {
  permutations = count;
  setShingle(length, ofWords, byTable);
}

export function begin(): void {
  memory.fill(MINIMA, 0xff, permutations * 4);
  beginText();
}

/** Takes the next `units` of the text from the input buffer. */
export function update(units: i32): void {
  lower(hashPiece(units));
}

/** Returns 1 when the text had a shingle. */
export function end(): i32 {
  lower(hashRest(0));
  return hasShingle() ? 1 : 0;
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
