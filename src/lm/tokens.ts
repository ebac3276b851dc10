// How a text becomes the tokens of a language model: lines of folded characters or words, with their ends.
import { kind, kinds } from '../filters/lib/classes.ts';
import { CodeUnits } from '../filters/lib/code-units.ts';
import { folded } from '../filters/lib/fold.ts';

export type TokenUnit = 'character' | 'word';
/** `folded`: lower case, half width, every digit 0, as CCNet does; `plain`: as it stands. */
export type TokenForm = 'folded' | 'plain';

/** Control characters that no cleaned text has. */
export const LINE_START = 1;
export const LINE_END = 2;

const SPACE = 0x20;
const NEWLINE = 0x0a;

const foldedToken = Uint16Array.from(folded, (unit, at) => {
  const found = kinds[at] ?? 0;
  return found === kind.digit ? 0x30 : found === kind.space ? SPACE : unit;
});
const plainToken = Uint16Array.from(kinds, (found, at) => (found === kind.space ? SPACE : at));

/** The number of a word: a hash (FNV-1a), because words are many. */
export function wordToken(word: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < word.length; at++) hash = Math.imul(hash ^ word.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}

export class Tokens {
  readonly #code = new CodeUnits();
  readonly #unit: TokenUnit;
  readonly #table: Uint16Array;
  #values = new Uint32Array(1 << 12);

  constructor(unit: TokenUnit, form: TokenForm) {
    this.#unit = unit;
    this.#table = form === 'folded' ? foldedToken : plainToken;
  }

  /** Tokens of the first `limit` UTF-16 units of `text`, each line with LINE_END behind it; blank lines have none. Valid until the next call. Linear. */
  of(text: string, limit: number): { readonly values: Uint32Array; readonly length: number } {
    const code = this.#code.of(text);
    const end = Math.min(text.length, limit);
    if (this.#values.length < end + 1 + (end >> 1)) this.#values = new Uint32Array(2 * end + 2);
    return {
      values: this.#values,
      length: this.#unit === 'word' ? this.#words(code, end) : this.#characters(code, end),
    };
  }

  #characters(code: Uint16Array, end: number): number {
    const [values, table] = [this.#values, this.#table];
    let [count, lineStart, isBlank] = [0, 0, 0];
    for (let at = 0; at <= end; at++) {
      const unit = at === end ? NEWLINE : (code[at] ?? 0);
      if (unit === NEWLINE) {
        if (count > lineStart) values[count++] = LINE_END;
        lineStart = count;
        isBlank = 0;
        continue;
      }
      const token = table[unit] ?? 0;
      if (token === SPACE) isBlank = 1;
      else {
        if (isBlank === 1 && count > lineStart) values[count++] = SPACE;
        values[count++] = token;
        isBlank = 0;
      }
    }
    return count;
  }

  #words(code: Uint16Array, end: number): number {
    const [values, table] = [this.#values, this.#table];
    let [count, lineStart, hash, size] = [0, 0, 0, 0];
    for (let at = 0; at <= end; at++) {
      const unit = at === end ? NEWLINE : (code[at] ?? 0);
      const token = unit === NEWLINE ? SPACE : (table[unit] ?? 0);
      if (token !== SPACE) {
        hash = Math.imul((size === 0 ? 0x811c9dc5 : hash) ^ token, 0x01000193);
        size++;
        continue;
      }
      if (size > 0) values[count++] = hash >>> 0;
      size = 0;
      if (unit !== NEWLINE) continue;
      if (count > lineStart) values[count++] = LINE_END;
      lineStart = count;
    }
    return count;
  }
}
