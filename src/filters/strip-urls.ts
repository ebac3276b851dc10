// The `strip-urls` filter: takes web and mail addresses out of the text, and the traces they leave.
import { z } from 'zod';
import { define } from '../pipeline/define.ts';
import { applyEdits } from './lib/edits.ts';
import { findUrls } from './lib/find-urls.ts';
import { editsWithout } from './lib/url-traces.ts';

const options = z.strictObject({
  emails: z.boolean().default(true).describe('also takes mail addresses out'),
});

export const stripUrls = define({
  kind: 'filter',
  name: 'strip-urls',
  summary:
    'Removes URLs and mail addresses, with the brackets, labels, sentences and lines that said nothing without them.',
  reference: 'https://www.rfc-editor.org/rfc/rfc3986',
  options,
  reasons: {},
  examples: [
    {
      input: '鍋は重い。詳しくはhttp://example.co.jp/a?b=cをご覧ください。よく煮える。',
      output: { keep: '鍋は重い。よく煮える。' },
      note: 'Japanese letters end a URL, and a sentence that leaned on it goes with it.',
    },
    {
      input: '公式サイトhttp://example.co.jp/をご覧ください。',
      output: { keep: '公式サイトをご覧ください。' },
      note: 'A noun before the address takes its place.',
    },
    { input: '写真館（https://example.com/p/(1).html）を開いた。', output: { keep: '写真館を開いた。' } },
    { input: '地図（URL：http://example.jp/map）もある。', output: { keep: '地図もある。' } },
    { input: '春の山菜。\nURL: http://example.jp/a\n\n次の話。', output: { keep: '春の山菜。\n\n次の話。' } },
    { input: '行事は www.example.or.jp/event/ に載せた。', output: { keep: '' } },
    { input: '「http://日本語.jp/」と入力した。', output: { keep: '' } },
    { input: '先着十名です。問い合わせはinfo@example.co.jpまで。', output: { keep: '先着十名です。' } },
    {
      input: '問い合わせはinfo@example.co.jpまで。',
      options: { emails: false },
      output: { keep: '問い合わせはinfo@example.co.jpまで。' },
    },
    {
      input: '円周率は3.14、node.jsはv1.2.3、朝の10:30、A.D.79、Amazon.comの本。',
      output: { keep: '円周率は3.14、node.jsはv1.2.3、朝の10:30、A.D.79、Amazon.comの本。' },
    },
  ],
  create: ({ emails }) => ({
    apply({ text }) {
      const spans = findUrls(text, emails ? 'mail-too' : 'web-only');
      return { keep: spans.length === 0 ? text : applyEdits(text, editsWithout(text, spans)) };
    },
  }),
});
