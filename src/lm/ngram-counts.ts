// Counts n-grams in a table of bounded size.
import { firstOf, firstWithout, headless, keyOf, secondOf, secondWithout, slotOf } from './hashes.ts';
import { MOST_ORDER } from './layout.ts';
import { LINE_END, LINE_START } from './tokens.ts';

/** Bytes of a slot: two hashes, count, first and last token, order. */
export const SLOT_BYTES = 21;
const LEAST_SLOTS = 1 << 12;
const MOST_SLOTS = 1 << 28;
/** Share of the slots that may be taken. */
const FULL = 0.7;

/**
 * Counts in open addressing. When the table is seven tenths full, n-grams of two tokens or more with the lowest count go
 * (lossy counting, Manku and Motwani 2002): the rest keep their counts, and memory its bound.
 */
export class NgramCounts {
  /** Of each slot: both hashes, the second never 0 where the slot is taken; count; first and last token; order. (slots) */
  readonly first: Int32Array;
  readonly keys: Uint32Array;
  readonly counts: Uint32Array;
  readonly heads: Uint32Array;
  readonly tails: Uint32Array;
  readonly orders: Uint8Array;
  readonly #shift: number;
  readonly #limit: number;
  #used = 0;
  readonly #firsts = new Int32Array(MOST_ORDER + 1);
  readonly #seconds = new Int32Array(MOST_ORDER + 1);

  /** `memory`: bytes that counting and what follows it may hold; `later`: bytes a slot of what follows. */
  constructor(memory: number, later: number) {
    let slots = LEAST_SLOTS;
    while (2 * slots * (SLOT_BYTES + later) <= memory && slots < MOST_SLOTS) slots *= 2;
    this.#shift = Math.clz32(slots - 1);
    this.#limit = Math.floor(FULL * slots);
    this.first = new Int32Array(slots);
    this.keys = new Uint32Array(slots);
    this.counts = new Uint32Array(slots);
    this.heads = new Uint32Array(slots);
    this.tails = new Uint32Array(slots);
    this.orders = new Uint8Array(slots);
  }

  get slots(): number {
    return this.keys.length;
  }

  /** Counts the n-grams of up to `order` tokens of one text. Linear: `order` counts a token. */
  learn(values: Uint32Array, length: number, order: number): void {
    const [firsts, seconds] = [this.#firsts, this.#seconds];
    let given = 0;
    for (let at = 0; at < length; at++) {
      const token = values[at] ?? 0;
      if (given === 0) {
        firsts[1] = firstOf(0, LINE_START);
        seconds[1] = secondOf(0, LINE_START);
        this.#add(firsts[1] ?? 0, seconds[1] ?? 0, LINE_START, LINE_START, 1);
        given = 1;
      }
      for (let size = Math.min(order, given + 1); size > 0; size--) {
        const first = firstOf(firsts[size - 1] ?? 0, token);
        const second = secondOf(seconds[size - 1] ?? 0, token);
        const head = size > given ? LINE_START : (values[at - size + 1] ?? 0);
        this.#add(first, second, head, token, size);
        firsts[size] = first;
        seconds[size] = second;
      }
      given = token === LINE_END ? 0 : given + 1;
    }
  }

  /** Slot of the n-gram; -1 when it was not counted, or forgotten. */
  find(first: number, second: number): number {
    const slot = this.#slot(first, keyOf(second));
    return this.keys[slot] === 0 ? -1 : slot;
  }

  /** Slot of the n-gram without its last token; -1 when there is none. */
  context(slot: number): number {
    const tail = this.tails[slot] ?? 0;
    return this.find(firstWithout(this.first[slot] ?? 0, tail), secondWithout(this.keys[slot] ?? 0, tail));
  }

  /** Slot of the n-gram without its first token; -1 when there is none. */
  suffix(slot: number): number {
    const [first, second] = headless(
      this.first[slot] ?? 0,
      this.keys[slot] ?? 0,
      this.heads[slot] ?? 0,
      this.orders[slot] ?? 0,
    );
    return this.find(first, second);
  }

  /** Whether a model keeps the n-gram: one of one or two tokens, or one that occurs `prune` times or more. */
  stays(slot: number, prune: number): boolean {
    return (this.orders[slot] ?? 0) < 3 || (this.counts[slot] ?? 0) >= prune;
  }

  /** Slots that are taken, in the order of the table. */
  *taken(): Generator<number> {
    for (let slot = 0; slot < this.slots; slot++) if (this.keys[slot] !== 0) yield slot;
  }

  /** How many n-grams of 1 … `order` tokens stay. */
  sizes(order: number, prune: number): number[] {
    const sizes = new Array<number>(order).fill(0);
    for (const slot of this.taken()) {
      const at = (this.orders[slot] ?? 0) - 1;
      if (this.stays(slot, prune)) sizes[at] = (sizes[at] ?? 0) + 1;
    }
    return sizes;
  }

  #add(first: number, second: number, head: number, tail: number, order: number): void {
    const slot = this.#slot(first, keyOf(second));
    if (this.keys[slot] !== 0) {
      this.counts[slot] = (this.counts[slot] ?? 0) + 1;
      return;
    }
    this.first[slot] = first;
    this.keys[slot] = keyOf(second);
    this.counts[slot] = 1;
    this.heads[slot] = head;
    this.tails[slot] = tail;
    this.orders[slot] = order;
    this.#used++;
    for (let least = 1; this.#used > this.#limit; least++) this.#forget(least);
  }

  #slot(first: number, key: number): number {
    const mask = this.slots - 1;
    let slot = slotOf(first, this.#shift);
    while (this.keys[slot] !== 0 && this.keys[slot] !== key) slot = (slot + 1) & mask;
    return slot;
  }

  /** Takes out n-grams of two tokens or more with at most `least` occurrences. What moves into a gap is looked at in its turn. */
  #forget(least: number): void {
    for (let slot = 0; slot < this.slots; ) {
      const goes = this.keys[slot] !== 0 && (this.orders[slot] ?? 0) > 1 && (this.counts[slot] ?? 0) <= least;
      if (goes) this.#remove(slot);
      else slot++;
    }
  }

  /** Closes the gap with n-grams behind it that a look-up would no longer reach (Knuth 6.4, algorithm R). */
  #remove(slot: number): void {
    const mask = this.slots - 1;
    let gap = slot;
    for (let next = (gap + 1) & mask; this.keys[next] !== 0; next = (next + 1) & mask) {
      const home = slotOf(this.first[next] ?? 0, this.#shift);
      if (((next - home) & mask) < ((next - gap) & mask)) continue;
      for (const field of [this.first, this.keys, this.counts, this.heads, this.tails, this.orders])
        field[gap] = field[next] ?? 0;
      gap = next;
    }
    this.keys[gap] = 0;
    this.#used--;
  }
}
