// What users rely on of `fix-encoding`, `decode-entities`, `ruby`, `code-and-css`: damage goes, and what only looks like it stays.
import { TextDecoder } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeAndCss } from '../../src/filters/code-and-css.ts';
import { decodeEntities } from '../../src/filters/decode-entities.ts';
import { fixEncoding } from '../../src/filters/fix-encoding.ts';
import { bytesRead } from '../../src/filters/lib/legacy-encodings.ts';
import { ruby } from '../../src/filters/ruby.ts';
import { decide, rewriter } from './run-filter.ts';

const japanese = [
  '春が来たので、朝から家族みんなで裏の山へ出かけた。',
  '本日は定休日です。明日は十時から営業します。',
  'データベースの設定を変更してから、サーバーを再起動してください。',
  'お問い合わせは下記のフォームからお願いいたします。',
];

describe('fix-encoding', () => {
  /** Latin-1 shows each byte as the character of its number. */
  const asLatin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

  it.each(japanese)('repairs %s read as Latin-1, from UTF-8, Shift_JIS and EUC-JP', (text) => {
    expect(decide(fixEncoding, asLatin1(Buffer.from(text)))).toEqual({ keep: text });
    expect(decide(fixEncoding, asLatin1(bytesRead(text, 'shift_jis')))).toEqual({ keep: text });
  });

  it.each([
    ['€5 “quoted” — naïve façade', 'â‚¬5 â€œquotedâ€\u009d â€” naÃ¯ve faÃ§ade'],
    ['Müller, Größe, Straße', 'MÃ¼ller, GrÃ¶ÃŸe, StraÃŸe'],
    ['いいね👍です', 'ã\u0081\u0084ã\u0081\u0084ã\u0081\u00adð\u009f\u0091\u008dã\u0081§ã\u0081\u0099'],
  ])('repairs %s', (right, wrong) => {
    expect(decide(fixEncoding, wrong)).toEqual({ keep: right });
  });

  it('repairs the damaged lines of a page and leaves the others', () => {
    const [first = '', second = ''] = japanese;
    expect(decide(fixEncoding, `${first}\n${asLatin1(Buffer.from(second))}\n${first}`)).toEqual({
      keep: `${first}\n${second}\n${first}`,
    });
  });

  it('drops what it cannot bring back', () => {
    const text = new TextDecoder('shift_jis').decode(Buffer.from(japanese.join('')));
    expect(text).toContain('\ufffd');
    expect(decide(fixEncoding, text)).toHaveProperty('drop');
  });

  it.each([
    ...japanese,
    'Où est passé le garçon ? À côté du château, « là-bas ».',
    'É«, À®, Ñ¿',
    'Đường phố Hà Nội mùa này vắng những cơn mưa',
    'ｶﾀｶﾅ ﾊ ﾊﾝｶｸ ﾃﾞ ｶｷﾏｽ｡',
    '縺れた糸をほどく。',
    '価格は¥1,200（税込）、±5 %、25°C',
    'Ëíå, ÆØÅ og æøå',
  ])('keeps %s', (text) => {
    expect(decide(fixEncoding, text)).toEqual({ keep: text });
  });

  it('keeps any text of kana, kanji and ASCII', () => {
    const units = fc.constantFrom(
      ...'あいうえおかがきぎのはをにでとアイウエオンー漢字日本語東京都春夏秋冬。、「」abcXYZ 123\n',
    );
    fc.assert(
      fc.property(fc.string({ unit: units, maxLength: 120 }), (text) => {
        expect(decide(fixEncoding, text)).toEqual({ keep: text });
      }),
    );
  });

  it('undoes UTF-8 read as Latin-1 for any Japanese text', () => {
    const units = fc.constantFrom(...'あいうえおかがきぎのはをにでとアイウエオンー漢字日本語東京都春夏秋冬。、「」');
    fc.assert(
      fc.property(fc.string({ unit: units, minLength: 1, maxLength: 60 }), (text) => {
        expect(decide(fixEncoding, asLatin1(Buffer.from(text)))).toEqual({ keep: text });
      }),
    );
  });
});

describe('decode-entities', () => {
  const decode = rewriter(decodeEntities);

  it.each([
    ['&lt;p&gt;春&amp;秋&lt;/p&gt;', '<p>春&秋</p>'],
    ['&nbsp;', '\u00a0'],
    ['&hellip;&ldquo;&rdquo;&copy;&yen;', '…“”©¥'],
    ['&#x6625;&#26149;', '春春'],
    ['&amp;amp;', '&'],
    ['R&D、AT&T、a && b、&', 'R&D、AT&T、a && b、&'],
    ['?a=1&copy=2&reg=3', '?a=1&copy=2&reg=3'],
  ])('makes of %s the text %s', (text, decoded) => {
    expect(decode(text)).toBe(decoded);
  });

  it('undoes the encoding of any text, once and twice', () => {
    const encode = (text: string): string =>
      text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('<', '"', '春', 'a', ' ', '1'), maxLength: 40 }), (text) => {
        expect(decode(encode(text))).toBe(text);
        expect(decode(encode(encode(text)))).toBe(text);
      }),
    );
  });
});

