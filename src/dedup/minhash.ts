// The `minhash` deduper: drops documents nearly equal to an earlier one, found through bands, confirmed by the whole sketch.
import { z } from 'zod';
import { MAX_PERMUTATIONS, type MinhashKernel, permutations } from '../kernels/minhash.ts';
import { kernelVariant, wasmKernel, wasmOnePermutation } from '../kernels/minhash-wasm.ts';
import { IGNORABLE, MAX_SHINGLE, SHINGLE_UNITS } from '../kernels/shingles.ts';
import { define, type Signer } from '../pipeline/define.ts';
import { byteSize } from '../pipeline/units.ts';
import { sketchMatching } from './against/matching.ts';
import { hasTags, NearIndex, signatureWords } from './index/near-index.ts';
import { packSketch, packTags, sketchShape } from './index/sketch.ts';

const minhashOptions = z
  .strictObject({
    algorithm: z
      .enum(['one-permutation', 'permutations'])
      .default('one-permutation')
      .describe(
        '`one-permutation`: one hash a shingle, sorted into bands × rows bins (cost does not grow with them). `permutations`: classic MinHash, a hash for each of bands × rows.',
      ),
    shingle: z.int().min(1).max(MAX_SHINGLE).default(5).describe('Characters (UTF-16 units) or words in a shingle.'),
    unit: z
      .enum(SHINGLE_UNITS)
      .default('character')
      .describe('What shingles are made of. `word`: for languages that put white space between words.'),
    ignore: z
      .array(z.enum(IGNORABLE))
      .default(['space'])
      .describe(
        'What two texts may differ in without it counting: white space (it still ends a word), full and half `width`, upper and lower `case`, `digits`, `punctuation` and symbols. Any but white space costs about a tenth more time to sign.',
      ),
    bands: z.int().min(1).max(MAX_PERMUTATIONS).default(14).describe('Bands; more find less similar documents.'),
    rows: z.int().min(1).max(64).default(8).describe('Minima in a band; more demand more similar documents.'),
    threshold: z
      .number()
      .min(0)
      .max(1)
      .default(0.7)
      .describe('A candidate found through a band is a duplicate from this estimated Jaccard similarity on.'),
    mode: z
      .enum(['exact', 'bloom'])
      .default('exact')
      .describe(
        '`exact`: about 215 bytes of memory a document; every candidate is confirmed by its sketch. `bloom`: at most 64; whoever shares a band with an earlier document is dropped unconfirmed, one in 2,000 such drops is checked and reported, and less than one document in 10^6 is dropped by the error of the filter.',
      ),
    memory: byteSize
      .default(4e9)
      .describe(
        'Bytes of memory that the index may take: 4GB are 18 million documents in `exact` mode, 62 in `bloom`.',
      ),
    full: z
      .enum(['stop', 'bloom', 'spill'])
      .default('spill')
      .describe(
        'What happens when the memory is taken in `exact` mode. `spill`: what is over goes to disk, within the disk budget, and of its documents about 40 bytes stay in memory; the output does not depend on it. `stop`: the run stops and can be resumed with more memory. `bloom`: exact until half of the memory is taken, then on in Bloom mode with the other half.',
      ),
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
  createIndex: (options, room) => new NearIndex(options, room),
  neutral: (options) => (hasTags(options) ? [] : ['memory', 'full']),
  matching: sketchMatching,
});

function kernelOf({ algorithm, shingle, unit, ignore, bands, rows, seed }: MinhashOptions): MinhashKernel {
  const shingling = { unit, length: shingle, ignore };
  return algorithm === 'one-permutation'
    ? wasmOnePermutation(bands * rows, seed, shingling, kernelVariant())
    : wasmKernel(permutations(bands * rows, seed), shingling, kernelVariant());
}

function createSigner(options: MinhashOptions): Signer {
  const { bands, rows } = options;
  const tagged = hasTags(options);
  const shape = sketchShape(bands, rows);
  const kernel = kernelOf(options);
  const minima = new Uint32Array(bands * rows);
  return {
    words: signatureWords(options),
    sign(text, out, at) {
      kernel.minima(text, minima);
      packSketch(minima, shape, out, at);
      if (tagged) packTags(minima, shape, out, at + shape.words);
    },
  };
}
