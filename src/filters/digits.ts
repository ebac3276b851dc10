// The `digits` filter: drops documents, or removes lines, that are tables of numbers rather than text.
import { z } from 'zod';
import { define } from '../pipeline/define.ts';
import { kind } from './lib/classes.ts';
import { shareOfKinds } from './lib/share-of-kinds.ts';

const options = z.strictObject({
  max: z.number().min(0).max(1).default(0.3).describe('share of the visible characters that may be digits, 0 to 1'),
  unit: z
    .enum(['document', 'line'])
    .default('document')
    .describe('what is judged: the `document`, which is dropped, or each `line`, which is removed'),
  minLine: z.int().min(1).default(8).describe('visible characters from which a line is judged; shorter ones stay'),
});

export const digits = define({
  kind: 'filter',
  name: 'digits',
  summary: 'Drops documents (or removes lines) where more than a share of the characters are digits.',
  reference: 'https://arxiv.org/abs/2303.03915',
  options,
  reasons: { many: 'a larger share of digits than `max`' },
  examples: [
    { input: '03-1234-5678 06-1234-5678', output: { drop: 'many' } },
    { input: '2019年4月1日に店を開いた。', options: { max: 0.5 }, output: { keep: '2019年4月1日に店を開いた。' } },
    { input: '令和元年、店を開いた。', output: { keep: '令和元年、店を開いた。' } },
    { input: '売上の表\n2018 120 340 560\n以上。', options: { unit: 'line' }, output: { keep: '売上の表\n以上。' } },
    { input: '得点は\n3対2\nだった。', options: { unit: 'line' }, output: { keep: '得点は\n3対2\nだった。' } },
  ],
  create: ({ max, unit, minLine }) => shareOfKinds({ kinds: [kind.digit], max, unit, minLine, reason: 'many' }),
});
