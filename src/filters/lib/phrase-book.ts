// Reads a line as a sequence of known phrases: longest first, each a whole word.
import { isAlphanumeric } from './script.ts';

/** What phrases of a book mean, by the caller's numbering. */
export class PhraseBook {
  readonly #byFirst = new Map<number, [phrase: string, kind: number][]>();

  /** Later lists overrule earlier ones. Phrases are compared without white space. */
  constructor(lists: readonly (readonly [phrases: readonly string[], kind: number])[]) {
    const kinds = new Map<string, number>();
    for (const [phrases, kind] of lists) for (const phrase of phrases) kinds.set(phrase.replace(/\s+/gu, ''), kind);
    for (const [phrase, kind] of kinds) {
      const first = phrase.charCodeAt(0);
      const others = this.#byFirst.get(first);
      if (others === undefined) this.#byFirst.set(first, [[phrase, kind]]);
      else others.push([phrase, kind]);
    }
    for (const phrases of this.#byFirst.values()) phrases.sort(([a], [b]) => b.length - a.length);
  }

  *phrases(): Iterable<string> {
    for (const phrases of this.#byFirst.values()) for (const [phrase] of phrases) yield phrase;
  }

  /** The longest phrase at `at`, with white space inside it allowed; undefined when there is none. */
  match(line: string, at: number): { end: number; kind: number } | undefined {
    for (const [phrase, kind] of this.#byFirst.get(line.charCodeAt(at)) ?? []) {
      const end = endOf(line, at, phrase);
      if (end > 0 && !(isAlphanumeric(line.charCodeAt(end - 1)) && isAlphanumeric(line.charCodeAt(end))))
        return { end, kind };
    }
    return undefined;
  }
}

function endOf(line: string, from: number, phrase: string): number {
  let at = from;
  for (let index = 0; index < phrase.length; at++) {
    const code = line.charCodeAt(at);
    if (code === phrase.charCodeAt(index)) index++;
    else if (code !== 0x20 || index === 0) return -1;
  }
  return at;
}
