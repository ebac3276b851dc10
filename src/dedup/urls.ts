// The `urls` deduper: drops documents of a page that was kept before, by its canonical URL.
import { contentHash } from '../kernels/murmur3.ts';
import { define, type Signer } from '../pipeline/define.ts';
import { canonicaliser, type UrlOptions, urlOptions } from './canonical-url.ts';
import { DIGEST_WORDS, DigestIndex } from './digest-index.ts';

export const urls = define({
  kind: 'deduper',
  name: 'urls',
  summary: 'Drops documents whose page was kept before, by canonical URL; documents without a URL pass.',
  reference: 'https://url.spec.whatwg.org/ (parsing); RFC 3986, section 6.2 (normalisation)',
  options: urlOptions,
  createSigner,
  createIndex: () => new DigestIndex('nothing', {}),
});

function createSigner(options: UrlOptions): Signer {
  const { hash } = contentHash();
  const canonical = canonicaliser(options);
  return {
    words: DIGEST_WORDS,
    sign(_text, out, at, url) {
      const page = url === undefined ? undefined : canonical(url);
      if (page === undefined) out.fill(0, at, at + DIGEST_WORDS);
      else hash(page, out, at);
    },
  };
}
