// How much generated text repeats itself: shares of n-grams, and loops that a text does not leave any more.
import { bordersOf } from '../generation/written-text.ts';

/** Keys of all n-grams of `tokens`. */
function* ngrams(tokens: readonly number[], n: number): Generator<string> {
  for (let at = 0; at + n <= tokens.length; at++) yield tokens.slice(at, at + n).join();
}

/**
 * rep-n, the share of n-grams of one text that occurred before in it: 1 − distinct / all (Welleck et al. 2020,
 * https://arxiv.org/abs/1908.04319). 0 for a text without n-grams. O(n · tokens).
 */
export function repetitionOf(tokens: readonly number[], n: number): number {
  const all = tokens.length - n + 1;
  return all <= 0 ? 0 : 1 - new Set(ngrams(tokens, n)).size / all;
}

/**
 * distinct-n, distinct n-grams of all texts together over their number (Li et al. 2016, https://arxiv.org/abs/1510.03055);
 * 1 without n-grams. It falls with the amount of text: compare the same number of texts of the same length.
 */
export function distinctOf(texts: readonly (readonly number[])[], n: number): number {
  const seen = new Set<string>();
  let all = 0;
  for (const tokens of texts) {
    for (const ngram of ngrams(tokens, n)) {
      seen.add(ngram);
      all++;
    }
  }
  return all === 0 ? 1 : seen.size / all;
}

export interface Loop {
  /** UTF-16 units that are said again and again. */
  readonly period: number;
  /** UTF-16 units at the end of the text that do nothing else. */
  readonly length: number;
}

/** A phrase must be said as often as this at the end of a text (Holtzman et al. 2020, https://arxiv.org/abs/1904.09751). */
const TIMES = 3;
/** Shorter ends may well be "……" or a long vowel. */
const SHORTEST = 16;

/** The loop that a text ends in: its longest end made of one phrase three times or more, the last perhaps cut. Linear. */
export function loopAtEnd(text: string): Loop | undefined {
  const units = Array.from({ length: text.length }, (_, at) => text.charCodeAt(text.length - 1 - at));
  const borders = bordersOf(units);
  for (let length = units.length; length >= SHORTEST; length--) {
    const period = length - (borders[length - 1] ?? 0);
    if (length >= TIMES * period) return { period, length };
  }
  return undefined;
}
