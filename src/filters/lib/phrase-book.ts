// Reads a line as a sequence of known phrases: longest first, each a whole word. A trie, so that thousands of phrases
// cost no more than the longest of them.
import { isAlphanumeric } from './script.ts';

/** A trie's edges in one open-addressing table: a Map for each of 90,000 nodes took 18 MB of heap, this takes 3. */
class Edges {
  /** node × 2^16 + code unit, + 1: exact in a double; 0 marks an empty slot. */
  #keys = new Float64Array(1024);
  #targets = new Int32Array(1024);
  #used = 0;

  static readonly #key = (node: number, code: number): number => node * 0x10000 + code + 1;

  /** The slot of a key, or the empty one where it would stand. */
  #slot(key: number): number {
    const mask = this.#keys.length - 1;
    // Nodes and characters are both dense, so their bits are mixed.
    let slot = Math.imul((key >>> 0) ^ Math.imul(key / 0x10000, 0x85ebca6b), 0x9e3779b1) >>> 7;
    for (slot &= mask; ; slot = (slot + 1) & mask) {
      const held = this.#keys[slot];
      if (held === key || held === 0) return slot;
    }
  }

  /** The node after `node` by a code unit; -1 when there is none. */
  next(node: number, code: number): number {
    const slot = this.#slot(Edges.#key(node, code));
    return this.#keys[slot] === 0 ? -1 : (this.#targets[slot] ?? -1);
  }

  add(node: number, code: number, target: number): void {
    if (++this.#used * 2 > this.#keys.length) this.#grow();
    const key = Edges.#key(node, code);
    const slot = this.#slot(key);
    this.#keys[slot] = key;
    this.#targets[slot] = target;
  }

  #grow(): void {
    const [keys, targets] = [this.#keys, this.#targets];
    this.#keys = new Float64Array(keys.length * 2);
    this.#targets = new Int32Array(keys.length * 2);
    for (const [from, key] of keys.entries()) {
      if (key === 0) continue;
      const slot = this.#slot(key);
      this.#keys[slot] = key;
      this.#targets[slot] = targets[from] ?? -1;
    }
  }
}

/** What phrases of a book mean, by the caller's numbering from 1. */
export class PhraseBook {
  readonly #edges = new Edges();
  /** What the phrase that ends at a node means, by the caller's numbering; 0 when none does. */
  #kinds = new Uint8Array(1024);
  #nodes = 1;
  /** The first two characters of each phrase. */
  readonly #openings = new Set<string>();

  /** Later lists overrule earlier ones. Phrases are compared without white space. */
  constructor(lists: readonly (readonly [phrases: readonly string[], kind: number])[]) {
    for (const [phrases, kind] of lists) for (const phrase of phrases) this.#add(phrase.replace(/\s+/gu, ''), kind);
  }

  #add(phrase: string, kind: number): void {
    let at = 0;
    for (let index = 0; index < phrase.length; index++) {
      const code = phrase.charCodeAt(index);
      const next = this.#edges.next(at, code);
      if (next < 0) this.#edges.add(at, code, this.#nodes);
      at = next < 0 ? this.#nodes++ : next;
    }
    if (this.#nodes > this.#kinds.length) {
      const kinds = new Uint8Array(this.#nodes * 2);
      kinds.set(this.#kinds);
      this.#kinds = kinds;
    }
    this.#kinds[at] = kind;
    this.#openings.add(phrase.slice(0, 2));
  }

  /** The beginnings of all phrases, for `Openings`. */
  openings(): Iterable<string> {
    return this.#openings;
  }

  /** The longest phrase at `at`, with white space inside it allowed; undefined when there is none. */
  match(line: string, at: number): { end: number; kind: number } | undefined {
    let found: { end: number; kind: number } | undefined;
    let here = 0;
    for (let to = at; to < line.length; to++) {
      const code = line.charCodeAt(to);
      if (code === 0x20 && to > at) continue;
      here = this.#edges.next(here, code);
      if (here < 0) break;
      const kind = this.#kinds[here] ?? 0;
      if (kind !== 0 && !(isAlphanumeric(code) && isAlphanumeric(line.charCodeAt(to + 1))))
        found = { end: to + 1, kind };
    }
    return found;
  }
}
