// Trains a language model: counts n-grams, then turns counts into probabilities.
import { ESTIMATE_BYTES, kneserNey } from './kneser-ney.ts';
import type { Model } from './model.ts';
import { ModelBuilder } from './model-builder.ts';
import { NgramCounts } from './ngram-counts.ts';
import { Scorer } from './scorer.ts';
import { Tokens, type TokenUnit } from './tokens.ts';

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
  readonly smoothing: 'stupid-backoff' | 'kneser-ney';
}

/** Learns from documents; `finish` gives the model. Deterministic: the same documents in the same order give the same bytes. */
export class Trainer {
  readonly #options: TrainOptions;
  readonly #tokens: Tokens;
  readonly #counts: NgramCounts;
  readonly #heldOut: string[] = [];
  #documents = 0;
  #learned = 0;

  constructor(options: TrainOptions) {
    this.#options = options;
    this.#tokens = new Tokens(options.unit, 'folded');
    this.#counts = new NgramCounts(options.memory, options.smoothing === 'kneser-ney' ? ESTIMATE_BYTES : 0);
  }

  /** Linear: `order` counts a token. */
  learn(text: string): void {
    this.#documents++;
    if (this.#documents % HELD_OUT === 0 && this.#heldOut.length < MOST_HELD_OUT) {
      this.#heldOut.push(text.slice(0, MEASURED));
      return;
    }
    const { values, length } = this.#tokens.of(text, Number.POSITIVE_INFINITY);
    this.#counts.learn(values, length, this.#options.order);
    this.#learned += length;
  }

  /** The model, with the quantiles of `calibration` texts or, without any, of the documents held out. */
  finish(calibration: readonly string[] = []): Model {
    const { order, unit, prune, smoothing } = this.#options;
    const builder = new ModelBuilder(this.#counts.sizes(order, prune), smoothing);
    const { alpha, unknown } = smoothing === 'kneser-ney' ? this.#kneserNey(builder) : this.#stupidBackoff(builder);
    const model = builder.finish({
      unit,
      form: 'folded',
      alpha,
      unknown,
      documents: this.#documents,
      tokens: this.#learned,
      quantiles: [],
    });
    return measured(model, calibration.length > 0 ? calibration : this.#heldOut);
  }

  #stupidBackoff(builder: ModelBuilder): { alpha: number; unknown: number } {
    const counts = this.#counts;
    for (const slot of counts.taken()) {
      if (!counts.stays(slot, this.#options.prune)) continue;
      const [size, count] = [counts.orders[slot] ?? 0, counts.counts[slot] ?? 0];
      const all = size === 1 ? this.#learned : (counts.counts[counts.context(slot)] ?? 0);
      if (all >= count) builder.add(size, counts.first[slot] ?? 0, counts.keys[slot] ?? 0, Math.log2(all / count));
    }
    return { alpha: ALPHA, unknown: Math.log2(Math.max(2, this.#learned)) };
  }

  #kneserNey(builder: ModelBuilder): { alpha: number; unknown: number } {
    const counts = this.#counts;
    const { unknown } = kneserNey(counts, this.#options, ({ slot, bits, weight }) =>
      builder.add(counts.orders[slot] ?? 0, counts.first[slot] ?? 0, counts.keys[slot] ?? 0, bits, weight),
    );
    return { alpha: 0, unknown };
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
