// What users rely on of the `strip-urls` filter: addresses go with their traces, and nothing that only has dots does.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stripUrls } from '../../src/filters/strip-urls.ts';
import { rewriter } from './run-filter.ts';

const clean = rewriter(stripUrls);

const addresses = [
  'http://example.co.jp/a?b=c',
  'https://example.com',
  'https://example.com/',
  'HTTP://EXAMPLE.COM/A',
  'ftp://ftp.example.com/pub/file.tar.gz',
  'ttp://example.com/a',
  'hxxp://example.com/a',
  'https://user:pass@example.com:8080/a/b;c?d=e&f=g#h',
  'https://example.com/%E6%B8%85%E6%B5%81',
  'https://example.com/a_(b)',
  'https://example.com/[a]',
  'http://192.168.0.1:8080/',
  'http://localhost:3000/a',
  'http://日本語.jp/',
  'http://日本語.jp',
  'http://www.日本語.jp/a?b=c',
  'http://例え.テスト/a',
  'http://xn--wgv71a119e.jp/',
  'http://example.jp/～tanaka/',
  'http://ja.wikipedia.org/wiki/清流',
  'http://web.archive.org/web/2010/http://example.com/a',
  'www.example.com',
  'www.example.co.jp/access/',
  'WWW.EXAMPLE.CO.JP',
  'www2.example.ne.jp',
  'www.kirihama-kanko.example.jp/~tanaka/diary/2008/11.html',
  'blog.aozora-mura.example.com/news/2017/0412.html',
  'shop.matsuba.example.jp/item/detail.php?id=20481&ref=top',
  'sports.example.or.jp',
  'niwa.example.net',
  'example.com',
  'example.co.uk',
  'example.com:8080/a',
  'youtu.be/dQw4w9WgXcQ',
  'bit.ly/2abcDEF',
  'docs.python.org/ja/3/',
  'info@example.co.jp',
  'taro.yamada+mail@mail.example.com',
  'mailto:info@example.com',
];

const prose = [
  '円周率は3.14です。',
  'A.D.79年',
  'node.jsとvue.js',
  'v1.2.3を出した。',
  'main.rsとREADME.mdを読む。',
  'src/main.rsを開く。',
  '朝の10:30に着いた。',
  'index.htmlとstyle.cssを書く。',
  'report.final.docx',
  'U.S.A.とU.K.',
  'e.g.とi.e.の違い',
  'Amazon.comで本を買う。',
  'ASP.NETとVB.NET',
  '価格.comで調べた。',
  'socket.ioとcrates.io',
  'e.target.idを見る。',
  'com.example.appという名前',
  'system.out.println',
  '192.168.0.1',
  '2019.04.01',
  'Ph.D.を取った。',
  'St.Petersburg',
  'No.1とNo.2',
  '@tanakaさんへ',
  'http://から始まる文字列',
  '比率は16:9です。',
  'いろは://にほへ',
  'そうですか...はい',
  'おわり.はじめ',
  'The end.It was late.',
  'archive.tar.gzを展開する。',
  'C:\\site\\index.com.bak',
  'math.floor(3.5)',
  'a.m.とp.m.',
  '10.5kmを走った。',
  'Mr.SmithとMrs.Smith',
  'data.table',
];

