// Puts n-grams and their log probabilities into the tables of a model.
import { slotOf, tagOf } from './hashes.ts';
import { type ModelTables, STEP } from './model.ts';

/** Slots for so many n-grams: a power of two, two thirds full at most, so that a chain of look-ups ends soon. */
export function slotsFor(entries: number): number {
  let slots = 1 << 8;
  while (2 * slots < 3 * entries + 2) slots *= 2;
  return slots;
}

export class TableBuilder {
  readonly tables: ModelTables;
  entries = 0;

  constructor(entries: number, backoff: 'stupid' | 'stored') {
    const slots = slotsFor(entries);
    this.tables = {
      grams: new Uint32Array(slots),
      backoffs: new Uint8Array(backoff === 'stored' ? slots : 0),
    };
  }

  /** `bits` is -log2 of the probability; `weight` is log2 of the back-off weight. An n-gram that is there already stays as it is. */
  add(first: number, second: number, bits: number, weight = 0): void {
    const { grams, backoffs } = this.tables;
    const tag = tagOf(second);
    let slot = slotOf(first, Math.clz32(grams.length - 1));
    for (; grams[slot] !== 0; slot = (slot + 1) & (grams.length - 1)) if ((grams[slot] ?? 0) >>> 8 === tag) return;
    grams[slot] = ((tag << 8) | Math.min(255, Math.round(bits / STEP))) >>> 0;
    if (backoffs.length > 0) backoffs[slot] = Math.max(0, Math.min(255, 128 + Math.round(weight / STEP)));
    this.entries++;
  }
}
