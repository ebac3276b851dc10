// What users rely on of the `normalize` filter: what encodings did is repaired, what people wrote is not changed.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalize } from '../../src/filters/normalize.ts';
import { rewriter } from './run-filter.ts';

const repair = rewriter(normalize);

describe('normalize', () => {
  it.each([
    ['half-width kana', 'ﾊﾝｶｸｶﾅ｡ｳﾞｨｵﾗ､ﾊﾟﾘ｢ﾄﾞｳｿﾞ｣', 'ハンカクカナ。ヴィオラ、パリ「ドウゾ」'],
    ['full-width letters and digits', 'ＮＨＫの７時のニュース', 'NHKの7時のニュース'],
    ['combining voiced marks', 'か\u3099は\u309aカ\u3099', 'がぱガ'],
    ['half-width marks after full-width kana', 'カﾞハﾟ', 'ガパ'],
    ['Latin letters with combining marks', 'cafe\u0301', 'café'],
    ['Hangul in pieces', '\u1112\u1161\u11ab', '한'],
    ['Kangxi radicals', '⽇本の⼭', '日本の山'],
    ['compatibility kanji beyond the BMP', '\u{2f804}', '你'],
    ['squared words', '㈱松葉、㌔、㎏', '(株)松葉、キロ、kg'],
    ['mathematical letters', '𝐀𝟏', 'A1'],
  ])('folds %s', (_, text, repaired) => {
    expect(repair(text)).toBe(repaired);
  });

  it.each([
    '本当！？（はい）：そう；ね',
    '東京〜大阪、朝～夜',
    '10～20人',
    'そして……静か‥に',
    'アダム・スミス',
    '10m²、H₂O、½、①②③',
    '(´・ω・`)￣ー￣゛゜',
    '℡が鳴る'.normalize('NFKC'),
    '［注］｛例｝＜題＞',
    'ですから，そう．',
    '赤／青',
    '家族👨‍👩‍👧と❤️',
    '葛\u{e0100}城',
    '𠮷野家',
    'नमस्ते क्‍ष',
    '仮名ー―－ダッシュ',
    '㊗'.normalize('NFKC'),
  ])('keeps %s', (text) => {
    expect(repair(text)).toBe(text);
  });

  it.each([
    ['１２：３０', '12:30'],
    ['３．１４', '3.14'],
    ['１，０００円', '1,000円'],
    ['２０１９／０３／０４', '2019/03/04'],
    ['５０％と３＋４', '50%と3+4'],
    ['Ａ＆Ｂ', 'A&B'],
    ['Ｈｅｌｌｏ！', 'Hello!'],
    ['え！Ａ', 'え！A'],
    ['Ｑ：名前', 'Q：名前'],
    ['すごい ！', 'すごい！'],
    ['＊＊＊', '***'],
    ['気温は－３度、サーバ－も', '気温は-3度、サーバ－も'],
  ])('folds full-width punctuation away from Japanese only: %s', (text, repaired) => {
    expect(repair(text)).toBe(repaired);
  });

  it.each([
    ['zero-width characters', '清\u200b流\u2060の\ufeff朝\u00ad', '清流の朝'],
    ['control characters and NULs', '清\u0000流\u0007\u001b\u007f\u0081', '清流'],
    ['direction marks', '\u202a清流\u202c\u200e', '清流'],
    ['halves of surrogate pairs', '\udc00清\ud83d流\ud800', '清流'],
    ['joiners outside emoji', '清\u200d流a\u200cb', '清流ab'],
  ])('removes %s', (_, text, repaired) => {
    expect(repair(text)).toBe(repaired);
  });

  it.each([
    ['a\r\nb\rc\u0085d\u2028e\u2029f\vg\fh', 'a\nb\nc\nd\ne\nf\ng\nh'],
    ['a\r\n\r\nb', 'a\n\nb'],
    ['a\n\n\n\n\nb', 'a\n\nb'],
    ['a\n \n　\n\t\nb', 'a\n\nb'],
    ['\n\n a \n\n', 'a'],
    ['　春が来た。　\n　花が咲く。', '春が来た。\n花が咲く。'],
    ['a\t b\u00a0\u3000c', 'a b c'],
    ['春が来た。　花が咲く。', '春が来た。花が咲く。'],
    ['「春」 と 「夏」', '「春」と「夏」'],
    ['お　知　ら　せ', 'お知らせ'],
    ['ホーム 会社概要', 'ホーム 会社概要'],
    ['春 spring 夏', '春 spring 夏'],
    ['終わり！ 次', '終わり！次'],
  ])('sets white space right: %j', (text, repaired) => {
    expect(repair(text)).toBe(repaired);
  });

  it('removes all spaces between Japanese, or none, when told to', () => {
    const text = 'これ は 鍋 です。 ABC です 。';
    expect(rewriter(normalize, { japaneseSpaces: 'all' })(text)).toBe('これは鍋です。 ABC です。');
    expect(rewriter(normalize, { japaneseSpaces: 'keep' })(text)).toBe(text);
  });

  it('returns the very same string when nothing was wrong', () => {
    expect(repair('春が来た。\n\n花が咲く。')).toBe('春が来た。\n\n花が咲く。');
  });

  const odd = fc.constantFrom(
    ...' \n\r\t　\u200b\u200d\u00ad\ud83d\udc68\ud840\u3099ﾞかガｶＡ１！：；，．～（）＝\u0338…´①￣e\u0301\u1100\u1161\u11a8\uffa1❤\ufe0f👨あ漢a1.:。「」'.split(
      '',
    ),
  );
  const texts = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 100 }),
    fc.array(odd, { maxLength: 30 }).map((characters) => characters.join('')),
  );

  it.each(['keep', 'tidy', 'all'])('has nothing to do the second time (%s)', (japaneseSpaces) => {
    const run = rewriter(normalize, { japaneseSpaces });
    fc.assert(
      fc.property(texts, (text) => {
        expect(run(run(text))).toBe(run(text));
      }),
      { numRuns: 3000 },
    );
  });

  it('changes nothing that NFKC and white space do not account for', () => {
    const bare = (text: string) =>
      text
        .normalize('NFKC')
        .replace(/[\p{Cc}\p{Cf}\p{Surrogate}\p{Noncharacter_Code_Point}\s]+/gu, '')
        .normalize('NFKC');
    const letters = fc.constantFrom(...'かガｶﾞＡ１！：；，．～（）＝…①￣あ漢a1.:。「」 \n\t\u200b\r'.split(''));
    fc.assert(
      fc.property(fc.array(letters, { maxLength: 40 }), (characters) => {
        const text = characters.join('');
        expect(bare(repair(text))).toBe(bare(text));
      }),
      { numRuns: 2000 },
    );
  });

  it('leaves no half surrogate, no carriage return and no double space', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const out = repair(text);
        expect(out.isWellFormed()).toBe(true);
        expect(out).not.toMatch(/\r| {2}|\n{3}|^\s|\s$/);
      }),
      { numRuns: 2000 },
    );
  });
});
