// The `kana` filter: drops Japanese documents whose mix of scripts is not that of Japanese sentences.
import { z } from 'zod';
import { define } from '../pipeline/define.ts';
import { countKinds, japaneseLetters, KINDS, kind } from './lib/classes.ts';
import { CodeUnits } from './lib/code-units.ts';

const share = z.number().min(0).max(1);

const options = z.strictObject({
  minHiragana: share.default(0.2).describe('share of the Japanese letters that must be hiragana, 0 to 1'),
  maxKatakana: share.default(0.5).describe('share of the Japanese letters that may be katakana, 0 to 1'),
  maxKanji: share.default(1).describe('share of the Japanese letters that may be kanji, 0 to 1'),
});

export const kana = define({
  kind: 'filter',
  name: 'kana',
  summary: 'Drops documents with too little hiragana or too much katakana or kanji to be Japanese prose.',
  reference: 'https://arxiv.org/abs/2404.17733',
  options,
  reasons: {
    none: 'no Japanese letter at all',
    hiragana: 'a smaller share of hiragana than `minHiragana`: lists, addresses, Chinese',
    katakana: 'a larger share of katakana than `maxKatakana`: lists of products',
    kanji: 'a larger share of kanji than `maxKanji`',
  },
  examples: [
    { input: '春が来たので、山へ行った。', output: { keep: '春が来たので、山へ行った。' } },
    { input: '東京都千代田区丸の内一丁目', output: { drop: 'hiragana' } },
    { input: 'ノートパソコンのメモリとキーボードをレンタルする', output: { drop: 'katakana' } },
    { input: '漢字仮名交じり文です。', options: { maxKanji: 0.5 }, output: { drop: 'kanji' } },
    { input: 'No Japanese here.', output: { drop: 'none' } },
  ],
  create({ minHiragana, maxKatakana, maxKanji }) {
    const code = new CodeUnits();
    const counts = new Uint32Array(KINDS);
    return {
      apply({ text }) {
        counts.fill(0);
        countKinds(code.of(text), 0, text.length, counts);
        const all = japaneseLetters(counts);
        if (all === 0) return { drop: 'none' };
        if ((counts[kind.katakana] ?? 0) > maxKatakana * all) return { drop: 'katakana' };
        if ((counts[kind.hiragana] ?? 0) < minHiragana * all) return { drop: 'hiragana' };
        if ((counts[kind.kanji] ?? 0) > maxKanji * all) return { drop: 'kanji' };
        return { keep: text };
      },
    };
  },
});
