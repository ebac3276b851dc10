// All cuts of a word into pieces: expected counts (forward and backward sums) and the best cut.
import { Trie } from './trie.ts';

/** A piece of a word: units `start` to `end`. */
interface Edges {
  readonly start: Int32Array;
  readonly end: Int32Array;
  readonly piece: Int32Array;
  size: number;
}

/** Longest word in UTF-16 units that a lattice takes. */
const LONGEST_WORD = 128;

/**
 * The lattice of one word at a time over pieces with natural-log probabilities. Places that no piece reaches (unknown
 * characters) cost `unknown`. Every pass is O(units · longest piece).
 */
export class Lattice {
  readonly #trie = new Trie();
  readonly #scores: Float64Array;
  readonly #unknown: number;
  readonly #edges: Edges;
  readonly #forward = new Float64Array(LONGEST_WORD + 1);
  readonly #backward = new Float64Array(LONGEST_WORD + 1);
  readonly #from = new Int32Array(LONGEST_WORD + 1);

  constructor(pieces: readonly string[], scores: Float64Array) {
    for (const [number, piece] of pieces.entries()) this.#trie.set(piece, number);
    this.#scores = scores;
    this.#unknown = scores.reduce((a, b) => Math.min(a, b), 0) - 10;
    const most = LONGEST_WORD * (LONGEST_WORD + 1);
    this.#edges = { start: new Int32Array(most), end: new Int32Array(most), piece: new Int32Array(most), size: 0 };
  }

  /** Edges by their start; `without` is left out. */
  #build(word: string, without: number): Edges {
    const edges = this.#edges;
    edges.size = 0;
    for (let start = 0; start < word.length; ) {
      const width = (word.codePointAt(start) ?? 0) > 0xffff ? 2 : 1;
      let single = false;
      let node: number = Trie.root;
      for (let end = start; end < word.length; ) {
        node = this.#trie.step(node, word.charCodeAt(end++));
        if (node < 0) break;
        const piece = this.#trie.value(node);
        if (piece < 0 || piece === without) continue;
        if (end === start + width) single = true;
        add(edges, start, end, piece);
      }
      if (!single) add(edges, start, start + width, -1);
      start += width;
    }
    return edges;
  }

  #score(piece: number): number {
    return piece < 0 ? this.#unknown : (this.#scores[piece] ?? 0);
  }

  /** Adds `times` × the expected count of each piece in `word` to `counts`; returns `times` × the log-likelihood of the word. */
  expect(word: string, times: number, counts: Float64Array): number {
    const edges = this.#build(word, -1);
    const n = word.length;
    const [forward, backward] = [this.#forward, this.#backward];
    forward.fill(Number.NEGATIVE_INFINITY, 0, n + 1);
    backward.fill(Number.NEGATIVE_INFINITY, 0, n + 1);
    forward[0] = 0;
    backward[n] = 0;
    for (let i = 0; i < edges.size; i++) {
      const end = edges.end[i] ?? 0;
      forward[end] = logAdd(forward[end] ?? 0, (forward[edges.start[i] ?? 0] ?? 0) + this.#score(edges.piece[i] ?? -1));
    }
    for (let i = edges.size - 1; i >= 0; i--) {
      const start = edges.start[i] ?? 0;
      backward[start] = logAdd(
        backward[start] ?? 0,
        (backward[edges.end[i] ?? 0] ?? 0) + this.#score(edges.piece[i] ?? -1),
      );
    }
    const whole = forward[n] ?? 0;
    for (let i = 0; i < edges.size; i++) {
      const piece = edges.piece[i] ?? -1;
      if (piece < 0) continue;
      const path = (forward[edges.start[i] ?? 0] ?? 0) + this.#score(piece) + (backward[edges.end[i] ?? 0] ?? 0);
      counts[piece] = (counts[piece] ?? 0) + times * Math.exp(path - whole);
    }
    return times * whole;
  }

  /** Pieces of the best cut of `word`, not using `without`, in reverse order; unknown characters are left out. */
  best(word: string, without = -1): number[] {
    const edges = this.#build(word, without);
    const n = word.length;
    const [best, from] = [this.#forward, this.#from];
    best.fill(Number.NEGATIVE_INFINITY, 0, n + 1);
    best[0] = 0;
    for (let i = 0; i < edges.size; i++) {
      const end = edges.end[i] ?? 0;
      const score = (best[edges.start[i] ?? 0] ?? 0) + this.#score(edges.piece[i] ?? -1);
      if (score <= (best[end] ?? 0)) continue;
      best[end] = score;
      from[end] = i;
    }
    const out: number[] = [];
    for (let at = n; at > 0; ) {
      const edge = from[at] ?? 0;
      const piece = edges.piece[edge] ?? -1;
      if (piece >= 0) out.push(piece);
      at = edges.start[edge] ?? 0;
    }
    return out;
  }
}

function add(edges: Edges, start: number, end: number, piece: number): void {
  const at = edges.size++;
  edges.start[at] = start;
  edges.end[at] = end;
  edges.piece[at] = piece;
}

/** log(e^a + e^b); beyond 50 the smaller one is below the last bit that counts. */
function logAdd(a: number, b: number): number {
  const [high, low] = a > b ? [a, b] : [b, a];
  return low < high - 50 ? high : high + Math.log1p(Math.exp(low - high));
}
