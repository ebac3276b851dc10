// The `minhash` deduper: drops documents nearly equal to an earlier one, found through bands, confirmed by the whole sketch.
import { z } from 'zod';
import { MAX_PERMUTATIONS, MAX_SHINGLE, permutations } from '../kernels/minhash.ts';
import { kernelVariant, wasmKernel } from '../kernels/minhash-wasm.ts';
import { type DedupIndex, define, type Signer } from '../pipeline/define.ts';
import { HashTable } from './index/hash-table.ts';
import { RowStore } from './index/row-store.ts';
import { agreement, bandHash, leastAgreement, packSketch, type SketchShape, sketchShape } from './index/sketch.ts';

const minhashOptions = z
  .strictObject({
    shingle: z
      .int()
      .min(1)
      .max(MAX_SHINGLE)
      .default(5)
      .describe('Characters (UTF-16 units) in a shingle; white space never counts.'),
    bands: z.int().min(1).max(MAX_PERMUTATIONS).default(14).describe('Bands; more find less similar documents.'),
    rows: z.int().min(1).max(64).default(8).describe('Permutations in a band; more demand more similar documents.'),
    threshold: z
      .number()
      .min(0)
      .max(1)
      .default(0.7)
      .describe('A candidate found through a band is a duplicate from this estimated Jaccard similarity on.'),
    seed: z.int().min(0).max(0xffff_ffff).default(1).describe('Chooses the permutations.'),
  })
  .refine(({ bands, rows }) => bands * rows <= MAX_PERMUTATIONS, {
    path: ['bands'],
    error: `bands × rows of at most ${MAX_PERMUTATIONS}`,
  });
type MinhashOptions = z.output<typeof minhashOptions>;

export const minhash = define({
  kind: 'deduper',
  name: 'minhash',
  summary: 'Drops near-duplicates: MinHash of character shingles, LSH bands, and the whole sketch to confirm.',
  reference:
    'Broder 1997, On the resemblance and containment of documents; Li and König 2010, b-Bit Minwise Hashing; Leskovec, Rajaraman and Ullman, Mining of Massive Datasets, ch. 3',
  options: minhashOptions,
  createSigner,
  createIndex: (options) => new MinhashIndex(options),
});

function createSigner({ shingle, bands, rows, seed }: MinhashOptions): Signer {
  const shape = sketchShape(bands, rows);
  const kernel = wasmKernel(permutations(bands * rows, seed), shingle, kernelVariant());
  const minima = new Uint32Array(bands * rows);
  return {
    words: shape.words,
    sign(text, out, at) {
      kernel.minima(text, minima);
      packSketch(minima, shape, out, at);
    },
  };
}

/** With 14 × 8: 56 bytes of sketch a document, and 14 slots of 5 bytes in tables 57 to 85 % full: 138 to 179 in all. */
class MinhashIndex implements DedupIndex {
  readonly #shape: SketchShape;
  readonly #sketches: RowStore;
  readonly #tables: HashTable[];
  readonly #hashOf: ((row: number) => number)[];
  readonly #needed: number;

  constructor({ bands, rows, threshold }: MinhashOptions) {
    this.#shape = sketchShape(bands, rows);
    this.#sketches = new RowStore(this.#shape.words);
    this.#tables = Array.from({ length: bands }, () => new HashTable());
    const { wordsPerBand } = this.#shape;
    const sketches = this.#sketches;
    this.#hashOf = this.#tables.map(
      (_, band) => (row: number) => bandHash(sketches.chunk(row), sketches.offset(row), band, wordsPerBand),
    );
    this.#needed = leastAgreement(threshold, this.#shape);
  }

  get words(): number {
    return this.#shape.words;
  }

  get bytes(): number {
    return this.#tables.reduce((sum, { bytes }) => sum + bytes, this.#sketches.bytes);
  }

  find(signatures: Uint32Array, at: number): number {
    const { wordsPerBand } = this.#shape;
    let refused = -1;
    const isDuplicate = (row: number): boolean => {
      // The same earlier document often stands in several of the buckets.
      if (row === refused) return false;
      const chunk = this.#sketches.chunk(row);
      if (agreement(chunk, this.#sketches.offset(row), signatures, at, this.#shape) >= this.#needed) return true;
      refused = row;
      return false;
    };
    for (let band = 0; band < this.#tables.length; band++) {
      const found = this.#tables[band]?.find(bandHash(signatures, at, band, wordsPerBand), isDuplicate) ?? -1;
      if (found >= 0) return found;
    }
    return -1;
  }

  admit(signatures: Uint32Array, at: number, number: number): void {
    this.#sketches.push(signatures, at);
    const { wordsPerBand } = this.#shape;
    for (let band = 0; band < this.#tables.length; band++) {
      const hashOf = this.#hashOf[band];
      if (hashOf !== undefined) this.#tables[band]?.add(bandHash(signatures, at, band, wordsPerBand), number, hashOf);
    }
  }
}
