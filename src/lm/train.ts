// Trains a language model: counts n-grams in a table of bounded size, then turns counts into stupid back-off scores.
import { firstOf, firstWithout, keyOf, secondOf, secondWithout, slotOf } from './hashes.ts';
import { MOST_ORDER } from './layout.ts';
import type { Model } from './model.ts';
import { ModelBuilder } from './model-builder.ts';
import { Scorer } from './scorer.ts';
import { LINE_END, LINE_START, Tokens, type TokenUnit } from './tokens.ts';

/** Bytes of a slot while counting: two hashes, count, token, order. */
const SLOT_BYTES = 17;
/** Brants et al. 2007: what a step down to a shorter n-gram costs, log2 of 0.4. */
const ALPHA = -Math.log2(0.4);
/** One document in so many is not learned from but measured, for the quantiles. */
const HELD_OUT = 50;
/** Documents held out at most, so that memory is bounded; UTF-16 units of one that are measured. */
const MOST_HELD_OUT = 20_000;
const MEASURED = 5000;

export interface TrainOptions {
  readonly order: number;
  readonly unit: TokenUnit;
  /** Bytes that counting may hold. */
  readonly memory: number;
  /** Occurrences that an n-gram of three tokens or more must have to be kept. */
  readonly prune: number;
}

/** Learns from documents; `finish` gives the model. Deterministic: the same documents in the same order give the same bytes. */
export class Trainer {
  readonly #options: TrainOptions;
  readonly #tokens: Tokens;
  readonly #counts: Counts;
  readonly #heldOut: string[] = [];
  readonly #first = new Int32Array(MOST_ORDER + 1);
  readonly #second = new Int32Array(MOST_ORDER + 1);
  #documents = 0;
  #learned = 0;

  constructor(options: TrainOptions) {
    this.#options = options;
    this.#tokens = new Tokens(options.unit, 'folded');
    this.#counts = new Counts(options.memory);
  }

