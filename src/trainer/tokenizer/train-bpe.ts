// Learns byte-level BPE merges from texts: pair counts are kept up to date as merges happen, never counted anew.
import { BYTE_TO_CHARACTER, PATTERN } from './pre-tokens.ts';

/** A pair of token numbers as one exact integer: vocabularies stay below 2^20. */
const PAIR = 2 ** 20;

export const END_OF_DOCUMENT = '<|endoftext|>';

export interface LearnedBpe {
  /** Tokens by number, in byte-level characters; number 0 is the end of document. */
  readonly tokens: readonly string[];
  /** Pairs of token numbers, most important first. */
  readonly merges: readonly (readonly [number, number])[];
}

/** A heap of candidate merges: the most frequent pair first, the smaller pair first among equals, so that every run agrees. */
class PairHeap {
  readonly #counts: number[] = [];
  readonly #pairs: number[] = [];

  get size(): number {
    return this.#pairs.length;
  }

  #before(count: number, pair: number, at: number): boolean {
    const other = this.#counts[at] ?? 0;
    return count > other || (count === other && pair < (this.#pairs[at] ?? 0));
  }

  #put(at: number, count: number, pair: number): void {
    this.#counts[at] = count;
    this.#pairs[at] = pair;
  }

  push(count: number, pair: number): void {
    let at = this.#pairs.length;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#before(count, pair, parent)) break;
      this.#put(at, this.#counts[parent] ?? 0, this.#pairs[parent] ?? 0);
      at = parent;
    }
    this.#put(at, count, pair);
  }

  pop(): { count: number; pair: number } | undefined {
    const top = { count: this.#counts[0] ?? 0, pair: this.#pairs[0] ?? 0 };
    const count = this.#counts.pop();
    const pair = this.#pairs.pop();
    if (count === undefined || pair === undefined) return undefined;
    const size = this.#pairs.length;
    if (size === 0) return top;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= size) break;
      if (child + 1 < size && this.#before(this.#counts[child + 1] ?? 0, this.#pairs[child + 1] ?? 0, child)) child++;
      if (this.#before(count, pair, child)) break;
      this.#put(at, this.#counts[child] ?? 0, this.#pairs[child] ?? 0);
      at = child;
    }
    this.#put(at, count, pair);
    return top;
  }
}

/**
 * Byte-level BPE (Sennrich et al. 2016; bytes as in Radford et al. 2019) with at most `vocabulary` tokens: the end of
 * document, 256 bytes, then merges of pairs seen at least twice. Ties go to the pair of smaller token numbers, so the
 * same texts always give the same tokens. Time: O(b log b) for b bytes of distinct pre-tokens; memory is O(b).
 */
export function trainBpe(texts: Iterable<string>, vocabulary: number): LearnedBpe {
  const frequency = new Map<string, number>();
  for (const text of texts) {
    for (const [piece] of text.matchAll(PATTERN)) frequency.set(piece, (frequency.get(piece) ?? 0) + 1);
  }
  const words: Int32Array[] = [];
  const lengths: number[] = [];
  const repeats: number[] = [];
  for (const [piece, count] of frequency) {
    const symbols = Int32Array.from(Buffer.from(piece, 'utf8'), (byte) => byte + 1);
    words.push(symbols);
    lengths.push(symbols.length);
    repeats.push(count);
  }

  const counts = new Map<number, number>();
  const places = new Map<number, Set<number>>();
  const add = (pair: number, count: number, word: number) => {
    counts.set(pair, (counts.get(pair) ?? 0) + count);
    const known = places.get(pair);
    if (known === undefined) places.set(pair, new Set([word]));
    else known.add(word);
  };
  words.forEach((symbols, word) => {
    for (let i = 0; i + 1 < symbols.length; i++) {
      add((symbols[i] ?? 0) * PAIR + (symbols[i + 1] ?? 0), repeats[word] ?? 0, word);
    }
  });
  const heap = new PairHeap();
  for (const [pair, count] of counts) heap.push(count, pair);

  const tokens = [END_OF_DOCUMENT, ...BYTE_TO_CHARACTER];
  const numbers = new Map(tokens.map((token, number) => [token, number]));
  const merges: [number, number][] = [];
  const merged = new Set<number>();
  while (tokens.length < vocabulary) {
    const top = heap.pop();
    if (top === undefined || top.count < 2) break;
    const count = counts.get(top.pair) ?? 0;
    if (count !== top.count) {
      // The count fell since the pair was pushed: back into its place.
      if (count > 0) heap.push(count, top.pair);
      continue;
    }
    const left = Math.floor(top.pair / PAIR);
    const right = top.pair % PAIR;
    const token = `${tokens[left]}${tokens[right]}`;
    // "ab"+"c" and "a"+"bc" are one token: tokenizer.json can hold a text only once.
    const number = numbers.get(token) ?? tokens.length;
    if (number === tokens.length) {
      tokens.push(token);
      numbers.set(token, number);
    }
    // A token that two pairs make lets a pair come back; in a file its second place would take the first one's.
    if (!merged.has(top.pair)) merges.push([left, right]);
    merged.add(top.pair);

    const grown = new Set<number>();
    for (const word of places.get(top.pair) ?? []) {
      const symbols = words[word];
      const repeat = repeats[word] ?? 0;
      const length = lengths[word] ?? 0;
      if (symbols === undefined) continue;
      const change = (a: number, b: number, by: number) => {
        const pair = a * PAIR + b;
        if (by > 0) {
          add(pair, by, word);
          grown.add(pair);
        } else counts.set(pair, (counts.get(pair) ?? 0) + by);
      };
      let to = 0;
      for (let from = 0; from < length; ) {
        const symbol = symbols[from] ?? 0;
        if (from + 1 < length && symbol === left && symbols[from + 1] === right) {
          const before = to > 0 ? symbols[to - 1] : undefined;
          const after = from + 2 < length ? symbols[from + 2] : undefined;
          if (before !== undefined) {
            change(before, left, -repeat);
            change(before, number, repeat);
          }
          if (after !== undefined) {
            change(right, after, -repeat);
            change(number, after, repeat);
          }
          symbols[to++] = number;
          from += 2;
        } else {
          symbols[to++] = symbol;
          from++;
        }
      }
      lengths[word] = to;
    }
    counts.delete(top.pair);
    places.delete(top.pair);
    for (const pair of grown) {
      const now = counts.get(pair) ?? 0;
      if (now > 0 && pair !== top.pair) heap.push(now, pair);
    }
  }
  return { tokens, merges };
}
