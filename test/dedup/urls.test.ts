import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicaliser, urlOptions } from '../../src/dedup/canonical-url.ts';
import { urls } from '../../src/dedup/urls.ts';
import { Gate } from '../../src/engine/gate.ts';

const of = (options: object = {}) => canonicaliser(urlOptions.parse(options));

const PAGE = 'https://example.jp/blog/42?a=1&b=2';

describe('the canonical URL', () => {
  it.each([
    ['the scheme', 'http://example.jp/blog/42?a=1&b=2'],
    ['www', 'https://www.example.jp/blog/42?a=1&b=2'],
    ['www2', 'https://www2.example.jp/blog/42?a=1&b=2'],
    ['the default port', 'https://example.jp:443/blog/42?a=1&b=2'],
    ['the fragment', 'https://example.jp/blog/42?a=1&b=2#comments'],
    ['a slash at the end', 'https://example.jp/blog/42/?a=1&b=2'],
    ['the order of the query', 'https://example.jp/blog/42?b=2&a=1'],
    ['campaigns and clicks', 'https://example.jp/blog/42?a=1&utm_source=x&b=2&gclid=q&fbclid=z&PHPSESSID=1'],
    ['a session in the path', 'https://example.jp/blog/42;jsessionid=A1B2?a=1&b=2'],
    ['dots in the path', 'https://example.jp/x/../blog/./42?a=1&b=2'],
    ['letter case of the host', 'HTTPS://EXAMPLE.jp/blog/42?a=1&b=2'],
    ['credentials', 'https://me:secret@example.jp/blog/42?a=1&b=2'],
    ['needless escapes', 'https://example.jp/%62log/42?a=1&b=2'],
  ])('is the same whatever %s', (_, url) => {
    expect(of()(url)).toBe(of()(PAGE));
  });

  it.each([
    ['another host', 'https://blog.example.jp/blog/42?a=1&b=2'],
    ['another port', 'https://example.jp:8443/blog/42?a=1&b=2'],
    ['letter case of the path', 'https://example.jp/Blog/42?a=1&b=2'],
    ['another value', 'https://example.jp/blog/42?a=1&b=3'],
    ['one parameter less', 'https://example.jp/blog/42?a=1'],
    ['the order of one name', 'https://example.jp/blog/42?a=1&b=2&b=1'],
  ])('differs for %s', (_, url) => {
    expect(of()(url)).not.toBe(of()(PAGE));
  });

  it('knows international names and paths however they are written', () => {
    expect(of()('http://日本語.jp/記事?見出し=川')).toBe(
      of()('http://xn--wgv71a119e.jp/%e8%a8%98%E4%BA%8B/?%E8%A6%8B%E5%87%BA%E3%81%97=%E5%B7%9D'),
    );
  });

  it('keeps apart what it is told to, and drops what it is told to', () => {
    expect(of({ keep: ['scheme'] })('http://a.jp/')).not.toBe(of({ keep: ['scheme'] })('https://a.jp/'));
    expect(of({ keep: ['www'] })('http://www.a.jp/')).not.toBe(of({ keep: ['www'] })('http://a.jp/'));
    expect(of({ keep: ['tracking'] })('http://a.jp/?utm_source=1')).not.toBe(of()('http://a.jp/'));
    expect(of({ drop: ['print'] })('http://a.jp/?print=1')).toBe(of()('http://a.jp/'));
  });

  it.each(['', 'not a url', '/relative', 'mailto:a@b.jp', 'javascript:alert(1)', 'ftp://a.jp/x', 'https://'])(
    'of %j is none',
    (url) => {
      expect(of()(url)).toBeUndefined();
    },
  );

  it('is its own canonical form, with a scheme before it', () => {
    fc.assert(
      fc.property(fc.webUrl({ withFragments: true, withQueryParameters: true }), (url) => {
        const canonical = of()(url);
        expect(of()(`https:${canonical}`)).toBe(canonical);
      }),
    );
  });
});

describe('the deduper urls', () => {
  it('drops a second document of a page and lets those without a URL pass', async () => {
    const options = urls.options.parse({});
    const signer = await urls.createSigner(options);
    const gate = new Gate([{ label: 'urls', index: urls.createIndex(options) }]);
    const pages = [PAGE, undefined, 'http://www.example.jp/blog/42/?b=2&a=1', undefined, 'no url', 'no url'];
    const signatures = new Uint32Array(pages.length * signer.words);
    for (const [at, url] of pages.entries()) signer.sign(`text ${at}`, signatures, at * signer.words, url);
    expect(gate.decide(pages.length, signatures)).toMatchObject({
      kept: [0, 1, 3, 4, 5],
      duplicates: { 'urls.duplicate': 1 },
    });
  });
});