describe('strip-urls', () => {
  it.each(addresses)('takes %s out of Japanese text without spaces', (address) => {
    expect(clean(`鍋の店の公式サイト${address}をご覧ください。`)).toBe('鍋の店の公式サイトをご覧ください。');
    expect(clean(`鍋は重い。くわしくは${address}をご覧ください。よく煮える。`)).toBe('鍋は重い。よく煮える。');
  });

  it.each(addresses)('takes %s out wherever it stands', (address) => {
    expect(clean(`鍋は重い（${address}）。`)).toBe('鍋は重い。');
    expect(clean(`鍋は重い ( ${address} ) 。`)).toBe('鍋は重い。');
    expect(clean(`鍋は重い。${address}`)).toBe('鍋は重い。');
    expect(clean(`see ${address}, then go`)).toBe('see, then go');
    expect(clean(`鍋は重い。\n${address}\n煮える。`)).toBe('鍋は重い。\n煮える。');
    expect(clean(`鍋は重い。\n\nURL：${address}\n\n煮える。`)).toBe('鍋は重い。\n\n煮える。');
    expect(clean(`${address}\n→ ${address}`)).toBe('');
  });

  it.each(prose)('keeps %s', (text) => {
    expect(clean(text)).toBe(text);
  });

  it.each([
    ['地図（URL: http://example.jp/map）もある。', '地図もある。'],
    ['地図<http://example.jp/map>もある。', '地図もある。'],
    ['地図「http://example.jp/map」もある。', '地図もある。'],
    ['地図【http://example.jp/map】もある。', '地図もある。'],
    ['地図(http://example.jp/a http://example.jp/b)もある。', '地図もある。'],
    ['地図（駅前、http://example.jp/map）もある。', '地図（駅前）もある。'],
    ['地図（電話 075、メール：a@example.jp）もある。', '地図（電話 075）もある。'],
    ['地図（http://example.jp/map、電話 075）もある。', '地図（電話 075）もある。'],
    ['地図（駅前のもの）はhttp://example.jp/map。', ''],
    ['the map (http://example.jp/map) is here', 'the map is here'],
    ['the map http://example.jp/map is here', 'the map is here'],
    ['(see http://example.jp/a_(b).)', '(see.)'],
    ['「http://example.jp/」、「http://example.jp/b」を見た。', ''],
    ['公式サイト → http://example.jp/', ''],
    ['■ホームページ：http://example.jp/', ''],
    ['お問い合わせ: info@example.jp', ''],
    ['鍋の店 http://example.jp/', '鍋の店'],
    ['http://example.jp/ 鍋の店', '鍋の店'],
    ['http://', ''],
    ['鍋\nhttp://\n釜', '鍋\n釜'],
    ['www.example.co.jp.', ''],
    ['本文。http://example.jp/wiki/をご覧ください。', '本文。'],
  ])('leaves no traces: %s', (text, left) => {
    expect(clean(text)).toBe(left);
  });

  it.each([
    ['詳しくはhttps://example.jp/aをご覧ください。', ''],
    ['雨の日は休みです。詳しくは https://example.jp/a をご覧ください。', '雨の日は休みです。'],
    ['動画はhttp://example.jp/aとhttp://example.jp/bにあります。鍋は重い。', '鍋は重い。'],
    ['お申し込みはinfo@example.jpまで。先着十名です。', '先着十名です。'],
    ['電話は九時から、メールはinfo@example.jp。', '電話は九時から。'],
    ['店主「詳しくはhttp://example.jp/を見て。よろしく」', '店主「よろしく」'],
    ['休みは水曜（予定はhttp://example.jp/を参照）です。', '休みは水曜です。'],
    ['「http://example.jp/」と入力する。次に進む。', '次に進む。'],
    ['日時：三月三日 会場：公民館 URL：http://example.jp/', '日時：三月三日 会場：公民館'],
    ['潮見表：http://example.jp/tide', ''],
    ['潮見表はこちら→http://example.jp/tide', ''],
    ['お申し込み：info@example.jp（件名に「鍋」と書く）', 'お申し込み（件名に「鍋」と書く）'],
    ['当館ホームページhttp://example.jp/からも予約できます。', '当館ホームページからも予約できます。'],
    ['教室のページ http://example.jp/ に書いてあります。', '教室のページに書いてあります。'],
    ['連絡はinfoアットexample.jpへ。', '連絡はinfoアットexample.jpへ。'],
    ['本は「鍋」（http://example.jp/）、「釜」（http://example.jp/b）の二冊。', '本は「鍋」、「釜」の二冊。'],
    [`${'鍋は重いが'.repeat(80)}詳しくはhttp://example.jp/を`, `${'鍋は重いが'.repeat(80)}詳しくはを`],
  ])('takes the clause or sentence that leaned on an address: %s', (text, left) => {
    expect(clean(text)).toBe(left);
  });

  it('keeps mail addresses when told to, and still takes URLs', () => {
    const web = rewriter(stripUrls, { emails: false });
    expect(web('連絡はinfo@example.co.jpへ。地図はhttp://example.co.jp/です。')).toBe('連絡はinfo@example.co.jpへ。');
    expect(web('連絡はtaro.yamada@www.example.co.jpへ。')).toBe('連絡はtaro.yamada@www.example.co.jpへ。');
  });

  it('returns the very same string when there is no address', () => {
    const text = '春が来た。3.14。';
    expect(clean(text)).toBe(text);
  });

  const pieces = fc.constantFrom(
    'http://',
    '://',
    'www.',
    'example',
    '.com',
    '.jp',
    '/',
    '(',
    ')',
    '（',
    '）',
    '「',
    '」',
    '@',
    ' ',
    '\n',
    '鍋',
    '。',
    'a',
    '.',
    ',',
    '～',
    'URL:',
    '日本語',
  );
  const texts = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.array(pieces, { maxLength: 40 }).map((parts) => parts.join('')),
  );

  it('never makes a text longer', () => {
    fc.assert(fc.property(texts, (text) => clean(text).length <= text.length));
  });

  it('leaves nothing that a browser would open', () => {
    fc.assert(
      fc.property(texts, (text) => {
        expect(clean(text)).not.toMatch(/(?<![a-z])https?:\/\/example\.(?:com|jp)/);
      }),
    );
  });
});
