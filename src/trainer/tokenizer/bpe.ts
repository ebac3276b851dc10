// BPE: merges the symbols of a piece by rank, linear in the piece but for a logarithm.
import type { PieceModel } from './tokenizer.ts';

const PAIR = 2 ** 20;
/** Pieces whose tokens are remembered; text repeats itself (Zipf), memory must not grow with it. */
const CACHE = 50_000;
const CACHED_LENGTH = 32;

/** What a piece is made of before any merge: token numbers in order, a fresh array each time. */
export type Symbols = (piece: string) => Int32Array;

export interface BpeOptions {
  readonly symbols: Symbols;
  /** Left, right and merged token numbers, most important first; numbers below 2^20. */
  readonly merges: Iterable<readonly [left: number, right: number, merged: number]>;
  /** Pieces that are a token whatever the merges say (`ignore_merges`). */
  readonly whole: ReadonlyMap<string, number>;
}

export class BpeModel implements PieceModel {
  readonly #symbols: Symbols;
  readonly #whole: ReadonlyMap<string, number>;
  /** pair → rank × 2^20 + merged token */
  readonly #ranks = new Map<number, number>();
  readonly #cache = new Map<string, readonly number[]>();

  constructor({ symbols, merges, whole }: BpeOptions) {
    this.#symbols = symbols;
    this.#whole = whole;
    let rank = 0;
    for (const [left, right, merged] of merges) {
      const pair = left * PAIR + right;
      // The last wins where a file names a pair twice, as in the library's own map.
      this.#ranks.set(pair, rank++ * PAIR + merged);
    }
  }

  encode(piece: string, out: number[]): void {
    const known = this.#cache.get(piece);
    if (known !== undefined) {
      for (const token of known) out.push(token);
      return;
    }
    const whole = this.#whole.size > 0 ? this.#whole.get(piece) : undefined;
    const tokens = whole === undefined ? this.#merge(this.#symbols(piece)) : [whole];
    for (const token of tokens) out.push(token);
    if (piece.length <= CACHED_LENGTH) {
      if (this.#cache.size >= CACHE) this.#cache.clear();
      this.#cache.set(piece, tokens);
    }
  }

  /**
   * Applies the merges to one piece, best rank first and leftmost among equals: symbols in a linked list, candidate
   * merges in a heap, so that a piece of n symbols takes O(n log n) whatever it holds.
   */
  #merge(symbols: Int32Array): number[] {
    const n = symbols.length;
    const next = new Int32Array(n);
    const previous = new Int32Array(n);
    for (let i = 0; i < n; i++) {
      next[i] = i + 1;
      previous[i] = i - 1;
    }
    const heap: number[] = [];
    // rank × 2^31 + position stays an exact integer: ranks are below 2^20
    const offer = (at: number) => {
      const right = next[at] ?? n;
      if (right >= n) return;
      const found = this.#ranks.get((symbols[at] ?? 0) * PAIR + (symbols[right] ?? 0));
      if (found !== undefined) pushNumber(heap, Math.floor(found / PAIR) * 2 ** 31 + at);
    };
    for (let i = 0; i + 1 < n; i++) offer(i);
    for (let top = popNumber(heap); top !== undefined; top = popNumber(heap)) {
      const at = top % 2 ** 31;
      const rank = Math.floor(top / 2 ** 31);
      const right = next[at] ?? n;
      const symbol = symbols[at] ?? -1;
      if (symbol === -2 || right >= n) continue;
      const found = this.#ranks.get(symbol * PAIR + (symbols[right] ?? 0));
      // The heap may hold merges of symbols that are gone.
      if (found === undefined || Math.floor(found / PAIR) !== rank) continue;
      const after = next[right] ?? n;
      symbols[at] = found % PAIR;
      symbols[right] = -2;
      next[at] = after;
      if (after < n) previous[after] = at;
      const before = previous[at] ?? -1;
      if (before >= 0) offer(before);
      offer(at);
    }
    const out: number[] = [];
    for (let i = 0; i < n; i = next[i] ?? n) {
      const symbol = symbols[i] ?? -1;
      if (symbol >= 0) out.push(symbol);
    }
    return out;
  }
}

function pushNumber(heap: number[], value: number): void {
  let at = heap.length;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    const above = heap[parent] ?? 0;
    if (above <= value) break;
    heap[at] = above;
    at = parent;
  }
  heap[at] = value;
}

function popNumber(heap: number[]): number | undefined {
  const top = heap[0];
  const value = heap.pop();
  const size = heap.length;
  if (top === undefined || value === undefined || size === 0) return top;
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= size) break;
    if (child + 1 < size && (heap[child + 1] ?? 0) < (heap[child] ?? 0)) child++;
    const below = heap[child] ?? 0;
    if (below >= value) break;
    heap[at] = below;
    at = child;
  }
  heap[at] = value;
  return top;
}
