// Finds thousands of words at once: Aho and Corasick's automaton (1975) over UTF-16 units, case folded.
import { kind, kinds } from './classes.ts';
import { folded } from './fold.ts';

/** A found word: text[start .. end). `word` is its number in the list given. */
export interface Found {
  readonly word: number;
  readonly start: number;
  readonly end: number;
}

const MIX = 0x9e3779b1;

/**
 * Matches are case-insensitive and width-insensitive. A word that begins or ends with a Latin letter, a digit or a
 * katakana does not match inside a longer run of the same (`ass` in `class`, 「セックス」 in 「ユニセックス」).
 */
export class WordFinder {
  /** States after one unit from the root, dense; other transitions hashed by state and unit. */
  readonly #first = new Int32Array(0x10000);
  #keys = new Float64Array(1 << 8).fill(-1);
  #targets = new Int32Array(1 << 8);
  #used = 0;
  /** The first transition made from a state, without a hash: most states have one. 0 for none. */
  readonly #onlyUnit: Uint16Array;
  readonly #onlyTarget: Int32Array;
  readonly #fail: Int32Array;
  /** The word that ends in a state, or -1; and the nearest state on the failure path where one ends. */
  readonly #ends: Int32Array;
  readonly #next: Int32Array;
  readonly #lengths: Int32Array;
  /** First two units of words, by a hash of them: 1 where a word ends there, 2 where one goes on. Most places of a text end here. */
  readonly #pairs: Uint8Array;
  /** First three units of words, by a hash of them: most other places end here. */
  readonly #triples: Uint8Array;
  /** 1 for the states after one unit, which have the most transitions. */
  readonly #shallow: Uint8Array;
  /** What a unit as it stands in a text can begin: 1 for words of one unit, 2 for longer ones. */
  readonly #begins = new Uint8Array(0x10000);

