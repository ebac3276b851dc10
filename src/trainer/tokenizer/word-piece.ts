// WordPiece: the longest token from the left, again and again; a word that cannot be made of tokens is unknown.
import type { PieceModel } from './tokenizer.ts';
import { Trie } from './trie.ts';

export interface WordPieceOptions {
  readonly vocab: Readonly<Record<string, number>>;
  readonly unk_token: string;
  readonly continuing_subword_prefix: string;
  readonly max_input_chars_per_word: number;
}

/** Greedy longest match (Wu et al. 2016), words of bounded length: O(n · longest token). */
export class WordPieceModel implements PieceModel {
  readonly #starts = new Trie();
  readonly #continuations = new Trie();
  readonly #unknown: number | undefined;
  readonly #longest: number;

  /** No text spells an `unspellable` token. */
  constructor(options: WordPieceOptions, unspellable: ReadonlySet<number>) {
    const prefix = options.continuing_subword_prefix;
    this.#unknown = options.vocab[options.unk_token];
    this.#longest = options.max_input_chars_per_word;
    for (const [token, number] of Object.entries(options.vocab)) {
      if (unspellable.has(number) || token === '') continue;
      this.#starts.set(token, number);
      if (token.startsWith(prefix) && token.length > prefix.length)
        this.#continuations.set(token.slice(prefix.length), number);
    }
  }

  encode(piece: string, out: number[]): void {
    const tokens: number[] = [];
    for (let at = 0; at < piece.length; ) {
      const found = longest(at === 0 ? this.#starts : this.#continuations, piece, at);
      if (found === undefined || this.#isTooLong(piece)) {
        if (this.#unknown !== undefined) out.push(this.#unknown);
        return;
      }
      tokens.push(found.token);
      at = found.end;
    }
    for (const token of tokens) out.push(token);
  }

  #isTooLong(piece: string): boolean {
    return piece.length > this.#longest && Array.from(piece).length > this.#longest;
  }
}

function longest(trie: Trie, text: string, from: number): { token: number; end: number } | undefined {
  let found: { token: number; end: number } | undefined;
  let node: number = Trie.root;
  for (let at = from; at < text.length; ) {
    node = trie.step(node, text.charCodeAt(at++));
    if (node < 0) break;
    const token = trie.value(node);
    if (token >= 0) found = { token, end: at };
  }
  return found;
}
