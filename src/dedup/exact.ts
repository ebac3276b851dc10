// The `exact` deduper: drops documents whose text was kept before, byte for byte.
import { hash } from 'node:crypto';
import { z } from 'zod';
import { type DedupIndex, define } from '../pipeline/define.ts';
import { HashTables } from './index/hash-tables.ts';
import { RowStore } from './index/row-store.ts';

/** 128 bits: two of 10^12 different documents agree by chance with probability 10^-15. */
const WORDS = 4;

export const exact = define({
  kind: 'deduper',
  name: 'exact',
  summary: 'Drops documents that equal an earlier one (128 bits of SHA-256 over the cleaned text).',
  options: z.strictObject({}),
  createSigner: () => ({ words: WORDS, sign: signExact }),
  createIndex: () => new ExactIndex(),
});

function signExact(text: string, out: Uint32Array, at: number): void {
  const digest = hash('sha256', text, 'buffer');
  for (let word = 0; word < WORDS; word++) out[at + word] = digest.readUInt32LE(word * 4);
}

/** 16 bytes a document, and a slot of 8 bytes in a table 64 to 80 % full: 26 to 29 in all. */
class ExactIndex implements DedupIndex {
  readonly words = WORDS;
  readonly #digests = new RowStore(WORDS);
  readonly #table = new HashTables(1);
  readonly #hash = new Uint32Array(1);
  #wanted: Uint32Array = new Uint32Array(0);
  #at = 0;
  readonly #isEqual = (row: number): boolean => {
    const chunk = this.#digests.chunk(row);
    const offset = this.#digests.offset(row);
    for (let word = 0; word < WORDS; word++) if (chunk[offset + word] !== this.#wanted[this.#at + word]) return false;
    return true;
  };

  get bytes(): number {
    return this.#digests.bytes + this.#table.bytes;
  }

  find(signatures: Uint32Array, at: number): number {
    this.#wanted = signatures;
    this.#at = at;
    this.#hash[0] = signatures[at] ?? 0;
    return this.#table.find(this.#hash, this.#isEqual);
  }

  admit(signatures: Uint32Array, at: number, number: number): void {
    this.#digests.push(signatures, at);
    this.#hash[0] = signatures[at] ?? 0;
    this.#table.add(this.#hash, number);
  }
}
