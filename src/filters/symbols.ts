// The `symbols` filter: drops documents, or removes lines, that are made of symbols rather than of words.
import { z } from 'zod';
import { define } from '../pipeline/define.ts';
import { kind } from './lib/classes.ts';
import { shareOfKinds } from './lib/share-of-kinds.ts';

const options = z.strictObject({
  max: z.number().min(0).max(1).default(0.3).describe('share of the visible characters that may be symbols, 0 to 1'),
  unit: z
    .enum(['document', 'line'])
    .default('document')
    .describe('what is judged: the `document`, which is dropped, or each `line`, which is removed'),
  minLine: z.int().min(1).default(4).describe('visible characters from which a line is judged; shorter ones stay'),
});

export const symbols = define({
  kind: 'filter',
  name: 'symbols',
  summary: 'Drops documents (or removes lines) where more than a share of the characters are symbols and emoji.',
  reference: 'https://arxiv.org/abs/2303.03915',
  options,
  reasons: { many: 'a larger share of symbols than `max`' },
  examples: [
    { input: '★☆★☆★☆ 特価 ★☆★☆★☆', output: { drop: 'many' } },
    {
      input: '「春が来た。」と彼は言った……。',
      output: { keep: '「春が来た。」と彼は言った……。' },
      note: 'Marks of sentences are no symbols.',
    },
    { input: '5 + 3 = 8、x^2 + y^2 = r^2', options: { max: 0.5 }, output: { keep: '5 + 3 = 8、x^2 + y^2 = r^2' } },
    {
      input: '春が来た。\n+-+-+-+-+-+\n花が咲いた。',
      options: { unit: 'line' },
      output: { keep: '春が来た。\n花が咲いた。' },
    },
    {
      input: '春が来た。\n***\n花が咲いた。',
      options: { unit: 'line' },
      output: { keep: '春が来た。\n***\n花が咲いた。' },
    },
  ],
  create: ({ max, unit, minLine }) => shareOfKinds({ kinds: [kind.symbol], max, unit, minLine, reason: 'many' }),
});
