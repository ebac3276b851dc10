// A tokenizer from its steps: added tokens, normalizer, cut into pieces, model.
import type { PieceModel, Tokenizer } from './tokenizer.ts';

/** Rewrites a text before it is cut. */
export type Normalize = (text: string) => string;

/** A part of a text; `at` is 0 only for what the text begins with. */
export interface Piece {
  readonly text: string;
  readonly at: number;
}

/** Cuts pieces into smaller ones, in order. */
export type Cut = (pieces: readonly Piece[]) => Piece[];

export interface TokenizerSteps {
  readonly tokens: readonly string[];
  readonly endOfDocument: number;
  /** Tokens that are found in the text before anything else: raw, or in the normalized text. */
  readonly added: { readonly raw: ReadonlyMap<string, number>; readonly normalized: ReadonlyMap<string, number> };
  readonly normalize: Normalize | undefined;
  /** Cuts a normalized text. */
  readonly cut: (pieces: readonly Piece[]) => Iterable<Piece>;
  readonly model: PieceModel;
  /** UTF-8 bytes of each token; undefined for special ones. */
  readonly tokenBytes: readonly (Uint8Array | undefined)[];
}

const NONE = new Uint8Array(0);

export class ComposedTokenizer implements Tokenizer {
  readonly tokens: readonly string[];
  readonly endOfDocument: number;
  readonly #steps: TokenizerSteps;
  readonly #raw: RegExp | undefined;
  readonly #normalized: RegExp | undefined;

  constructor(steps: TokenizerSteps) {
    this.tokens = steps.tokens;
    this.endOfDocument = steps.endOfDocument;
    this.#steps = steps;
    this.#raw = longestOf(steps.added.raw.keys());
    this.#normalized = longestOf(steps.added.normalized.keys());
  }

  get vocabulary(): number {
    return this.tokens.length;
  }

  encode(text: string): number[] {
    const out: number[] = [];
    const { added, normalize } = this.#steps;
    const valid = text.toWellFormed();
    for (const part of between(valid, this.#raw)) {
      const number = part.found ? added.raw.get(part.text) : undefined;
      if (number !== undefined) {
        out.push(number);
        continue;
      }
      const normalized = normalize === undefined ? part.text : normalize(part.text);
      this.#encodeNormalized(normalized, part.at, out);
    }
    return out;
  }

  #encodeNormalized(text: string, at: number, out: number[]): void {
    const { added, cut, model } = this.#steps;
    for (const part of between(text, this.#normalized)) {
      const number = part.found ? added.normalized.get(part.text) : undefined;
      if (number !== undefined) out.push(number);
      else if (part.text !== '')
        for (const piece of cut([{ text: part.text, at: at + part.at }])) model.encode(piece.text, out);
    }
  }

  bytes(token: number): Uint8Array {
    return this.#steps.tokenBytes[token] ?? NONE;
  }

  decode(tokens: Iterable<number>): string {
    return Buffer.concat(Array.from(tokens, (token) => this.bytes(token))).toString('utf8');
  }
}

interface Part extends Piece {
  readonly found: boolean;
}

/** `text` as what `pattern` finds and what stands between. */
function* between(text: string, pattern: RegExp | undefined): Generator<Part> {
  let end = 0;
  if (pattern !== undefined) {
    for (const match of text.matchAll(pattern)) {
      if (match.index > end) yield { text: text.slice(end, match.index), at: end, found: false };
      end = match.index + match[0].length;
      yield { text: match[0], at: match.index, found: true };
    }
  }
  if (end < text.length) yield { text: text.slice(end), at: end, found: false };
}

/** Finds the leftmost, longest of `words`; undefined when there are none. */
function longestOf(words: Iterable<string>): RegExp | undefined {
  const sorted = [...words].filter((word) => word !== '').sort((a, b) => b.length - a.length);
  if (sorted.length === 0) return undefined;
  return new RegExp(sorted.map((word) => word.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')).join('|'), 'gu');
}
