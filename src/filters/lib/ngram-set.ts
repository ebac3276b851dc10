// A set of n-grams by 64 bits of hash, and the question how many of a text's n-grams are in it.

const BASE = 0x01000193;
const SECOND = 0x5bd1e995;
const MIX = 0x9e3779b1;

export class NgramSet {
  readonly n: number;
  /** Open addressing: two words of hash a slot; 0, 0 is free. */
  #keys = new Uint32Array(1 << 9);
  #size = 0;
  /** One bit by the first hash, eight and more per n-gram: nearly every look-up ends here. */
  #bits = new Uint32Array(1 << 8);

  constructor(n: number) {
    this.n = n;
  }

  get size(): number {
    return this.#size;
  }

  /** Adds all n-grams of units[0 .. length). */
  add(units: Uint32Array | Uint16Array, length: number): void {
    const { n } = this;
    const out = powerOf(BASE, n - 1);
    let hash = 0;
    for (let at = 0; at < length; at++) {
      if (at >= n) hash = (hash - Math.imul(out, (units[at - n] ?? 0) + 1)) | 0;
      hash = (Math.imul(hash, BASE) + (units[at] ?? 0) + 1) | 0;
      if (at < n - 1) continue;
      if (4 * (this.#size + 1) > this.#keys.length) this.#grow();
      if (this.#put(hash, secondHash(units, at - n + 1, n))) this.#size++;
    }
  }

  /** How many of the n-grams of units[0 .. length) are in the set; stops at `enough`. Linear. */
  matches(units: Uint32Array | Uint16Array, length: number, enough: number): number {
    if (this.#size === 0) return 0;
    const { n } = this;
    const bits = this.#bits;
    const shift = this.#shift();
    const out = powerOf(BASE, n - 1);
    let [hash, found] = [0, 0];
    for (let at = 0; at < length && found < enough; at++) {
      if (at >= n) hash = (hash - Math.imul(out, (units[at - n] ?? 0) + 1)) | 0;
      hash = (Math.imul(hash, BASE) + (units[at] ?? 0) + 1) | 0;
      const bit = bitOf(hash, shift);
      if (at < n - 1 || (((bits[bit >>> 5] ?? 0) >>> (bit & 31)) & 1) === 0) continue;
      if (this.#has(hash, secondHash(units, at - n + 1, n))) found++;
    }
    return found;
  }

  #shift(): number {
    return Math.clz32(this.#bits.length * 32 - 1);
  }

  #has(first: number, second: number): boolean {
    const mask = this.#keys.length / 2 - 1;
    for (let slot = second & mask; ; slot = (slot + 1) & mask) {
      const [a, b] = [this.#keys[2 * slot] ?? 0, this.#keys[2 * slot + 1] ?? 0];
      if (a === 0 && b === 0) return false;
      if (a === first >>> 0 && b === second) return true;
    }
  }

  #put(first: number, second: number): boolean {
    const mask = this.#keys.length / 2 - 1;
    for (let slot = second & mask; ; slot = (slot + 1) & mask) {
      const [a, b] = [this.#keys[2 * slot] ?? 0, this.#keys[2 * slot + 1] ?? 0];
      if (a === first >>> 0 && b === second) return false;
      if (a !== 0 || b !== 0) continue;
      this.#keys[2 * slot] = first;
      this.#keys[2 * slot + 1] = second;
      const bit = bitOf(first, this.#shift());
      this.#bits[bit >>> 5] = (this.#bits[bit >>> 5] ?? 0) | (1 << (bit & 31));
      return true;
    }
  }

  #grow(): void {
    const keys = this.#keys;
    this.#keys = new Uint32Array(2 * keys.length);
    this.#bits = new Uint32Array(2 * this.#bits.length);
    for (let at = 0; at < keys.length; at += 2) {
      const [a, b] = [keys[at] ?? 0, keys[at + 1] ?? 0];
      if (a !== 0 || b !== 0) this.#put(a, b);
    }
  }
}

const bitOf = (hash: number, shift: number): number => Math.imul(hash ^ (hash >>> 13), MIX) >>> shift;

function powerOf(base: number, exponent: number): number {
  let power = 1;
  for (let i = 0; i < exponent; i++) power = Math.imul(power, base);
  return power;
}

/** Independent of the rolling hash; never 0. */
function secondHash(units: Uint32Array | Uint16Array, at: number, n: number): number {
  let hash = 0x2545f491;
  for (let i = 0; i < n; i++) {
    hash = Math.imul(hash ^ (units[at + i] ?? 0), SECOND);
    hash ^= hash >>> 15;
  }
  return hash >>> 0 || 1;
}
