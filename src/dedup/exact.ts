// The `exact` deduper: drops documents whose text was kept before, byte for byte or in all that matters.
import { z } from 'zod';
import { contentHash } from '../kernels/murmur3.ts';
import { define, type Signer } from '../pipeline/define.ts';
import { equalityMatching } from './against/matching.ts';
import { DIGEST_WORDS, DigestIndex } from './digest-index.ts';
import { type Aspect, ignoreOption, normaliser } from './normalise.ts';

export const exact = define({
  kind: 'deduper',
  name: 'exact',
  summary: 'Drops documents that equal an earlier one (128-bit hash of the cleaned text).',
  reference: 'https://github.com/aappleby/smhasher (MurmurHash3_x64_128, seed 0, over UTF-16 little-endian)',
  options: z.strictObject({ ignore: ignoreOption.optional() }),
  createSigner,
  createIndex: ({ ignore = [] }) => new DigestIndex('a digest', ignore.length === 0 ? { similarity: 1 } : {}),
  matching: (options) => equalityMatching(DIGEST_WORDS, options),
});

function createSigner({ ignore = [] }: { readonly ignore?: readonly Aspect[] | undefined }): Signer {
  const { hash } = contentHash();
  if (ignore.length === 0) return { words: DIGEST_WORDS, sign: hash };
  const normalised = normaliser(ignore);
  return { words: DIGEST_WORDS, sign: (text, out, at) => hash(normalised(text), out, at) };
}
