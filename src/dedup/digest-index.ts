// Kept documents by a 128-bit digest: what `exact` and `urls` look up.
import type { Agreement, DedupIndex } from '../pipeline/define.ts';
import { HashTables } from './index/hash-tables.ts';
import { RowStore } from './index/row-store.ts';

/** 128 bits: two of 10^12 different texts agree by chance with probability 10^-15. */
export const DIGEST_WORDS = 4;

/**
 * 16 bytes a document, and a slot of 8 bytes in a table 64 to 80 % full: 26 to 29 in all. Where a digest of zeros means
 * that a document has nothing to compare, it is never found, and takes 16 bytes. (That of an empty text is zeros.)
 */
export class DigestIndex implements DedupIndex {
  readonly words = DIGEST_WORDS;
  readonly #zeros: 'a digest' | 'nothing';
  readonly #agreement: Agreement;
  readonly #digests = new RowStore(DIGEST_WORDS);
  readonly #table = new HashTables(1);
  readonly #hash = new Uint32Array(1);
  #wanted: Uint32Array = new Uint32Array(0);
  #at = 0;
  readonly #isEqual = (row: number): boolean => {
    const chunk = this.#digests.chunk(row);
    const offset = this.#digests.offset(row);
    for (let word = 0; word < DIGEST_WORDS; word++)
      if (chunk[offset + word] !== this.#wanted[this.#at + word]) return false;
    return true;
  };

  /** `agreement`: what equal digests say of two documents. */
  constructor(zeros: 'a digest' | 'nothing', agreement: Agreement) {
    this.#zeros = zeros;
    this.#agreement = agreement;
  }

  get bytes(): number {
    return this.#digests.bytes + this.#table.bytes;
  }

  find(signatures: Uint32Array, at: number): number {
    if (this.#isNothing(signatures, at)) return -1;
    this.#wanted = signatures;
    this.#at = at;
    this.#hash[0] = signatures[at] ?? 0;
    return this.#table.find(this.#hash, this.#isEqual);
  }

  agreement(): Agreement {
    return this.#agreement;
  }

  admit(signatures: Uint32Array, at: number, number: number): void {
    this.#digests.push(signatures, at);
    if (this.#isNothing(signatures, at)) return;
    this.#hash[0] = signatures[at] ?? 0;
    this.#table.add(this.#hash, number);
  }

  #isNothing(signatures: Uint32Array, at: number): boolean {
    if (this.#zeros === 'a digest') return false;
    for (let word = at; word < at + DIGEST_WORDS; word++) if (signatures[word] !== 0) return false;
    return true;
  }
}
