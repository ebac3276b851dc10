// The `exact` deduper: drops documents whose text was kept before, byte for byte.
import { hash } from 'node:crypto';
import { z } from 'zod';
import { type DedupIndex, define } from '../pipeline/define.ts';
import { HashTable } from './index/hash-table.ts';
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

/** 16 bytes a document and 5 to 9 for its slot. */
class ExactIndex implements DedupIndex {
  readonly words = WORDS;
  readonly #digests = new RowStore(WORDS);
  readonly #table = new HashTable();
  readonly #firstWord = (row: number): number => this.#digests.chunk(row)[this.#digests.offset(row)] ?? 0;

  get bytes(): number {
    return this.#digests.bytes + this.#table.bytes;
  }

  find(signatures: Uint32Array, at: number): number {
    return this.#table.find(signatures[at] ?? 0, (row) => {
      const chunk = this.#digests.chunk(row);
      const offset = this.#digests.offset(row);
      for (let word = 0; word < WORDS; word++) if (chunk[offset + word] !== signatures[at + word]) return false;
      return true;
    });
  }

  admit(signatures: Uint32Array, at: number, number: number): void {
    this.#digests.push(signatures, at);
    this.#table.add(signatures[at] ?? 0, number, this.#firstWord);
  }
}
