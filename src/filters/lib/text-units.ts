// Cuts a text into the units that n-grams are made of: characters where words are written together, words elsewhere.
import { countKinds, FIRST_LETTER, KINDS, kind, kinds, letters, unspacedLetters } from './classes.ts';
import { CodeUnits } from './code-units.ts';
import { folded } from './fold.ts';

export type UnitName = 'character' | 'word';

export interface Units {
  readonly name: UnitName;
  /** One number a unit: the UTF-16 unit, or a hash of the word without case. Valid for `length`. */
  readonly values: Uint32Array | Uint16Array;
  readonly length: number;
  /** UTF-16 units of each word; without it every unit is one. */
  readonly weights: Uint32Array | undefined;
  /** Sum of the weights. */
  readonly weight: number;
}

const LARGEST_KEPT = 1 << 20;
/** UTF-16 units of a word on average, above which a text has no words. */
const LONGEST_MEAN = 40;
/** UTF-16 units of a window that tells whether words are written together. */
const WINDOW = 160;

export class TextUnits {
  readonly #code = new CodeUnits();
  readonly #counts = new Uint32Array(KINDS);
  #characters = new Uint16Array(1 << 12);
  #words = new Uint32Array(1 << 12);
  #weights = new Uint32Array(1 << 12);
  readonly #of: 'all' | 'letters';

  /** Which characters count where characters are the units: `all`, or `letters` and digits alone, their case and width folded. */
  constructor(characters: 'all' | 'letters') {
    this.#of = characters;
  }

  /** `auto` takes characters when a third of the letters are of a script without blanks. Valid until the next call. Linear. */
  of(text: string, unit: UnitName | 'auto'): Units {
    const code = this.#code.of(text);
    if ((unit === 'auto' ? this.#unitOf(code, text.length) : unit) === 'character')
      return this.#charactersOf(code, text.length);
    const words = this.#wordsOf(code, text.length);
    // Words of no language: ｗｗｗｗ, encoded data. They repeat inside themselves.
    return unit === 'auto' && words.weight > LONGEST_MEAN * words.length
      ? this.#charactersOf(code, text.length)
      : words;
  }

  #unitOf(code: Uint16Array, length: number): UnitName {
    this.#counts.fill(0);
    // Three windows tell how it is written; looking at all of it would cost as much as the rest.
    for (const third of [0, 1, 2]) {
      const start = Math.floor((third * length) / 3);
      countKinds(code, start, Math.min(length, start + WINDOW), this.#counts);
    }
    return 3 * unspacedLetters(this.#counts) >= letters(this.#counts) ? 'character' : 'word';
  }

  #charactersOf(code: Uint16Array, length: number): Units {
    if (this.#of === 'all') return { name: 'character', values: code, length, weights: undefined, weight: length };
    if (this.#characters.length < length || this.#characters.length > LARGEST_KEPT)
      this.#characters = new Uint16Array(Math.max(length, 1 << 12));
    const values = this.#characters;
    let count = 0;
    for (let at = 0; at < length; at++) {
      const value = letterOf[code[at] ?? 0] ?? 0;
      // Written always, kept where it counts: a branch would be guessed wrong at every mark.
      values[count] = value;
      count += value === 0 ? 0 : 1;
    }
    return { name: 'character', values, length: count, weights: undefined, weight: count };
  }

  #wordsOf(code: Uint16Array, length: number): Units {
    if (this.#words.length < length || this.#words.length > LARGEST_KEPT) {
      this.#words = new Uint32Array(Math.max(length, 1 << 12));
      this.#weights = new Uint32Array(Math.max(length, 1 << 12));
    }
    const [values, weights] = [this.#words, this.#weights];
    let [count, weight] = [0, 0];
    for (let at = 0; at < length; ) {
      if (!isWordUnit(code[at] ?? 0)) {
        at++;
        continue;
      }
      const start = at;
      let hash = 0x811c9dc5;
      for (; at < length && isWordUnit(code[at] ?? 0); at++) {
        const unit = code[at] ?? 0;
        hash = Math.imul(hash ^ (folded[unit] ?? 0), 0x01000193);
      }
      values[count] = hash >>> 0;
      weights[count++] = at - start;
      weight += at - start;
    }
    return { name: 'word', values, length: count, weights, weight };
  }
}

/** 1 for letters, digits and what has no kind, 0 for marks, blanks and symbols. */
const counted = Uint8Array.from(kinds, (found) =>
  found >= FIRST_LETTER || found === kind.digit || found === kind.half || found === kind.other ? 1 : 0,
);

/** The folded unit where it counts, else 0: one table to look into instead of two. */
const letterOf = Uint16Array.from(folded, (unit, at) => (counted[at] === 1 ? unit : 0));

const isWordUnit = (unit: number): boolean => counted[unit] === 1;
