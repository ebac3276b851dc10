// The distinct values among a text's shingle hashes, in order of first appearance.
import { HASHES } from './shingles';

/** Distinct shingles that empty bins are filled from; a text with more leaves none empty. */
export const MAX_DISTINCT: i32 = 16384;

/** With room for three more: they are read four at a time. */
export const DISTINCT = memory.data((MAX_DISTINCT + 4) * 4);
/** Open addressing; hash 0 is counted apart. */
const TABLE = memory.data(MAX_DISTINCT * 2 * 4);

let distinct: i32 = 0;
let slots: u32 = 0;
let sawZero: bool = false;

export function distinctCount(): i32 {
  return distinct;
}

/** Makes room for the distinct ones of `count` hashes. */
export function beginDistinct(count: i32): void {
  distinct = 0;
  sawZero = false;
  slots = 16;
  while (slots < <u32>(2 * min(count, MAX_DISTINCT))) slots <<= 1;
  memory.fill(TABLE, 0, slots * 4);
}

/** Takes the first `count` of HASHES. */
export function gather(count: i32): void {
  for (let i = 0; i < count && distinct < MAX_DISTINCT; i++) {
    const hash = load<u32>(HASHES + ((<usize>i) << 2));
    if (hash === 0) {
      if (sawZero) continue;
      sawZero = true;
    } else {
      let slot = hash & (slots - 1);
      let held = load<u32>(TABLE + ((<usize>slot) << 2));
      while (held !== 0 && held !== hash) {
        slot = (slot + 1) & (slots - 1);
        held = load<u32>(TABLE + ((<usize>slot) << 2));
      }
      if (held === hash) continue;
      store<u32>(TABLE + ((<usize>slot) << 2), hash);
    }
    store<u32>(DISTINCT + ((<usize>distinct) << 2), hash);
    distinct++;
  }
}