  /** Linear: `order` counts a token. */
  learn(text: string): void {
    this.#documents++;
    if (this.#documents % HELD_OUT === 0 && this.#heldOut.length < MOST_HELD_OUT) {
      this.#heldOut.push(text.slice(0, MEASURED));
      return;
    }
    const { values, length } = this.#tokens.of(text, Number.POSITIVE_INFINITY);
    const { order } = this.#options;
    const [first, second] = [this.#first, this.#second];
    let given = 0;
    for (let at = 0; at < length; at++) {
      const token = values[at] ?? 0;
      if (given === 0) {
        this.#counts.add(firstOf(0, LINE_START), secondOf(0, LINE_START), LINE_START, 1);
        first[1] = firstOf(0, LINE_START);
        second[1] = secondOf(0, LINE_START);
        given = 1;
      }
      for (let k = Math.min(order - 1, given); k >= 0; k--) {
        first[k + 1] = firstOf(first[k] ?? 0, token);
        second[k + 1] = secondOf(second[k] ?? 0, token);
        this.#counts.add(first[k + 1] ?? 0, second[k + 1] ?? 0, token, k + 1);
      }
      given = token === LINE_END ? 0 : given + 1;
    }
    this.#learned += length;
  }

  /** The model, with the quantiles of `calibration` texts or, without any, of the documents held out. */
  finish(calibration: readonly string[] = []): Model {
    const { order, unit, prune } = this.#options;
    const counts = this.#counts;
    const builder = new ModelBuilder(counts.sizes(order, prune), 'stupid-backoff');
    counts.each(prune, (first, second, token, size, count) => {
      const all = size === 1 ? this.#learned : counts.countOf(firstWithout(first, token), secondWithout(second, token));
      if (all >= count) builder.add(size, first, second, Math.log2(all / count));
    });
    const model = builder.finish({
      unit,
      form: 'folded',
      alpha: ALPHA,
      unknown: Math.log2(Math.max(2, this.#learned)),
      documents: this.#documents,
      tokens: this.#learned,
      quantiles: [],
    });
    return measured(model, calibration.length > 0 ? calibration : this.#heldOut);
  }
}

/** The model with the quantiles of `texts`. */
export function measured(model: Model, texts: readonly string[]): Model {
  const scorer = new Scorer(model);
  const quantiles = quantilesOf(texts.map((text) => scorer.perplexity(text, MEASURED)));
  return { ...model, header: { ...model.header, quantiles } };
}

/** The 1st to 99th percentile; none for fewer than three values. Texts without tokens do not count. */
export function quantilesOf(values: readonly number[]): number[] {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  if (sorted.length < 3) return [];
  return Array.from({ length: 99 }, (_, at) => sorted[Math.floor(((at + 1) / 100) * (sorted.length - 1))] ?? 0);
}

/**
 * Counts in open addressing. When the table is seven tenths full, n-grams of two tokens or more with the lowest count go
 * (lossy counting, Manku and Motwani 2002): the rest keep their counts, and memory its bound.
 */
class Counts {
  readonly #shift: number;
  readonly #limit: number;
  #used = 0;
  readonly #first: Int32Array;
  readonly #keys: Uint32Array;
  readonly #counts: Uint32Array;
  readonly #tokens: Uint32Array;
  readonly #orders: Uint8Array;

  constructor(memory: number) {
    let slots = 1 << 12;
    while (2 * slots * SLOT_BYTES <= memory && slots < 1 << 28) slots *= 2;
    this.#shift = Math.clz32(slots - 1);
    this.#limit = Math.floor(0.7 * slots);
    this.#first = new Int32Array(slots);
    this.#keys = new Uint32Array(slots);
    this.#counts = new Uint32Array(slots);
    this.#tokens = new Uint32Array(slots);
    this.#orders = new Uint8Array(slots);
  }

  add(first: number, second: number, token: number, order: number): void {
    const slot = this.#slot(first, keyOf(second));
    if (this.#keys[slot] !== 0) {
      this.#counts[slot] = (this.#counts[slot] ?? 0) + 1;
      return;
    }
    this.#put(slot, first, keyOf(second), 1, token, order);
    for (let least = 1; this.#used > this.#limit; least++) this.#forget(least);
  }

  countOf(first: number, second: number): number {
    return this.#counts[this.#slot(first, keyOf(second))] ?? 0;
  }

  /** How many n-grams of 1 … `order` tokens `each` gives. */
  sizes(order: number, prune: number): number[] {
    const sizes = new Array<number>(order).fill(0);
    this.each(prune, (_first, _second, _token, size) => {
      sizes[size - 1] = (sizes[size - 1] ?? 0) + 1;
    });
    return sizes;
  }

  /** Calls back with every n-gram of one or two tokens, and those of more that occur `prune` times or more. */
  each(
    prune: number,
    visit: (first: number, second: number, token: number, order: number, count: number) => void,
  ): void {
    for (let slot = 0; slot < this.#keys.length; slot++) {
      const [key, count, order] = [this.#keys[slot] ?? 0, this.#counts[slot] ?? 0, this.#orders[slot] ?? 0];
      if (key !== 0 && (order < 3 || count >= prune))
        visit(this.#first[slot] ?? 0, key | 0, this.#tokens[slot] ?? 0, order, count);
    }
  }

  #slot(first: number, key: number): number {
    const mask = this.#keys.length - 1;
    let slot = slotOf(first, this.#shift);
    while (this.#keys[slot] !== 0 && this.#keys[slot] !== key) slot = (slot + 1) & mask;
    return slot;
  }

  #put(slot: number, first: number, key: number, count: number, token: number, order: number): void {
    this.#first[slot] = first;
    this.#keys[slot] = key;
    this.#counts[slot] = count;
    this.#tokens[slot] = token;
    this.#orders[slot] = order;
    this.#used++;
  }

  /** Takes out n-grams of two tokens or more with at most `least` occurrences, and closes the gaps. */
  #forget(least: number): void {
    const kept: [number, number, number, number, number][] = [];
    for (let slot = 0; slot < this.#keys.length; slot++) {
      const [key, count, order] = [this.#keys[slot] ?? 0, this.#counts[slot] ?? 0, this.#orders[slot] ?? 0];
      if (key !== 0 && (order === 1 || count > least))
        kept.push([this.#first[slot] ?? 0, key, count, this.#tokens[slot] ?? 0, order]);
    }
    this.#keys.fill(0);
    this.#counts.fill(0);
    this.#used = 0;
    for (const [first, key, count, token, order] of kept)
      this.#put(this.#slot(first, key), first, key, count, token, order);
  }
}
