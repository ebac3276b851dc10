// Reads a line as a sequence of known phrases: longest first, each a whole word. A trie, so that thousands of phrases
// cost no more than the longest of them.
import { isAlphanumeric } from './script.ts';

interface Node {
  /** What a phrase that ends here means; 0 when none does. */
  kind: number;
  readonly next: Map<number, Node>;
}

const node = (): Node => ({ kind: 0, next: new Map() });

/** What phrases of a book mean, by the caller's numbering from 1. */
export class PhraseBook {
  readonly #root = node();
  /** The first two characters of each phrase. */
  readonly #openings = new Set<string>();

  /** Later lists overrule earlier ones. Phrases are compared without white space. */
  constructor(lists: readonly (readonly [phrases: readonly string[], kind: number])[]) {
    for (const [phrases, kind] of lists) for (const phrase of phrases) this.#add(phrase.replace(/\s+/gu, ''), kind);
  }

  #add(phrase: string, kind: number): void {
    let at = this.#root;
    for (let index = 0; index < phrase.length; index++) {
      const code = phrase.charCodeAt(index);
      let next = at.next.get(code);
      if (next === undefined) {
        next = node();
        at.next.set(code, next);
      }
      at = next;
    }
    at.kind = kind;
    this.#openings.add(phrase.slice(0, 2));
  }

  /** The beginnings of all phrases, for `Openings`. */
  openings(): Iterable<string> {
    return this.#openings;
  }

  /** The longest phrase at `at`, with white space inside it allowed; undefined when there is none. */
  match(line: string, at: number): { end: number; kind: number } | undefined {
    let found: { end: number; kind: number } | undefined;
    let here = this.#root;
    for (let to = at; to < line.length; to++) {
      const code = line.charCodeAt(to);
      if (code === 0x20 && to > at) continue;
      const next = here.next.get(code);
      if (next === undefined) break;
      here = next;
      if (here.kind !== 0 && !(isAlphanumeric(code) && isAlphanumeric(line.charCodeAt(to + 1))))
        found = { end: to + 1, kind: here.kind };
    }
    return found;
  }
}
