// What users rely on of `url-list`, `metadata` and `oscar-warnings`: what a record says beside its text decides, and mistakes are told.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PipelineError } from '../../src/errors.ts';
import { metadata } from '../../src/filters/metadata.ts';
import { oscarWarnings } from '../../src/filters/oscar-warnings.ts';
import { urlList } from '../../src/filters/url-list.ts';
import type { JsonObject } from '../../src/pipeline/define.ts';
import { decide } from './run-filter.ts';

const byUrl = (url: string, options: JsonObject): string => {
  const decision = decide(urlList, '春', options, { url });
  return 'drop' in decision ? decision.drop : 'keep';
};

describe('url-list', () => {
  it.each([
    ['http://example.com', 'listed'],
    ['https://www.example.com/a', 'listed'],
    ['HTTPS://EXAMPLE.COM:8080/a', 'listed'],
    ['http://user:pass@a.b.example.com/', 'listed'],
    ['http://example.com./a', 'listed'],
    ['example.com/a', 'listed'],
    ['http://example.com.evil.jp/', 'keep'],
    ['http://myexample.com/', 'keep'],
    ['http://evil.jp/?u=http://example.com/', 'keep'],
    ['http://evil.jp/example.com', 'keep'],
  ])('knows %s by its host', (url, outcome) => {
    expect(byUrl(url, { urls: ['example.com'] })).toBe(outcome);
  });

  it('understands public suffixes', () => {
    expect(() => decide(urlList, '', { urls: ['co.jp'] })).toThrow(/public suffix/);
    expect(byUrl('http://a.co.jp/', { urls: ['*.co.jp'] })).toBe('listed');
    expect(byUrl('http://b.example.co.jp/', { urls: ['a.example.co.jp'], scope: 'domain' })).toBe('listed');
    expect(byUrl('http://other.co.jp/', { urls: ['a.example.co.jp'], scope: 'domain' })).toBe('keep');
  });

  it('lists paths of a host, and of every host', () => {
    expect(byUrl('http://www.example.com/Blog/1', { urls: ['example.com/Blog/'] })).toBe('listed');
    expect(byUrl('http://example.com/blog/1', { urls: ['example.com/Blog/'] })).toBe('keep');
    expect(byUrl('http://any.jp/tag/a', { paths: ['/tag/'] })).toBe('listed');
  });

  it('reads lists from files, and refuses an entry that names no host', () => {
    const baseDir = mkdtempSync(join(tmpdir(), 'seiryu-urls-'));
    writeFileSync(join(baseDir, 'bad.txt'), '# hosts\nexample.com\nspam.example.jp/x/\n');
    const filter = urlList.create(urlList.options.parse({ files: ['bad.txt'] }), { language: 'ja', baseDir });
    const apply = (url: string) => filter.apply({ id: 'a/0#0', text: '春', url, meta: {} });
    expect(apply('http://example.com/')).toEqual({ drop: 'listed' });
    expect(apply('http://spam.example.jp/x/1')).toEqual({ drop: 'listed' });
    expect(apply('http://spam.example.jp/y/1')).toEqual({ keep: '春' });
    expect(() => decide(urlList, '', { urls: ['/only/a/path'] })).toThrow(PipelineError);
  });

  it.each(['0.0.0.0 ads.example.com', '||ads.example.com^', '@@||a.example.com', '! a remark', '[Adblock Plus 2.0]'])(
    'refuses %s, which is of another kind of list',
    (entry) => {
      expect(() => decide(urlList, '', { urls: [entry] })).toThrow('is no host or path');
    },
  );

  it('reads no address of absurd length', () => {
    expect(byUrl(`http://example.com/${'a'.repeat(1e5)}`, { urls: ['example.com'], withoutUrl: 'drop' })).toBe(
      'no-url',
    );
  });
});

describe('metadata', () => {
  const keep = (expression: string, meta: JsonObject, options: JsonObject = {}) =>
    decide(metadata, '春が来た。', { keep: expression, ...options }, { meta, url: 'https://example.go.jp/a' });

  it.each([
    ['meta.score >= 3', { score: 3 }],
    ['meta.score > 2', { score: 2.5 }],
    ['meta.lang == "ja" && meta.prob > 0.8', { lang: 'ja', prob: 0.9 }],
    ['meta.tags.exists(t, t == "news")', { tags: ['blog', 'news'] }],
    ['!has(meta.spam) || meta.spam < 0.5', {}],
    ['meta.timestamp < "2020-01-01"', { timestamp: '2019-04-01T00:00:00Z' }],
    ['url.contains(".go.jp/") && text.size() == 5', {}],
    ['meta.a.b.c == null', { a: { b: { c: null } } }],
    ['text.startsWith("春")', {}],
  ])('keeps where %s holds', (expression, meta) => {
    expect(keep(expression, meta)).toEqual({ keep: '春が来た。' });
  });

  it('drops where it does not hold, and where it cannot be evaluated', () => {
    expect(keep('meta.score >= 3', { score: 1 })).toEqual({ drop: 'unmatched' });
    expect(keep('meta.score >= 3', {})).toEqual({ drop: 'failed' });
    expect(keep('meta.score >= 3', { score: 'high' })).toEqual({ drop: 'failed' });
    expect(keep('meta.score', { score: 1 })).toEqual({ drop: 'failed' });
    expect(keep('meta.score >= 3', {}, { onError: 'keep' })).toEqual({ keep: '春が来た。' });
  });

  it.each([
    'meta.score >',
    'size(text)',
    'nosuch > 1',
    'text + 1 == 2',
    '"a"',
    'constructor.constructor("return 1")()',
    '!text.matches("(a+)+$")',
    '[1, 2].all(x, text.matches("a"))',
    'meta.a == 1 || (meta.b == 2 && url.matches("a"))',
  ])('refuses %s before the run, with what to do', (expression) => {
    expect(() => keep(expression, {})).toThrow(PipelineError);
  });
});

describe('oscar-warnings', () => {
  const judge = (meta: JsonObject, options: JsonObject = {}) =>
    decide(oscarWarnings, '春', options, { meta: { metadata: meta } });

  it('acts on the annotations named, and no others', () => {
    expect(judge({ quality_warnings: ['short_sentences'] })).toEqual({ keep: '春' });
    expect(judge({ quality_warnings: ['short_sentences'] }, { warnings: ['short_sentences'] })).toEqual({
      drop: 'warning',
    });
    expect(judge({ categories: ['blog', 'phishing'] })).toEqual({ drop: 'category' });
    expect(judge({ categories: ['blog'] }, { categories: [] })).toEqual({ keep: '春' });
  });

  it('takes any metadata, or none', () => {
    for (const meta of [
      {},
      { quality_warnings: null },
      { categories: 'adult' },
      { quality_warnings: [1, null] },
      { identification: 3 },
    ])
      expect(judge(meta)).toEqual({ keep: '春' });
    expect(decide(oscarWarnings, '春', {}, { meta: { metadata: 'none' } })).toEqual({ keep: '春' });
  });
});
