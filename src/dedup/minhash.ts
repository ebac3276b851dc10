// The `minhash` deduper: drops documents nearly equal to an earlier one, found through bands, confirmed by the whole sketch.
import { z } from 'zod';
import { MAX_PERMUTATIONS, MAX_SHINGLE, permutations } from '../kernels/minhash.ts';
import { kernelVariant, wasmKernel, wasmOnePermutation } from '../kernels/minhash-wasm.ts';
import { type DedupIndex, define, type Signer } from '../pipeline/define.ts';
import { sketchMatching } from './against/matching.ts';
import { HashTables } from './index/hash-tables.ts';
import { RowStore } from './index/row-store.ts';
import { agreement, bandHashes, leastAgreement, packSketch, type SketchShape, sketchShape } from './index/sketch.ts';

const minhashOptions = z
  .strictObject({
    algorithm: z
      .enum(['one-permutation', 'permutations'])
      .default('one-permutation')
      .describe(
        '`one-permutation`: one hash a shingle, sorted into bands × rows bins (cost does not grow with them). `permutations`: classic MinHash, a hash for each of bands × rows.',
      ),
    shingle: z
      .int()
      .min(1)
      .max(MAX_SHINGLE)
      .default(5)
      .describe('Characters (UTF-16 units) in a shingle; white space never counts.'),
    bands: z.int().min(1).max(MAX_PERMUTATIONS).default(14).describe('Bands; more find less similar documents.'),
    rows: z.int().min(1).max(64).default(8).describe('Minima in a band; more demand more similar documents.'),
    threshold: z
      .number()
      .min(0)
      .max(1)
      .default(0.7)
      .describe('A candidate found through a band is a duplicate from this estimated Jaccard similarity on.'),
    seed: z.int().min(0).max(0xffff_ffff).default(1).describe('Chooses the hashes.'),
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
    'Broder 1997, On the resemblance and containment of documents; Li, Owen and Zhang 2012, One Permutation Hashing; Dahlgaard, Knudsen and Thorup 2017, Fast Similarity Sketching; Li and König 2010, b-Bit Minwise Hashing; Leskovec, Rajaraman and Ullman, Mining of Massive Datasets, ch. 3',
  options: minhashOptions,
  createSigner,
  createIndex: (options) => new MinhashIndex(options),
  matching: sketchMatching,
});

function createSigner({ algorithm, shingle, bands, rows, seed }: MinhashOptions): Signer {
  const shape = sketchShape(bands, rows);
  const kernel =
    algorithm === 'one-permutation'
      ? wasmOnePermutation(bands * rows, seed, shingle, kernelVariant())
      : wasmKernel(permutations(bands * rows, seed), shingle, kernelVariant());
  const minima = new Uint32Array(bands * rows);
  return {
    words: shape.words,
    sign(text, out, at) {
      kernel.minima(text, minima);
      packSketch(minima, shape, out, at);
    },
  };
}

/** With 14 × 8: 56 bytes of sketch a document, and 14 slots of 8 bytes in tables 64 to 80 % full: 196 to 231 in all. */
class MinhashIndex implements DedupIndex {
  readonly #shape: SketchShape;
  readonly #sketches: RowStore;
  readonly #tables: HashTables;
  readonly #hashes: Uint32Array;
  readonly #needed: number;
  #wanted: Uint32Array = new Uint32Array(0);
  #at = 0;
  /** The same earlier document often stands in several of the buckets. */
  #refused = -1;
  readonly #isDuplicate = (row: number): boolean => {
    if (row === this.#refused) return false;
    const chunk = this.#sketches.chunk(row);
    if (agreement(chunk, this.#sketches.offset(row), this.#wanted, this.#at, this.#shape) >= this.#needed) return true;
    this.#refused = row;
    return false;
  };

  constructor({ bands, rows, threshold }: MinhashOptions) {
    const shape = sketchShape(bands, rows);
    this.#shape = shape;
    this.#sketches = new RowStore(shape.words);
    this.#hashes = new Uint32Array(bands);
    this.#tables = new HashTables(bands);
    this.#needed = leastAgreement(threshold, shape);
  }

  get words(): number {
    return this.#shape.words;
  }

  get bytes(): number {
    return this.#sketches.bytes + this.#tables.bytes;
  }

  find(signatures: Uint32Array, at: number): number {
    this.#wanted = signatures;
    this.#at = at;
    this.#refused = -1;
    bandHashes(signatures, at, this.#shape, this.#hashes);
    return this.#tables.find(this.#hashes, this.#isDuplicate);
  }

  admit(signatures: Uint32Array, at: number, number: number): void {
    this.#sketches.push(signatures, at);
    bandHashes(signatures, at, this.#shape, this.#hashes);
    this.#tables.add(this.#hashes, number);
  }
}
