// Documents made for tests of batches: every token tells which document it is of.
import type { EncodedDocument, EncodedDocuments } from '../../../src/trainer/batches/batches.ts';

/** End of document in these tests. */
export const END = 0;

/** Document `number` of `source`: its tokens are number × 100 + 1, + 2, … and the end. */
export function documentOf(number: number, length: number, source = 'a'): EncodedDocument {
  const tokens = Int32Array.from([...Array.from({ length }, (_, i) => number * 100 + i + 1), END]);
  return { number, id: `${source}/x#${number}`, source, tokens };
}

/** Gives `documents` in order, from the one numbered `from`; `asked` before every one of them where told so. */
export class Listed implements EncodedDocuments {
  readonly #documents: readonly EncodedDocument[];
  #at: number;
  readonly #interrupts: (number: number) => boolean;
  #asked = -1;

  constructor(documents: readonly EncodedDocument[], from = 0, interrupts: (number: number) => boolean = () => false) {
    this.#documents = documents;
    this.#at = from;
    this.#interrupts = interrupts;
  }

  async nextEncoded(): Promise<EncodedDocument | 'end' | 'asked'> {
    const document = this.#documents[this.#at];
    if (document === undefined) return 'end';
    if (this.#interrupts(this.#at) && this.#asked < this.#at) {
      this.#asked = this.#at;
      return 'asked';
    }
    this.#at++;
    return document;
  }
}
