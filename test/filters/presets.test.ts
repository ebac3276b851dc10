// What users rely on of `gopher`, `c4`, `fineweb`, `swallow`, `kana`, `symbols`, `digits`: each rule acts at its bound, in Japanese and English.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { c4 } from '../../src/filters/c4.ts';
import { digits } from '../../src/filters/digits.ts';
import { fineweb } from '../../src/filters/fineweb.ts';
import { gopher } from '../../src/filters/gopher.ts';
import { kana } from '../../src/filters/kana.ts';
import { swallow } from '../../src/filters/swallow.ts';
import { symbols } from '../../src/filters/symbols.ts';
import { decide } from './run-filter.ts';

const sentences = [
  '春が来たので、朝から家族みんなで裏の山へ出かけた。',
  '山菜はまだ少なかったが、ふきのとうを籠に半分ほど採ることができた。',
  '昼は川のそばで握り飯を食べ、午後は沢を少し上って古い水車の小屋を見てきた。',
  '小屋の戸は外れていて、中には木の歯車と壊れた桶だけが残っている。',
  '祖父の話では、戦後しばらくまで村じゅうの米をここで搗いていたそうだ。',
  '帰り道、峠の茶屋で休んでいると、遠くで雷が鳴りはじめた。',
  '雨に降られる前に坂を下り、家に着いたときには日がすっかり暮れていた。',
  '夜は採ってきたものを天ぷらにして、父と遅くまで話をした。',
  '次の日曜には、隣町に住む叔母も誘って海の方へ行く約束になっている。',
  '手紙を書くから、写真ができたら一枚送ってほしいと言われた。',
  '母は縁側で毛糸を巻きながら、若いころに見た映画の筋を語ってくれた。',
  '犬は庭の隅で眠り、風が変わるたびに片方の耳だけを動かす。',
  '台所からは味噌の匂いがして、誰かが小さく歌をうたっている。',
  '駅までの道には新しい橋がかかり、以前より五分ほど早く着く。',
  '図書館で借りた本には、知らない人の書き込みが鉛筆で残っていた。',
];
const page = sentences.join('\n');

const english =
  'The river that runs past the mill is low in summer, and the children of the village walk to the far bank with their shoes in their hands. ' +
  'In winter it is another thing: the fields are under water for weeks, and those who have boats lend them to those who do not. ' +
  'My grandfather used to say that a year begins with the first flood, and that all before it is only waiting.';

describe('gopher', () => {
  it('keeps prose in Japanese and in English', () => {
    expect(decide(gopher, page)).toEqual({ keep: page });
    expect(decide(gopher, english)).toEqual({ keep: english });
  });

  it.each([
    ['The the the', 'short'],
    [`${english} `.repeat(2000), 'long'],
    ['a b c d e f g h i j k l m n o p q r s t u v w x y z '.repeat(3), 'word-length'],
    [english.replaceAll(' ', '# '), 'symbols'],
    [
      english
        .split('. ')
        .map((line) => `- ${line}`)
        .join('\n'),
      'bullets',
    ],
    [
      english
        .split(' ')
        .map((word, at) => (at % 9 === 8 ? `${word}...\n` : word))
        .join(' '),
      'ellipses',
    ],
    [`${'12:30 14:45 '.repeat(60)}${english}`, 'letters'],
    ['Menu Products Company Contact Imprint '.repeat(12), 'stop-words'],
  ])('drops text %#', (text, reason) => {
    expect(decide(gopher, text, reason === 'ellipses' ? { maxSymbols: 1 } : {})).toEqual({ drop: reason });
  });

  it('does not ask Japanese for the length of words', () => {
    expect(decide(gopher, page.replaceAll('\n', ''))).toHaveProperty('keep');
  });
});

describe('c4', () => {
  it('keeps lines that end with an end mark or a closing quotation mark', () => {
    const lines = [
      'これは本当にあった話です。',
      '本当にそうなのですか？',
      '「それは困りましたねえ」',
      'もう帰ろうと彼は言った！',
      'He said that he would be late.',
    ];
    expect(decide(c4, lines.join('\n'))).toEqual({ keep: lines.join('\n') });
  });

  it('removes lines that do not, and short ones, wherever they stand', () => {
    const text = [
      '新着情報の一覧ページ',
      ...sentences.slice(0, 2),
      '続きを読む',
      'はい。',
      ...sentences.slice(2, 4),
      'ページの先頭へ戻る',
    ].join('\n');
    expect(decide(c4, text)).toEqual({ keep: sentences.slice(0, 4).join('\n') });
  });

  it('leaves a text of good lines as it is, blank lines included', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(sentences, { minLength: 3 }), (lines) => {
        expect(decide(c4, lines.join('\n'))).toEqual({ keep: lines.join('\n') });
      }),
    );
  });

  it('counts what is left', () => {
    expect(decide(c4, sentences.slice(0, 2).join('\n'))).toEqual({ drop: 'sentences' });
    expect(decide(c4, sentences.slice(0, 3).join('\n'))).toHaveProperty('keep');
    expect(decide(c4, `${page}\n{`)).toEqual({ drop: 'brace' });
    expect(decide(c4, `${page}\n{`, { braces: false })).toEqual({ keep: page });
  });
});

