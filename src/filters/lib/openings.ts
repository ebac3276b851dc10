// A first look at a line: can it begin one of the known phrases? Two characters tell for nearly every line of prose.
import { isDigit } from './script.ts';

const ANY = 0;

/** The first two characters of each phrase, upper case and full-width forms included. */
export class Openings {
  readonly #first = new Uint8Array(0x10000);
  readonly #pairs = new Set<number>();

  constructor(phrases: Iterable<string>) {
    for (const phrase of phrases) {
      const [first, second] = [phrase.charCodeAt(0), phrase.length > 1 ? phrase.charCodeAt(1) : ANY];
      this.#first[first] = 1;
      this.#pairs.add(pair(first, second));
    }
    // What only NFKC could tell is let through: half-width katakana, ligatures, circled letters.
    this.#first.fill(2, 0xff66, 0xffa0);
    this.#first.fill(2, 0xfb00, 0xfb07);
    this.#first.fill(2, 0x2460, 0x2500);
  }

  /** Whether a line may begin with a phrase whose first character stands at `at`. False is certain. */
  fit(text: string, at: number): boolean {
    const first = simple(text.charCodeAt(at));
    const known = this.#first[first];
    if (known !== 1) return known === 2;
    const second = simple(text.charCodeAt(at + 1));
    // White space inside a phrase, or a form that `simple` does not know.
    if (second === 0x20 || second > 0xff00) return true;
    return this.#pairs.has(pair(first, second)) || this.#pairs.has(pair(first, ANY)) || isDigit(first);
  }
}

const pair = (first: number, second: number): number => first * 0x10000 + second;

/** Lower case, full-width forms as ASCII; of code units, for comparison only. */
function simple(code: number): number {
  const narrow = code >= 0xff01 && code <= 0xff5e ? code - 0xfee0 : code === 0x3000 ? 0x20 : code;
  return narrow >= 0x41 && narrow <= 0x5a ? narrow + 0x20 : narrow;
}
