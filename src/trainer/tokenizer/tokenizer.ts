// What every tokenizer offers, whichever model stands behind it.

export interface Tokenizer {
  /** Tokens by number, as their file spells them; '' where a number has none. */
  readonly tokens: readonly string[];
  /** How many token numbers there are: the rows of the model's embedding. */
  readonly vocabulary: number;
  /** Number of the token that ends a document. */
  readonly endOfDocument: number;
  /**
   * Token numbers of `text`, without an end of document. A text that spells a special token gets its characters, never
   * the token: documents must not be able to end themselves. (The Hugging Face library does the same with
   * `encode_special_tokens = True`.) Lone surrogates become U+FFFD. Linear in the text but for a logarithm.
   */
  encode(text: string): number[];
  /** UTF-8 bytes of one token, perhaps a part of a character; empty for the end of document. */
  bytes(token: number): Uint8Array;
  /** The text of `tokens`; bytes that are no UTF-8 become U+FFFD. */
  decode(tokens: Iterable<number>): string;
}

/** Turns one piece of text (what a pre-tokenizer cut) into token numbers. */
export interface PieceModel {
  /** Appends the numbers of `piece`, which holds no lone surrogate and is not empty, to `out`. */
  encode(piece: string, out: number[]): void;
}