  /** Blank entries are ignored. Building is linear in the words. */
  constructor(words: readonly string[]) {
    this.#lengths = Int32Array.from(words, (word) => word.length);
    const most = words.reduce((sum, word) => sum + word.length, 1);
    this.#onlyUnit = new Uint16Array(most);
    this.#onlyTarget = new Int32Array(most);
    this.#fail = new Int32Array(most);
    this.#ends = new Int32Array(most).fill(-1);
    this.#next = new Int32Array(most);
    // Small for short lists, so that it stays in the fastest cache.
    this.#pairs = new Uint8Array(1 << Math.min(16, Math.max(11, 32 - Math.clz32(8 * words.length))));
    this.#triples = new Uint8Array(this.#pairs.length);
    this.#shallow = new Uint8Array(most);
    const last = this.#pairs.length - 1;
    const parents: number[] = [0];
    const units: number[] = [0];
    const begins = new Uint8Array(0x10000);
    for (const [number, word] of words.entries()) {
      if (word === '') continue;
      let state = 0;
      for (let at = 0; at < word.length; at++) {
        const unit = folded[word.charCodeAt(at)] ?? 0;
        let target = this.#step(state, unit);
        if (target === 0) {
          target = parents.length;
          parents.push(state);
          units.push(unit);
          this.#add(state, unit, target);
          if (state === 0) this.#shallow[target] = 1;
        }
        state = target;
      }
      if ((this.#ends[state] ?? -1) < 0) this.#ends[state] = number;
      const first = folded[word.charCodeAt(0)] ?? 0;
      begins[first] = (begins[first] ?? 0) | (word.length === 1 ? 1 : 2);
      if (word.length < 2) continue;
      const pair = pairOf(first, folded[word.charCodeAt(1)] ?? 0);
      this.#pairs[pair & last] = (this.#pairs[pair & last] ?? 0) | (word.length === 2 ? 1 : 2);
      if (word.length > 2) this.#triples[pairOf(pair, folded[word.charCodeAt(2)] ?? 0) & last] = 1;
    }
    for (let unit = 0; unit < 0x10000; unit++) this.#begins[unit] = begins[folded[unit] ?? 0] ?? 0;
    for (const state of breadthFirst(parents)) {
      const [parent, unit] = [parents[state] ?? 0, units[state] ?? 0];
      if (parent !== 0) {
        let back = this.#fail[parent] ?? 0;
        while (back !== 0 && this.#step(back, unit) === 0) back = this.#fail[back] ?? 0;
        this.#fail[state] = this.#step(back, unit);
      }
      const fail = this.#fail[state] ?? 0;
      this.#next[state] = (this.#ends[fail] ?? -1) >= 0 ? fail : (this.#next[fail] ?? 0);
    }
  }

  /**
   * The words in units[0 .. length), leftmost first, the longer of two that overlap, none overlapping another.
   * `units` has one more unit after them. Linear in the text times, at worst, the nesting of the words.
   */
  find(units: Uint16Array, length: number): Found[] {
    const found: Found[] = [];
    const [first, pairs, triples, begins, shallow] = [
      this.#first,
      this.#pairs,
      this.#triples,
      this.#begins,
      this.#shallow,
    ];
    const last = pairs.length - 1;
    let state = 0;
    for (let at = 0; at < length; at++) {
      if (state !== 0) {
        const unit = folded[units[at] ?? 0] ?? 0;
        let target = 0;
        while (target === 0 && state !== 0) {
          // A shallow state stands for the unit before: their pair says sooner whether a word goes on.
          if (shallow[state] === 0 || pairs[pairOf(folded[units[at - 1] ?? 0] ?? 0, unit) & last] !== 0)
            target = this.#step(state, unit);
          if (target === 0) state = this.#fail[state] ?? 0;
        }
        state = target;
      }
      if (state === 0) {
        const begun = begins[units[at] ?? 0] ?? 0;
        if (begun === 0) continue;
        const unit = folded[units[at] ?? 0] ?? 0;
        // Alone at the root: when no word goes on with the next two units, this one leads nowhere.
        if ((begun & 1) === 0) {
          const pair = pairOf(unit, folded[units[at + 1] ?? 0] ?? 0);
          const ends = pairs[pair & last] ?? 0;
          if (ends === 0) continue;
          if (ends === 2 && triples[pairOf(pair, folded[units[at + 2] ?? 0] ?? 0) & last] === 0) continue;
        }
        state = first[unit] ?? 0;
      }
      for (let end = state; end !== 0; end = this.#next[end] ?? 0) {
        const word = this.#ends[end] ?? -1;
        if (word < 0) continue;
        const start = at + 1 - (this.#lengths[word] ?? 0);
        if (!isWhole(units, start, at + 1, length)) continue;
        // A shorter word may stand behind the last one where the longest overlaps it.
        if (push(found, { word, start, end: at + 1 }) === 'taken') break;
      }
    }
    return found;
  }

  #step(state: number, unit: number): number {
    if (state === 0) return this.#first[unit] ?? 0;
    const only = this.#onlyTarget[state] ?? 0;
    if (only === 0) return 0;
    if (this.#onlyUnit[state] === unit) return only;
    const key = state * 0x10000 + unit;
    const mask = this.#keys.length - 1;
    for (let slot = slotOf(state, unit) & mask; ; slot = (slot + 1) & mask) {
      const found = this.#keys[slot] ?? -1;
      if (found === key) return this.#targets[slot] ?? 0;
      if (found < 0) return 0;
    }
  }

  #add(state: number, unit: number, target: number): void {
    if (state === 0) {
      this.#first[unit] = target;
      return;
    }
    if (this.#onlyTarget[state] === 0) {
      this.#onlyTarget[state] = target;
      this.#onlyUnit[state] = unit;
      return;
    }
    if (3 * ++this.#used > this.#keys.length) this.#grow();
    this.#put(state * 0x10000 + unit, target);
  }

  #put(key: number, target: number): void {
    const mask = this.#keys.length - 1;
    let slot = slotOf(Math.floor(key / 0x10000), key % 0x10000) & mask;
    while ((this.#keys[slot] ?? -1) >= 0) slot = (slot + 1) & mask;
    this.#keys[slot] = key;
    this.#targets[slot] = target;
  }

  #grow(): void {
    const [keys, targets] = [this.#keys, this.#targets];
    this.#keys = new Float64Array(2 * keys.length).fill(-1);
    this.#targets = new Int32Array(2 * keys.length);
    for (const [slot, key] of keys.entries()) if (key >= 0) this.#put(key, targets[slot] ?? 0);
  }
}

function slotOf(state: number, unit: number): number {
  const hash = Math.imul(Math.imul(state, 0x85ebca6b) ^ unit, MIX);
  return hash ^ (hash >>> 15);
}

const pairOf = (first: number, second: number): number => Math.imul(Math.imul(first, 0x9e37) + second, MIX) >>> 16;

/** States after the root, each after those of shorter words. */
function breadthFirst(parents: readonly number[]): number[] {
  const depths = new Int32Array(parents.length);
  // A state is made after its parent, so one pass in order of making finds all depths.
  for (let state = 1; state < parents.length; state++) depths[state] = (depths[parents[state] ?? 0] ?? 0) + 1;
  return Array.from(depths.keys())
    .slice(1)
    .sort((a, b) => (depths[a] ?? 0) - (depths[b] ?? 0));
}

function isWhole(units: Uint16Array, start: number, end: number, length: number): boolean {
  return !(
    (start > 0 && isRun(units[start - 1] ?? 0, units[start] ?? 0)) ||
    (end < length && isRun(units[end - 1] ?? 0, units[end] ?? 0))
  );
}

function isRun(left: number, right: number): boolean {
  const kindOfLeft = wordKind(kinds[left] ?? 0);
  return kindOfLeft !== kind.other && kindOfLeft === wordKind(kinds[right] ?? 0);
}

/** Kinds whose runs are words. A digit continues a Latin word. */
const wordKind = (found: number): number =>
  found === kind.digit
    ? kind.latin
    : found === kind.latin || found === kind.katakana || found === kind.cyrillic
      ? found
      : kind.other;

/**
 * Takes `next` where it overlaps no word that begins before it; words inside it go. Looks back no further than a word is
 * long.
 */
function push(found: Found[], next: Found): 'taken' | 'overlaps' {
  let before = found.length;
  while (before > 0 && (found[before - 1]?.start ?? 0) >= next.start) before--;
  if (before > 0 && (found[before - 1]?.end ?? 0) > next.start) return 'overlaps';
  found.length = before;
  found.push(next);
  return 'taken';
}
