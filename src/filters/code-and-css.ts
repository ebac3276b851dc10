// The `code-and-css` filter: takes out the scripts and styles that text extraction left in a page.
import { z } from 'zod';
import { define } from '../pipeline/define.ts';
import { lineKind } from './lib/code-lines.ts';
import { CodeUnits } from './lib/code-units.ts';
import { applyEdits, type Edit, removeLine } from './lib/edits.ts';

const options = z.strictObject({
  remove: z
    .enum(['leftovers', 'all'])
    .default('leftovers')
    .describe(
      "`leftovers`: blocks of code lines in which a page's own script or style shows; `all`: any line of code, listings too",
    ),
  maxShare: z
    .number()
    .min(0)
    .max(1)
    .default(1)
    .describe('share of the characters that may be code to be removed; above it the document is dropped, 0 to 1'),
});

export const codeAndCss = define({
  kind: 'filter',
  name: 'code-and-css',
  summary: 'Removes scripts, styles and tags that text extraction left in a page; listings that are content stay.',
  reference: 'https://arxiv.org/abs/1910.10683',
  options,
  reasons: { code: 'more of its characters are code than `maxShare`' },
  examples: [
    {
      input: '春が来た。\n.entry a:hover { color: #333; text-decoration: none; }\n花が咲いた。',
      output: { keep: '春が来た。\n花が咲いた。' },
    },
    {
      input: '<!--\ngoogle_ad_client = "pub-123";\ngoogle_ad_slot = "456";\n//-->\n花が咲いた。',
      output: { keep: '花が咲いた。' },
      note: 'The lines around one that is surely a script go with it.',
    },
    {
      input: 'C言語では次のように書く。\nint main(void) {\n  printf("hello");\n  return 0;\n}\n実行すると表示される。',
      output: {
        keep: 'C言語では次のように書く。\nint main(void) {\n  printf("hello");\n  return 0;\n}\n実行すると表示される。',
      },
      note: 'A listing is content.',
    },
    { input: '例。\nint main(void) {\n  return 0;\n}', options: { remove: 'all' }, output: { keep: '例。' } },
    { input: '価格: 1,200円（税込）;\n定休日: 月曜', output: { keep: '価格: 1,200円（税込）;\n定休日: 月曜' } },
    { input: 'var _gaq = _gaq || [];\nはい。', options: { maxShare: 0.5 }, output: { drop: 'code' } },
  ],
  create({ remove, maxShare }) {
    const code = new CodeUnits();
    return {
      apply({ text }) {
        const edits = codeEdits(text, code.of(text), remove);
        const units = edits.reduce((sum, { start, end }) => sum + end - start, 0);
        if (units > maxShare * text.length) return { drop: 'code' };
        return { keep: applyEdits(text, edits) };
      },
    };
  },
});

const NEWLINE = 0x0a;

function codeEdits(text: string, units: Uint16Array, remove: 'leftovers' | 'all'): Edit[] {
  const edits: Edit[] = [];
  let block: Edit[] = [];
  let isCertain = false;
  const close = (): void => {
    if (isCertain || remove === 'all') for (const edit of block) edits.push(edit);
    block = [];
    isCertain = false;
  };
  for (let start = 0; start < text.length; ) {
    let end = start;
    while (units[end] !== NEWLINE) end++;
    let [first, last] = [start, end];
    while (first < last && (units[first] ?? 0) <= 0x20) first++;
    while (last > first && (units[last - 1] ?? 0) <= 0x20) last--;
    if (last > first) {
      const found = lineKind(text, units, first, last);
      if (found === 'text') close();
      else {
        block.push(removeLine(text, start, end));
        if (found === 'leftover') isCertain = true;
      }
    }
    start = end + 1;
  }
  close();
  return edits;
}