describe('fineweb', () => {
  it('keeps prose', () => {
    expect(decide(fineweb, page)).toEqual({ keep: page });
    expect(decide(fineweb, english)).toEqual({ keep: english });
  });

  it('counts a kana as two columns', () => {
    const lines = (width: number) =>
      Array.from({ length: 4 }, (_, at) => `${String.fromCharCode(0x3042 + 2 * at).repeat(width)}。`).join('\n');
    expect(decide(fineweb, lines(13))).toEqual({ drop: 'short' });
    expect(decide(fineweb, lines(14))).toHaveProperty('keep');
  });

  it('drops pages whose lines mostly end nowhere', () => {
    const menu = Array.from({ length: 20 }, (_, at) => `商品番号${at}番の詳しい説明を読むためのリンクはこちら`).join(
      '\n',
    );
    expect(decide(fineweb, menu)).toEqual({ drop: 'ends' });
    expect(decide(fineweb, `${menu}\n${page}`)).toHaveProperty('keep');
  });
});

describe('swallow', () => {
  it('keeps prose of 400 letters and more', () => {
    expect(decide(swallow, page)).toEqual({ keep: page });
    expect(decide(swallow, sentences.slice(0, 5).join('\n'))).toEqual({ drop: 'short' });
  });

  it.each([
    [`${page}\n${page}`, 'repeated'],
    [page.replaceAll('。', ''), 'keep'],
    [page.replaceAll(/[。\n]/g, ''), 'sentence-length'],
    [`${page}\n${sentences.join('').replaceAll('。', '、').slice(0, 250)}`, 'long-sentence'],
    [page.replaceAll('。', '…'), 'ellipses'],
    [page.replaceAll(/[ぁ-ん]/gu, '漢'), 'hiragana'],
    [page.replaceAll(/[ぁ-んー]/gu, 'ア').replaceAll(/[一-龠]/gu, 'あ'), 'katakana'],
    [`${page}${' latin text'.repeat(60)}`, 'japanese'],
    [
      `${page}\n${sentences
        .slice(0, 4)
        .map((one) => `昔、${one}`)
        .join('\n')}`,
      'duplicate-ngrams',
    ],
  ])('judges text %#', (text, outcome) => {
    const decision = decide(swallow, text);
    expect('drop' in decision ? decision.drop : 'keep').toBe(outcome);
  });
});

describe('kana, symbols and digits', () => {
  const mixed = fc.array(fc.constantFrom('あ', 'ア', '漢', 'a', '1', '★', '。', ' '), { maxLength: 60 });
  const shareOf = (units: readonly string[], of: readonly string[], among: readonly string[]): number =>
    units.filter((unit) => of.includes(unit)).length / Math.max(1, units.filter((unit) => among.includes(unit)).length);
  const visible = ['あ', 'ア', '漢', 'a', '1', '★', '。'];

  it('drop exactly above their shares', () => {
    fc.assert(
      fc.property(mixed, fc.constantFrom(0, 0.25, 0.5, 1), (units, max) => {
        const text = units.join('');
        expect('drop' in decide(symbols, text, { max })).toBe(shareOf(units, ['★'], visible) > max);
        expect('drop' in decide(digits, text, { max })).toBe(shareOf(units, ['1'], visible) > max);
      }),
    );
  });

  it('measure kana among Japanese letters alone', () => {
    fc.assert(
      fc.property(mixed, (units) => {
        const japanese = ['あ', 'ア', '漢'];
        const share = (of: string) => shareOf(units, [of], japanese);
        const decision = decide(kana, units.join(''), { minHiragana: 0.3, maxKatakana: 0.4, maxKanji: 0.5 });
        const isGood =
          units.some((unit) => japanese.includes(unit)) &&
          share('あ') >= 0.3 &&
          share('ア') <= 0.4 &&
          share('漢') <= 0.5;
        expect('keep' in decision).toBe(isGood);
      }),
    );
  });

  it('count a character of two code units once', () => {
    expect(decide(kana, '𠮷𠮷ああ', { minHiragana: 0.5 })).toHaveProperty('keep');
    expect(decide(symbols, '🍚あ', { max: 0.5 })).toHaveProperty('keep');
    expect(decide(symbols, '🍚🍚あ', { max: 0.5 })).toEqual({ drop: 'many' });
  });
});
