// Normalisation of a text by UTF-16 unit, by tables that the caller fills: `unitTables` in src/kernels/shingles.ts.

const KANA: u32 = 0x3040;
const KANA_COUNT: u32 = 0xc0;

/** The unit that each unit counts as; bit 17 when it counts; from bit 24 on which voicing mark it is. (65,536) */
export const TABLE = memory.data(0x10000 * 4);
/** Kana joined with the voiced, then with the half-voiced mark; 0 where there is none. (2 × KANA_COUNT) */
export const VOICED = memory.data(2 * 0xc0 * 2);

/**
 * Writes what `from … end` counts as to `to`; returns the end of what it wrote. The caller begins no piece with a voicing
 * mark that may belong to the unit before.
 */
export function compactByTable(from: usize, end: usize, to: usize): usize {
  const begin = from;
  for (; from < end; from += 2) {
    const entry = entryOf(from);
    const mark = entry >>> 24;
    if (mark > 0 && from > begin) {
      const kana = joined((entryOf(from - 2) & 0xffff) - KANA, mark);
      if (kana > 0) {
        store<u16>(to - 2, kana);
        continue;
      }
    }
    store<u16>(to, entry);
    to += (entry >>> 16) & 2;
  }
  return to;
}

// @ts-ignore: decorator
@inline
function entryOf(at: usize): u32 {
  return load<u32>(TABLE + ((<usize>load<u16>(at)) << 2));
}

function joined(kana: u32, mark: u32): u32 {
  return kana < KANA_COUNT ? load<u16>(VOICED + ((<usize>(kana + (mark - 1) * KANA_COUNT)) << 1)) : 0;
}
