// The `exact` deduper: drops documents whose text was kept before, byte for byte.
import { z } from 'zod';
import { contentHash } from '../kernels/murmur3.ts';
import { type DedupIndex, define } from '../pipeline/define.ts';
import { equalityMatching } from './against/matching.ts';
import { HashTables } from './index/hash-tables.ts';
import { RowStore } from './index/row-store.ts';

/** 128 bits: two of 10^12 different documents agree by chance with probability 10^-15. */
const WORDS = 4;

export const exact = define({
  kind: 'deduper',
  name: 'exact',
  summary: 'Drops documents that equal an earlier one (128-bit hash of the cleaned text).',
  reference: 'https://github.com/aappleby/smhasher (MurmurHash3_x64_128, seed 0, over UTF-16 little-endian)',
  options: z.strictObject({}),
  createSigner: () => ({ words: WORDS, sign: contentHash().hash }),
  createIndex: () => new ExactIndex(),
  matching: (options) => equalityMatching(WORDS, options),
});

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
