// Interpolated modified Kneser–Ney smoothing: what an n-gram's probability is when rare and unseen ones get their share.
import type { NgramCounts } from './ngram-counts.ts';
import { LINE_START } from './tokens.ts';

/** Bytes a slot of what is made of the counts here. */
export const ESTIMATE_BYTES = 24;

/** What is taken off a count of 1, of 2, and of 3 or more. */
export type Discounts = readonly [number, number, number];

/** Where a corpus is too small to tell: KenLM's. */
const FALLBACK: Discounts = [0.5, 1, 1.5];
/** -log2 of the probability of a line's start, which no text is asked for. */
const NEVER = 31;

export interface Estimate {
  readonly slot: number;
  /** -log2 of the probability of its last token after the others. */
  readonly bits: number;
  /** log2 of the weight of shorter n-grams where it is the context. */
  readonly weight: number;
}

/**
 * Chen and Goodman 1998, section 3; pruned n-grams leave their share to shorter ones, so that what follows a context still
 * sums to 1. `unknown`: bits of a token never seen. Calls back with every n-gram that stays, in the order of the table.
 * Cost: two look-ups an n-gram, and a pass over the table for each order.
 */
export function kneserNey(
  counts: NgramCounts,
  { order, prune }: { readonly order: number; readonly prune: number },
  each: (estimate: Estimate) => void,
): { readonly unknown: number } {
  const adjusted = adjustedCounts(counts, order);
  const { totals, spare, all } = sharesOf(counts, adjusted, order, prune);
  const probabilities = new Float64Array(counts.slots);
  const gamma = (slot: number): number => ((totals[slot] ?? 0) === 0 ? 1 : (spare[slot] ?? 0) / (totals[slot] ?? 1));
  const rest = all.total === 0 ? 1 : all.spare / all.total;
  const uniform = 1 / (all.types + 1);
  for (let size = 1; size <= order; size++) {
    const discounts = all.discounts[size - 1] ?? FALLBACK;
    for (const slot of counts.taken()) {
      if (counts.orders[slot] !== size || !counts.stays(slot, prune)) continue;
      const context = size === 1 ? -1 : counts.context(slot);
      if (size > 1 && context < 0) continue;
      const total = size === 1 ? all.total : (totals[context] ?? 0);
      const own = Math.max(0, (adjusted[slot] ?? 0) - discountOf(discounts, adjusted[slot] ?? 0)) / Math.max(1, total);
      const left = size === 1 ? rest : gamma(context);
      const shorter = size === 1 ? uniform : (probabilities[counts.suffix(slot)] ?? 0);
      probabilities[slot] = own + left * shorter;
    }
  }
  for (const slot of counts.taken()) {
    const probability = probabilities[slot] ?? 0;
    if (isStart(counts, slot)) each({ slot, bits: NEVER, weight: Math.log2(gamma(slot)) });
    else if (probability > 0) each({ slot, bits: -Math.log2(probability), weight: Math.log2(gamma(slot)) });
  }
  return { unknown: -Math.log2(rest * uniform) };
}

/**
 * What each n-gram counts for: of the longest, and of those at a line's start, how often they occur; of others, after how
 * many different tokens. An n-gram whose longer ones were all forgotten counts as after one.
 */
function adjustedCounts(counts: NgramCounts, order: number): Uint32Array {
  const adjusted = new Uint32Array(counts.slots);
  for (const slot of counts.taken()) {
    const suffix = (counts.orders[slot] ?? 0) > 1 ? counts.suffix(slot) : -1;
    if (suffix >= 0) adjusted[suffix] = (adjusted[suffix] ?? 0) + 1;
  }
  for (const slot of counts.taken()) {
    if (counts.orders[slot] === order || counts.heads[slot] === LINE_START) adjusted[slot] = counts.counts[slot] ?? 0;
    else if (adjusted[slot] === 0) adjusted[slot] = 1;
  }
  return adjusted;
}

interface Shares {
  /** Of what follows each context: the sum of its counts, and how much of it goes to shorter n-grams. (slots) */
  readonly totals: Uint32Array;
  readonly spare: Float64Array;
  /** The same of single tokens, how many there are, and the discounts of each order. */
  readonly all: { total: number; spare: number; types: number; readonly discounts: readonly Discounts[] };
}

function sharesOf(counts: NgramCounts, adjusted: Uint32Array, order: number, prune: number): Shares {
  const discounts = countsOfCounts(counts, adjusted, order).map(discountsOf);
  const totals = new Uint32Array(counts.slots);
  const spare = new Float64Array(counts.slots);
  const all = { total: 0, spare: 0, types: 0, discounts };
  for (const slot of counts.taken()) {
    if (isStart(counts, slot)) continue;
    const size = counts.orders[slot] ?? 0;
    const count = adjusted[slot] ?? 0;
    const left = counts.stays(slot, prune) ? discountOf(discounts[size - 1] ?? FALLBACK, count) : count;
    if (size === 1) {
      all.total += count;
      all.spare += left;
      all.types++;
      continue;
    }
    const context = counts.context(slot);
    if (context < 0) continue;
    totals[context] = (totals[context] ?? 0) + count;
    spare[context] = (spare[context] ?? 0) + left;
  }
  return { totals, spare, all };
}

const isStart = (counts: NgramCounts, slot: number): boolean =>
  counts.orders[slot] === 1 && counts.tails[slot] === LINE_START;

/** How many n-grams of each order count 1, 2, 3 and 4. */
function countsOfCounts(counts: NgramCounts, adjusted: Uint32Array, order: number): number[][] {
  const found = Array.from({ length: order }, () => [0, 0, 0, 0]);
  for (const slot of counts.taken()) {
    const row = found[(counts.orders[slot] ?? 0) - 1];
    const at = (adjusted[slot] ?? 0) - 1;
    if (row !== undefined && at < 4 && !isStart(counts, slot)) row[at] = (row[at] ?? 0) + 1;
  }
  return found;
}

/** Chen and Goodman's estimate of the best discounts. */
export function discountsOf([one = 0, two = 0, three = 0, four = 0]: readonly number[]): Discounts {
  const y = one / (one + 2 * two);
  const found: Discounts = [1 - (2 * y * two) / one, 2 - (3 * y * three) / two, 3 - (4 * y * four) / three];
  return found.every((discount, at) => discount >= 0 && discount <= at + 1) ? found : FALLBACK;
}

const discountOf = (discounts: Discounts, count: number): number => discounts[Math.min(count, 3) - 1] ?? 0;
