// Byte-level BPE: text to token numbers and back, linear in the text but for a logarithm.
import { BYTE_TO_CHARACTER, CHARACTER_TO_BYTE } from './pre-tokens.ts';

const PAIR = 2 ** 20;
/** Pre-tokens whose tokens are remembered; text repeats itself (Zipf), memory must not grow with it. */
const CACHE = 50_000;
const CACHED_LENGTH = 32;

export class BpeTokenizer {
  readonly tokens: readonly string[];
  readonly merges: readonly (readonly [number, number])[];
  /** Number of the token that ends a document. */
  readonly endOfDocument: number;
  readonly #pattern: RegExp;
  readonly #byteTokens: Int32Array;
  readonly #tokenBytes: readonly (Uint8Array | undefined)[];
  /** pair → rank × 2^20 + merged token */
  readonly #ranks = new Map<number, number>();
  readonly #cache = new Map<string, readonly number[]>();

  constructor(bpe: {
    tokens: readonly string[];
    merges: readonly (readonly [number, number])[];
    endOfDocument: number;
    /** Global; cuts text into pre-tokens. What it does not match is a pre-token too. */
    pattern: RegExp;
  }) {
    this.tokens = bpe.tokens;
    this.merges = bpe.merges;
    this.endOfDocument = bpe.endOfDocument;
    this.#pattern = bpe.pattern;
    const numbers = new Map(bpe.tokens.map((token, number) => [token, number]));
    this.#byteTokens = Int32Array.from(BYTE_TO_CHARACTER, (character) => numbers.get(character) ?? -1);
    this.#tokenBytes = bpe.tokens.map((token, number) => {
      if (number === bpe.endOfDocument) return undefined;
      const bytes = Array.from(token, (character) => CHARACTER_TO_BYTE.get(character));
      return bytes.includes(undefined) ? undefined : Uint8Array.from(bytes, (byte) => byte ?? 0);
    });
    bpe.merges.forEach(([left, right], rank) => {
      const merged = numbers.get(`${bpe.tokens[left]}${bpe.tokens[right]}`);
      const pair = left * PAIR + right;
      if (merged !== undefined && !this.#ranks.has(pair)) this.#ranks.set(pair, rank * PAIR + merged);
    });
  }

  get vocabulary(): number {
    return this.tokens.length;
  }

  /**
   * Token numbers of `text`, without an end of document. A text that spells the end-of-document token gets its
   * characters, never the token: documents must not be able to end themselves. Lone surrogates become U+FFFD.
   */
  encode(text: string): number[] {
    const out: number[] = [];
    for (const piece of this.#pieces(text)) {
      const known = this.#cache.get(piece);
      if (known !== undefined) {
        for (const token of known) out.push(token);
        continue;
      }
      const tokens = this.#merge(Buffer.from(piece, 'utf8'));
      for (const token of tokens) out.push(token);
      if (piece.length <= CACHED_LENGTH) {
        if (this.#cache.size >= CACHE) this.#cache.clear();
        this.#cache.set(piece, tokens);
      }
    }
    return out;
  }

  /** The pattern's matches and what stands between them, in order. */
  *#pieces(text: string): Generator<string> {
    let end = 0;
    for (const match of text.matchAll(this.#pattern)) {
      if (match.index > end) yield text.slice(end, match.index);
      end = match.index + match[0].length;
      if (match[0] !== '') yield match[0];
    }
    if (end < text.length) yield text.slice(end);
  }

  /** Bytes of one token; empty for the end of document. */
  bytes(token: number): Uint8Array {
    return this.#tokenBytes[token] ?? new Uint8Array(0);
  }

  /** The text of `tokens`; bytes that are no UTF-8 become U+FFFD. */
  decode(tokens: Iterable<number>): string {
    return Buffer.concat(Array.from(tokens, (token) => this.bytes(token))).toString('utf8');
  }

  /**
   * Applies the merges to one pre-token, best rank first and leftmost among equals: symbols in a linked list, candidate
   * merges in a heap, so that a pre-token of n bytes takes O(n log n) whatever it holds.
   */
  #merge(bytes: Uint8Array): number[] {
    const n = bytes.length;
    const symbols = new Int32Array(n);
    const next = new Int32Array(n);
    const previous = new Int32Array(n);
    for (let i = 0; i < n; i++) {
      symbols[i] = this.#byteTokens[bytes[i] ?? 0] ?? -1;
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
