// Answers about words of a page, remembered by their UTF-16 units: to look a word up makes no string.
import { textOf } from './line.ts';

interface Entry<Answer> {
  readonly hash: number;
  readonly word: Uint16Array;
  readonly answer: Answer;
}

/** UTF-16 units of a word that is remembered. */
const LONGEST = 200;
/** Slots looked at for a word, so that words chosen to meet in one slot cost no more than others. */
const PROBES = 16;

export class Remembered<Answer> {
  readonly #ask: (word: string) => Answer;
  readonly #most: number;
  #slots: (Entry<Answer> | undefined)[] = free(64);
  #count = 0;

  /** Remembers up to `most` words, those asked for first. */
  constructor(most: number, ask: (word: string) => Answer) {
    this.#ask = ask;
    this.#most = most;
  }

  /** What `ask` says about the word from `from` to `to`. Linear in the word. */
  of(units: Uint16Array, from: number, to: number): Answer {
    let hash = to - from;
    for (let at = from; at < to; at++) hash = Math.imul(hash, 0x01000193) ^ (units[at] ?? 0);
    hash ^= hash >>> 15;
    const slots = this.#slots;
    for (let probe = 0; probe < PROBES; probe++) {
      const slot = (hash + probe) & (slots.length - 1);
      const entry = slots[slot];
      if (entry === undefined) return this.#asked(hash, units.subarray(from, to), slot);
      if (entry.hash === hash && isWord(entry.word, units, from, to)) return entry.answer;
    }
    return this.#ask(textOf(units, from, to));
  }

  #asked(hash: number, word: Uint16Array, slot: number): Answer {
    const answer = this.#ask(textOf(word, 0, word.length));
    if (this.#count === this.#most || word.length > LONGEST) return answer;
    this.#slots[slot] = { hash, word: word.slice(), answer };
    if (++this.#count * 2 > this.#slots.length) this.#grow();
    return answer;
  }

  #grow(): void {
    const old = this.#slots;
    this.#slots = free<Answer>(old.length * 2);
    for (const entry of old) {
      if (entry === undefined) continue;
      let slot = entry.hash & (this.#slots.length - 1);
      while (this.#slots[slot] !== undefined) slot = (slot + 1) & (this.#slots.length - 1);
      this.#slots[slot] = entry;
    }
  }
}

const free = <Answer>(length: number): (Entry<Answer> | undefined)[] =>
  new Array<Entry<Answer> | undefined>(length).fill(undefined);

function isWord(word: Uint16Array, units: Uint16Array, from: number, to: number): boolean {
  if (word.length !== to - from) return false;
  for (let at = from; at < to; at++) if (word[at - from] !== units[at]) return false;
  return true;
}