describe('ruby', () => {
  const clean = rewriter(ruby);

  it.each([
    ['吾輩《わがはい》は猫《ねこ》である', '吾輩は猫である'],
    ['｜霧の都《ロンドン》の朝', '霧の都の朝'],
    ['紫（むらさき）の花と志（こころざし）', '紫の花と志'],
    ['今日(きょう)は土産（みやげ）を買う', '今日は土産を買う'],
    ['第一章［＃「第一章」は大見出し］の話', '第一章の話'],
    ['生瀬勝久（なませ かつひさ）', '生瀬勝久'],
  ])('takes the readings out of %s', (text, left) => {
    expect(clean(text)).toBe(left);
  });

  it.each([
    '《春の祭典》《火の鳥》',
    'りんご（あかい）を食べる',
    '集合は駅前（改札を出て右）です',
    '持ち物（はし、おわん）',
    '会議（10時から）',
    '彼（かれといってもいいのだろうかとおもった）',
    '漢字《かんじ',
    '漢字（',
    '漢字（）',
    '漢字（か\nんじ）',
    '値段［税込］',
    '顔文字（＾＾）、（笑）',
  ])('keeps %s', (text) => {
    expect(clean(text)).toBe(text);
  });

  it('takes katakana readings only when told to', () => {
    expect(clean('首都（パリ）')).toBe('首都（パリ）');
    expect(rewriter(ruby, { parentheses: 'kana' })('独逸（ドイツ）')).toBe('独逸');
    expect(rewriter(ruby, { parentheses: 'keep' })('紫（むらさき）《ゆかり》')).toBe('紫（むらさき）《ゆかり》');
  });
});

describe('code-and-css', () => {
  const clean = rewriter(codeAndCss);
  const around = (lines: string): string => `鍋の話をする。\n${lines}\n釜の話もする。`;

  it.each([
    '.entry-content p { margin: 0 0 1em; }',
    'img.wp-smiley, img.emoji { display: inline !important; border: none !important; }',
    '@media screen and (max-width: 640px) {\n  .side { display: none; }\n}',
    '.recentcomments a{display:inline !important;padding:0 !important;margin:0 !important;}',
    '<!--\ngoogle_ad_client = "ca-pub-1";\ngoogle_ad_width = 728;\n//-->',
    '(adsbygoogle = window.adsbygoogle || []).push({});',
    "var _gaq = _gaq || [];\n_gaq.push(['_setAccount', 'UA-1']);\n(function() {\n  var ga = document.createElement('script');\n})();",
    "window.dataLayer = window.dataLayer || [];\nfunction gtag(){dataLayer.push(arguments);}\ngtag('js', new Date());",
    "!function(d,s,id){var js,fjs=d.getElementsByTagName(s)[0];if(!d.getElementById(id)){js=d.createElement(s);}}(document,'script','twitter-wjs');",
    '/* <![CDATA[ */\nvar wpcf7 = {"apiSettings":{"root":""}};\n/* ]]> */',
  ])('removes what a page left behind: %s', (lines) => {
    expect(clean(around(lines))).toBe('鍋の話をする。\n釜の話もする。');
  });

  it.each([
    'def hello(name):\n    print("hello", name)\n    return None',
    '#include <stdio.h>\nint main(void) {\n    puts("春");\n    return 0;\n}',
    'const total = items.reduce((sum, item) => sum + item.price, 0);\nconsole.log(total);',
    'SELECT name, price FROM items WHERE price > 100 ORDER BY name;',
    '$ sudo apt-get install nodejs\n$ node --version\nv20.20.2',
    'x = (a + b) * c; y = x / 2;',
    'Note: this is a sentence; it has a colon, and (in brackets) a remark.',
    'A: はい\nB: いいえ;',
    '{"name": "鍋", "price": 1200}',
    '(笑) >> 続く',
  ])('keeps listings and prose: %s', (lines) => {
    expect(clean(around(lines))).toBe(around(lines));
  });

  it('removes listings too when told to, and drops what is mostly code', () => {
    const page = around('const a = 1;\nif (a) {\n  f(a);\n}');
    expect(decide(codeAndCss, page, { remove: 'all' })).toEqual({ keep: '鍋の話をする。\n釜の話もする。' });
    expect(decide(codeAndCss, page, { remove: 'all', maxShare: 0.3 })).toEqual({ drop: 'code' });
  });
});
