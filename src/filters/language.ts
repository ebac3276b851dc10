// The `language` filter: keeps documents, or lines, in the languages wanted.
import { z } from 'zod';
import { define } from '../pipeline/define.ts';
import { CodeUnits } from './lib/code-units.ts';
import { withoutLines } from './lib/edits.ts';
import { Identifier } from './lib/identify.ts';
import { columnsIn } from './lib/sentences.ts';

const options = z.strictObject({
  languages: z
    .array(z.string().regex(/^[a-z]{2,3}$/))
    .default([])
    .describe('languages to keep, as ISO 639-1 codes; without any, the language of the pipeline file'),
  unit: z
    .enum(['document', 'line'])
    .default('document')
    .describe('what is judged: the `document`, which is dropped, or each `line`, which is removed'),
  minShare: z
    .number()
    .min(0)
    .max(1)
    .default(0.4)
    .describe(
      "share of a document's letters that must be of the language's script, 0 to 1; a kana counts as three letters, a kanji as four",
    ),
  minLine: z
    .int()
    .min(1)
    .default(30)
    .describe(
      'columns from which a line is judged (a kana or kanji takes two); a shorter one stays: names are in any language',
    ),
});

export const language = define({
  kind: 'filter',
  name: 'language',
  summary: 'Drops documents (or removes lines) in other languages, by script and by an identifier library.',
  reference: 'https://github.com/nitotm/efficient-language-detector-js',
  options,
  reasons: {
    other: 'it is in another language',
    mixed: 'less than `minShare` of its letters are of its language',
    unknown: 'it has no letters, or nothing tells its language',
  },
  examples: [
    { input: '春が来た。花が咲いた。', output: { keep: '春が来た。花が咲いた。' } },
    { input: '当公司成立于一九九八年,主要从事机械设备的研发、生产和销售。', output: { drop: 'other' } },
    { input: '봄이 왔다. 꽃이 피었다.', output: { drop: 'other' } },
    { input: 'Spring has come, and the flowers are out.', output: { drop: 'other' } },
    {
      input: 'Spring has come, and the flowers are out.',
      options: { languages: ['en'] },
      output: { keep: 'Spring has come, and the flowers are out.' },
    },
    {
      input: 'Le printemps est arrivé et les fleurs sont écloses.',
      options: { languages: ['en'] },
      output: { drop: 'other' },
    },
    { input: '東京都庁第一本庁舎', output: { keep: '東京都庁第一本庁舎' }, note: 'Few kanji alone may be either.' },
    { input: '12:30 → 13:45', output: { drop: 'unknown' } },
    {
      input: '春が来た。\nSign up for our newsletter and never miss an update again.\n花が咲いた。',
      options: { unit: 'line' },
      output: { keep: '春が来た。\n花が咲いた。' },
    },
    {
      input: 'なつwinterㄱ겨울Осеньаутумн',
      options: { minShare: 0.9, languages: ['ru', 'ja'] },
      output: { drop: 'mixed' },
    },
  ],
  create({ languages, unit, minShare, minLine }, context) {
    const wanted = languages.length > 0 ? languages : [context.language.split('-')[0] ?? context.language];
    const accepted = new Set(wanted.some((one) => one === 'ja' || one === 'zh') ? [...wanted, 'cjk'] : wanted);
    const identifier = new Identifier(wanted, minShare);
    const code = new CodeUnits();
    if (unit === 'line')
      return {
        apply({ text }) {
          const units = code.of(text);
          const isForeign = (start: number, end: number): boolean => {
            if (columnsIn(units, start, end) < minLine) return false;
            const { language } = identifier.of(text, units, start, end);
            return language !== '' && !accepted.has(language);
          };
          return { keep: withoutLines(text, units, isForeign) };
        },
      };
    return {
      apply({ text }) {
        const found = identifier.of(text, code.of(text), 0, text.length);
        if (found.language === '') return { drop: 'unknown' };
        if (!accepted.has(found.language)) return { drop: 'other' };
        return found.share < minShare ? { drop: 'mixed' } : { keep: text };
      },
    };
  },
});
