// What a text costs by a model's n-grams, token by token: the twin and oracle of the kernel, and what large models use.
import type { NgramSums } from '../kernels/ngrams-wasm.ts';
import { firstOf, secondOf } from './hashes.ts';
import type { NgramLines } from './ngram-lines.ts';
import { LINE_END, LINE_START } from './tokens.ts';

/**
 * Of the first `length` of `values`, with n-grams of up to `order` tokens. Contexts reach back over line ends, where no
 * n-gram is known; steps down from them count for nothing. Linear: at most `order` look-ups a token, twice as many with back-off weights.
 */
export function plainSums(lines: NgramLines, order: number, values: Uint32Array, length: number): NgramSums {
  const sums = { steps: 0, downs: 0, weights: 0, unknown: 0 };
  /** The last tokens: `order` of them before the one in hand. */
  const recent: number[] = new Array(order + 1).fill(LINE_END);
  let given = 0;
  for (let at = 0; at < length; at++) {
    const token = values[at] ?? 0;
    if (given === 0) {
      push(recent, LINE_START);
      given = 1;
    }
    push(recent, token);
    let size = order;
    for (; size > 0; size--) {
      const place = placeOf(lines, recent, recent.length, size);
      if (place >= 0) {
        sums.steps += lines.cost(place);
        break;
      }
      if (size === 1) continue;
      const context = placeOf(lines, recent, recent.length - 1, size - 1);
      if (context >= 0) sums.weights += lines.weight(context);
    }
    if (size === 0) sums.unknown++;
    sums.downs += Math.min(order - 1, given) - Math.max(0, size - 1);
    given = token === LINE_END ? 0 : given + 1;
  }
  return sums;
}

function push(recent: number[], token: number): void {
  recent.copyWithin(0, 1);
  recent[recent.length - 1] = token;
}

/** The n-gram of `size` tokens before `end`. */
function placeOf(lines: NgramLines, recent: readonly number[], end: number, size: number): number {
  let [first, second] = [0, 0];
  for (let at = end - size; at < end; at++) {
    first = firstOf(first, recent[at] ?? 0);
    second = secondOf(second, recent[at] ?? 0);
  }
  return lines.find(size, first, second);
}
