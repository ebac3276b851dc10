// The `mask-personal` filter: masks mail and IP addresses, phone and card numbers and house numbers, or drops their documents.
import { z } from 'zod';
import { define } from '../pipeline/define.ts';
import { CodeUnits } from './lib/code-units.ts';
import { applyEdits } from './lib/edits.ts';
import { findPersonal } from './lib/personal.ts';

const kindNames = ['mail', 'phone', 'card', 'address', 'ip'] as const;

const options = z.strictObject({
  kinds: z
    .array(z.enum(kindNames))
    .default([...kindNames])
    .describe(
      'what to look for: mail addresses, phone numbers, card numbers (by Luhn), house numbers of addresses, IP addresses',
    ),
  action: z.enum(['mask', 'drop']).default('mask').describe('`mask` what is found, or `drop` the document'),
  mask: z.string().default('<{kind}>').describe('what is put in its place; {kind} is mail, phone, card, address or ip'),
  min: z.int().min(1).default(1).describe('findings from which a document is dropped, with `action: drop`'),
});

export const maskPersonal = define({
  kind: 'filter',
  name: 'mask-personal',
  summary: 'Masks mail and IP addresses, phone and card numbers and house numbers; or drops documents with them.',
  reference: 'https://arxiv.org/abs/2303.03915',
  options,
  reasons: { personal: 'at least `min` personal data were found' },
  examples: [
    { input: '連絡は taro.yamada@example.co.jp へ。', output: { keep: '連絡は <mail> へ。' } },
    { input: '電話：03-1234-5678（平日10:00-17:00）', output: { keep: '電話：<phone>（平日10:00-17:00）' } },
    {
      input: '携帯は090-1234-5678か(075)123-4567、海外からは+81 75 123 4567。',
      output: { keep: '携帯は<phone>か<phone>、海外からは<phone>。' },
    },
    {
      input: 'カード番号 4111 1111 1111 1111、商品番号 4111 1111 1111 1112',
      output: { keep: 'カード番号 <card>、商品番号 4111 1111 1111 1112' },
      note: 'Only what passes the check digit.',
    },
    {
      input: '東京都千代田区丸の内1-9-1に本社がある。',
      output: { keep: '東京都千代田区丸の内<address>に本社がある。' },
    },
    { input: '京都市左京区吉田本町36番地1', output: { keep: '京都市左京区吉田本町<address>' } },
    { input: '203.0.113.25から2001:db8::8a2e:370:7334へ', output: { keep: '<ip>から<ip>へ' } },
    {
      input: '2019-04-01、前半は3-2、第1章1.2.3.4、10:30:45、ISBN 978-4-00-000000-0、価格は120,000円。',
      output: { keep: '2019-04-01、前半は3-2、第1章1.2.3.4、10:30:45、ISBN 978-4-00-000000-0、価格は120,000円。' },
    },
    { input: '連絡はinfo@example.jpへ。', options: { action: 'drop' }, output: { drop: 'personal' } },
    {
      input: '連絡はinfo@example.jpへ。',
      options: { kinds: ['phone'] },
      output: { keep: '連絡はinfo@example.jpへ。' },
    },
  ],
  create({ kinds, action, mask, min }) {
    const wanted = new Set(kinds);
    const code = new CodeUnits();
    return {
      apply({ text }) {
        const found = findPersonal(text, code.of(text), wanted);
        if (action === 'drop') return found.length >= min ? { drop: 'personal' } : { keep: text };
        const edits = found.map(({ kind, start, end }) => ({ start, end, put: mask.replaceAll('{kind}', kind) }));
        return { keep: applyEdits(text, edits) };
      },
    };
  },
});
