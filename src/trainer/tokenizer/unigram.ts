// Unigram: the likeliest cut of a piece into tokens of known probability, unknown characters as bytes.
import type { PieceModel } from './tokenizer.ts';
import { Trie } from './trie.ts';

/** An unknown character costs this much more than the rarest token (SentencePiece's kUnkPenalty). */
const UNKNOWN_PENALTY = 10;

export interface UnigramOptions {
  /** Tokens by number, each with its natural logarithm of probability. */
  readonly vocabulary: readonly (readonly [token: string, score: number])[];
  /** Token for what is in no token and cannot be spelt in bytes; undefined: such text is left out. */
  readonly unknown: number | undefined;
  /** Spell unknown characters with the tokens `<0x00>` … `<0xFF>`. */
  readonly fallback: 'bytes' | 'none';
  /** Tokens that no text may spell: special ones. */
  readonly unspellable: ReadonlySet<number>;
}

/**
 * Viterbi's best path over the tokens that begin at each character (Kudo 2018), with the order of additions and of ties
 * of the Hugging Face library, so that both agree to the last token. O(n · longest token), memory O(longest piece).
 */
export class UnigramModel implements PieceModel {
  readonly #trie = new Trie();
  readonly #scores: Float64Array;
  readonly #unknownScore: number;
  readonly #unknown: number | undefined;
  readonly #numbers = new Map<string, number>();
  /** Numbers of the 256 byte tokens; empty without fallback. */
  readonly #byteTokens: Int32Array;
  #best = new Float64Array(256);
  #starts = new Int32Array(256);
  #tokens = new Int32Array(256);

  constructor({ vocabulary, unknown, fallback, unspellable }: UnigramOptions) {
    this.#scores = Float64Array.from(vocabulary, ([, score]) => score);
    this.#unknownScore = this.#scores.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY) - UNKNOWN_PENALTY;
    this.#unknown = unknown;
    vocabulary.forEach(([token], number) => {
      this.#numbers.set(token, number);
    });
    for (const [token, number] of this.#numbers) {
      if (token !== '' && !unspellable.has(number)) this.#trie.set(token, number);
      if (unspellable.has(number)) this.#numbers.delete(token);
    }
    const bytes = Array.from({ length: 256 }, (_, byte) => this.#numbers.get(byteToken(byte)) ?? -1);
    this.#byteTokens = Int32Array.from(fallback === 'bytes' ? bytes : []);
  }

  encode(piece: string, out: number[]): void {
    const end = this.#search(piece);
    const first = out.length;
    let unknownEnd = -1;
    const flush = (start: number) => {
      if (unknownEnd >= 0) this.#spell(piece.slice(start, unknownEnd), out);
      unknownEnd = -1;
    };
    // The path is known from its end: numbers come out backwards, and neighbouring unknown characters are one.
    let at = end;
    while (at > 0) {
      const token = this.#tokens[at] ?? -1;
      if (token < 0) {
        if (unknownEnd < 0) unknownEnd = at;
      } else {
        flush(at);
        out.push(token);
      }
      at = this.#starts[at] ?? 0;
    }
    flush(0);
    for (let i = first, j = out.length - 1; i < j; i++, j--) {
      const kept = out[i] ?? 0;
      out[i] = out[j] ?? 0;
      out[j] = kept;
    }
  }

  /** Fills best scores, starts and tokens by the place where a token ends. */
  #search(piece: string): number {
    const n = piece.length;
    if (n >= this.#best.length) {
      this.#best = new Float64Array(2 * n);
      this.#starts = new Int32Array(2 * n);
      this.#tokens = new Int32Array(2 * n);
    }
    const [best, starts, tokens, scores, trie] = [this.#best, this.#starts, this.#tokens, this.#scores, this.#trie];
    starts.fill(-1, 0, n + 1);
    best[0] = 0;
    for (let start = 0; start < n; ) {
      const unit = piece.charCodeAt(start);
      const width = unit >= 0xd800 && unit < 0xdc00 ? 2 : 1;
      const till = best[start] ?? 0;
      let single = false;
      let node: number = Trie.root;
      for (let end = start; end < n; ) {
        node = trie.step(node, piece.charCodeAt(end++));
        if (node < 0) break;
        const token = trie.value(node);
        if (token < 0) continue;
        const score = (scores[token] ?? 0) + till;
        if ((starts[end] ?? -1) < 0 || score > (best[end] ?? 0)) {
          best[end] = score;
          starts[end] = start;
          tokens[end] = token;
        }
        if (end === start + width) single = true;
      }
      if (!single) {
        const end = start + width;
        const score = this.#unknownScore + till;
        if ((starts[end] ?? -1) < 0 || score > (best[end] ?? 0)) {
          best[end] = score;
          starts[end] = start;
          tokens[end] = -1;
        }
      }
      start += width;
    }
    return n;
  }

  /** Unknown text, backwards: a token by chance, else bytes, else the unknown token. */
  #spell(text: string, out: number[]): void {
    const whole = this.#numbers.get(text);
    if (whole !== undefined) {
      out.push(whole);
      return;
    }
    const bytes =
      this.#byteTokens.length > 0
        ? Array.from(Buffer.from(text, 'utf8'), (byte) => this.#byteTokens[byte] ?? -1)
        : [-1];
    if (!bytes.includes(-1)) out.push(...bytes.reverse());
    else if (this.#unknown !== undefined) out.push(this.#unknown);
  }
}

/** How byte fallback writes a byte: `<0xE3>`. */
export function byteToken(byte: number): string {
  return `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`;
}
