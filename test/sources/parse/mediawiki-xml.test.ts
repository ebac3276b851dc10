// Reading MediaWiki exports: which pages are documents, and what breaks one page only.
import { describe, expect, it } from 'vitest';
import { seeded } from '../../../scripts/sample/random.ts';
import { opening, pageXml } from '../../../scripts/sample/wikipedia.ts';
import { formats } from '../../../src/sources/parse/index.ts';
import { parseInBlocks, parseWhole, utf8 } from './blocks-of.ts';

const format = formats['mediawiki-xml'];
const page = (text: string, inner = '<ns>0</ns>', title = '駅') =>
  `  <page>\n    <title>${title}</title>\n    ${inner}\n    <id>7</id>\n    <revision>\n      <id>90</id>\n      <timestamp>2020-07-15T02:36:15Z</timestamp>\n      <contributor><username>x</username><id>3</id></contributor>\n      <model>wikitext</model>\n      <text bytes="9" xml:space="preserve">${text}</text>\n    </revision>\n  </page>\n`;
const dump = (...pages: readonly string[]) => utf8(`${opening}${pages.join('')}</mediawiki>\n`);
const read = (...pages: readonly string[]) => parseWhole(format, dump(...pages));

describe('reading a MediaWiki export', () => {
  it('reads the plain text of an article; title, ids and time are metadata', () => {
    expect(read(page("'''駅'''は[[停車場]]。")).documents).toEqual([
      {
        ordinal: 0,
        offset: 0,
        text: '駅は停車場。',
        meta: { title: '駅', id: 7, revision: 90, timestamp: '2020-07-15T02:36:15Z' },
      },
    ]);
  });

  it('decodes the XML once and the wikitext once', () => {
    const { documents } = read(
      page('a &lt;b&gt;b&lt;/b&gt; &amp;lt; &amp;amp;lt; &quot;c&quot;', '<ns>0</ns>', 'R&amp;D'),
    );
    expect(documents[0]?.text).toBe('a b < &lt; "c"');
    expect(documents[0]?.meta.title).toBe('R&D');
  });

  it('skips redirects, pages outside the articles and pages of other models, and counts them', () => {
    const parsed = read(
      page('#REDIRECT [[停車場]]', '<ns>0</ns><redirect title="停車場" />'),
      page('#転送 [[停車場]]'),
      page('会話', '<ns>1</ns>'),
      page('本文'),
      page('{}').replace('<model>wikitext', '<model>json'),
    );
    expect(parsed.skipped).toEqual({ redirect: 2, namespace: 1, model: 1 });
    expect(parsed.documents.map(({ ordinal, text }) => [ordinal, text])).toEqual([[3, '本文']]);
  });

  it('skips pages that list what their title may mean, and counts them', () => {
    const parsed = read(
      page('{{aimai}}\n* [[港 (詩)]]'),
      page('港は次のとおり。\n{{人名の曖昧さ回避|a=b}}'),
      page('港は町。', '<ns>0</ns>', '港 (曖昧さ回避)'),
      page('港は__DISAMBIG__町。'),
      page('{{Otheruses||港 (曖昧さ回避)}}[[港 (曖昧さ回避)|港]]は船の着く所。&lt;nowiki>{{aimai}}&lt;/nowiki>'),
      page('#WEITERLEITUNG [[Hafen]]'),
    );
    expect(parsed.skipped).toEqual({ disambiguation: 4, redirect: 1 });
    expect(parsed.documents.map(({ ordinal, text }) => [ordinal, text])).toEqual([[4, '港は船の着く所。{{aimai}}']]);
  });

  it('reads wikitext as the shard says: headings, the language of templates, templates of one’s own', () => {
    const shard = dump(page('== 歴史 ==\n{{ill|港|en|Port}}と{{雅称|湊|みなと}}と{{1er}}。'));
    const texts = (wikitext?: object) =>
      format
        .parse(shard, { firstOrdinal: 0, offset: 0, fields: wikitext && { text: 'text', wikitext } })
        .documents.map(({ text }) => text);
    expect(texts()).toEqual(['歴史\n港ととer。']);
    expect(texts({ language: 'ja' })).toEqual(['歴史\n港とと。']);
    const templates = { 雅称: '{1}[（{2}）]', ill: '', '1er': 'er' };
    expect(texts({ language: 'ja', headings: 'drop', templates })).toEqual(['と湊（みなと）とer。']);
  });

  it('reads a page alike, whether its wikitext can be taken out of the XML or not', () => {
    const wikitext = '港 &amp;amp; &lt;b>船&lt;/b> &quot;灯&quot; &apos;a&apos;';
    const plain = read(page(wikitext)).documents;
    expect(plain).toMatchObject([{ text: `港 & 船 "灯" 'a'` }]);
    expect(read(page(wikitext).replace('<id>7', '<!-- <text>x</text> --><id>7')).documents).toEqual(plain);
    expect(read(page(wikitext.replace('港', '&#28207;'))).documents).toEqual(plain);
    expect(read(page(wikitext.replace('港', '<![CDATA[港]]>'))).documents).toEqual(plain);
    const twice = page(wikitext).replace('<text', '<text>old</text><text');
    expect(read(twice).documents).toEqual(plain);
    expect(read(page('a\r\nb')).documents).toMatchObject([{ text: 'a\nb' }]);
    expect(read(page('')).documents).toMatchObject([{ text: '' }]);
    expect(read(page('a').replace(/<text[^>]*>a<\/text>/, '<text bytes="0" />')).documents).toMatchObject([
      { text: '' },
    ]);
    for (const broken of ['a ]]> b', 'a\u0001b', 'a & b', '&b;', 'a\uffffb'])
      expect(read(page(broken)).rejects, broken).toMatchObject([{ reason: 'xml.invalid' }]);
  });

  it('reads what the sample writes', () => {
    const none = { noise: [], gone: [], survives: [] };
    const article = { ...none, title: '港', namespace: 0, text: '港は<ref>x</ref>船の[[停泊|泊まる]]所。' };
    const made = pageXml(article, 5, seeded('mediawiki-xml.test'));
    expect(read(made).documents[0]?.text).toBe('港は船の泊まる所。');
  });

  it('keeps a page whose text is empty: dropping it is a filter’s business', () => {
    expect(read(page('{{Stub}}')).documents).toMatchObject([{ text: '' }]);
  });

  it('rejects only the page whose XML is broken', () => {
    const { documents, rejects } = read(page('前'), page('a <b'), page('&nbsp;'), page('\u0001'), page('後'));
    expect(documents.map(({ ordinal, text }) => [ordinal, text])).toEqual([
      [0, '前'],
      [4, '後'],
    ]);
    expect(rejects.map(({ ordinal, reason }) => [ordinal, reason])).toEqual([
      [1, 'xml.invalid'],
      [2, 'xml.invalid'],
      [3, 'xml.invalid'],
    ]);
  });

  it('rejects both halves of a page that another interrupts, and a page that breaks off', () => {
    const half = page('a').slice(0, 60);
    expect(read(half, page('b')).rejects).toMatchObject([{ ordinal: 0, reason: 'xml.invalid' }]);
    expect(read(page('a'), ' x</page>\n').rejects).toMatchObject([{ ordinal: 1, reason: 'xml.invalid' }]);
    expect(parseWhole(format, utf8(opening + page('a') + half)).rejects).toMatchObject([{ ordinal: 1 }]);
  });

  it('rejects the page that is no UTF-8', () => {
    const shard = dump(page('前'), page('XX'), page('後'));
    shard.write('\xff\xfe', shard.indexOf('XX'), 'latin1');
    const { documents, rejects } = parseWhole(format, shard);
    expect(documents.map(({ text }) => text)).toEqual(['前', '後']);
    expect(rejects).toMatchObject([{ ordinal: 1, reason: 'utf8.invalid' }]);
  });

  it('gives every page the offset of what follows the page before, in blocks of any size', async () => {
    const shard = dump(page('一'), page('二'), page('三'));
    for (const block of [1, 500, 1500, 1 << 20]) {
      expect((await parseInBlocks(format, shard, block)).parsed).toEqual(parseWhole(format, shard));
    }
    const second = parseWhole(format, shard).documents[1];
    expect(shard.subarray(second?.offset).toString()).toMatch(/^\s*<page>/);
  });

  it('is not hurt by markup that nests 100,000 deep', () => {
    expect(read(page('{{'.repeat(100_000))).documents).toHaveLength(1);
    expect(read(page('<b>'.repeat(50_000))).rejects).toHaveLength(1);
  });
});
