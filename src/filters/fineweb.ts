// The `fineweb` filter: the rules that FineWeb adds to those of Gopher and C4, with Japanese end marks and widths.
import { z } from 'zod';
import { define } from '../pipeline/define.ts';
import { CodeUnits } from './lib/code-units.ts';
import { repeatedLines } from './lib/repeated-lines.ts';
import { columnsIn, endsSentence, linesOf, wordsIn } from './lib/sentences.ts';

const share = z.number().min(0).max(1);

const options = z.strictObject({
  minEnded: share.default(0.12).describe('share of the lines that must end as sentences do (. ! ? 。！？」), 0 to 1'),
  maxRepeated: share.default(0.1).describe('share of the characters that may stand in repeated lines, 0 to 1'),
  maxShort: share.default(0.67).describe('share of the lines that may be short, 0 to 1'),
  shortLine: z.int().min(1).default(30).describe('columns below which a line is short; a kana or kanji takes two'),
  maxNewlines: z
    .number()
    .min(0)
    .default(0.3)
    .describe('line breaks per word, at most; two kana or kanji count as a word'),
});

export const fineweb = define({
  kind: 'filter',
  name: 'fineweb',
  summary: "Drops documents by FineWeb's own rules: line ends, repeated lines, short lines, lists.",
  reference: 'https://arxiv.org/abs/2406.17557',
  options,
  reasons: {
    ends: 'fewer lines end as sentences do than `minEnded`',
    repeated: 'more of the text stands in repeated lines than `maxRepeated`',
    short: 'more lines are short than `maxShort`',
    list: 'more line breaks per word than `maxNewlines`',
  },
  examples: [
    {
      input: '春が来たので、朝早くから山へ山菜を採りに行った。',
      output: { keep: '春が来たので、朝早くから山へ山菜を採りに行った。' },
    },
    { input: '新着情報\n商品一覧\nお問い合わせ', output: { drop: 'ends' } },
    { input: '春が来た。\n花が咲いた。\n鳥が鳴いた。', output: { drop: 'short' } },
    {
      input: '春が来た。\n花が咲いた。\n鳥が鳴いた。',
      options: { shortLine: 4, maxNewlines: 1 },
      output: { keep: '春が来た。\n花が咲いた。\n鳥が鳴いた。' },
    },
    { input: '鍋は重い。\n鍋は重い。\n釜は黒い。', output: { drop: 'repeated' } },
    { input: '「はい」\n「え」\n「そう」\n「へえ」', options: { maxShort: 1 }, output: { drop: 'list' } },
  ],
  create({ minEnded, maxRepeated, maxShort, shortLine, maxNewlines }) {
    const code = new CodeUnits();
    return {
      apply({ text }) {
        const units = code.of(text);
        let [lines, ended, short, words] = [0, 0, 0, 0];
        for (const line of linesOf(units, text.length)) {
          lines++;
          if (endsSentence(units, line)) ended++;
          if (line.end - line.start < shortLine && columnsIn(units, line.start, line.end) < shortLine) short++;
          words += wordsIn(units, line.start, line.end);
        }
        if (ended < minEnded * lines || lines === 0) return { drop: 'ends' };
        if (lines > 1 && repeatedLines(text).unitShare > maxRepeated) return { drop: 'repeated' };
        if (short > maxShort * lines) return { drop: 'short' };
        return lines - 1 > maxNewlines * words ? { drop: 'list' } : { keep: text };
      },
    };
  },
});
