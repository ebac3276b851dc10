// The `decode-entities` filter: turns what HTML wrote as `&amp;` back into characters.
import { decodeHTMLStrict } from 'entities';
import { z } from 'zod';
import { define } from '../pipeline/define.ts';

const options = z.strictObject({
  rounds: z
    .int()
    .min(1)
    .max(5)
    .default(2)
    .describe('how often a text is decoded: 2 for pages whose entities were encoded twice (`&amp;lt;`)'),
});

export const decodeEntities = define({
  kind: 'filter',
  name: 'decode-entities',
  summary: 'Decodes HTML character references, also those encoded twice.',
  reference: 'https://html.spec.whatwg.org/multipage/named-characters.html',
  options,
  reasons: {},
  examples: [
    { input: '鍋&amp;釜、3 &lt; 5、&#12354;&#x3044;', output: { keep: '鍋&釜、3 < 5、あい' } },
    { input: '&amp;quot;春&amp;quot;', output: { keep: '"春"' }, note: 'Encoded twice.' },
    { input: '&amp;quot;春&amp;quot;', options: { rounds: 1 }, output: { keep: '&quot;春&quot;' } },
    {
      input: 'a&copy=1&lt=2、Q&A',
      output: { keep: 'a&copy=1&lt=2、Q&A' },
      note: 'Without a semicolon it may be an address.',
    },
    { input: 'it&#146;s', output: { keep: 'it’s' }, note: 'Windows-1252 numbers mean what their authors meant.' },
    { input: '&nosuch; &#0; &#xd800;', output: { keep: '&nosuch; \ufffd \ufffd' } },
  ],
  create: ({ rounds }) => ({
    apply({ text }) {
      let decoded = text;
      for (let round = 0; round < rounds && decoded.includes('&'); round++) {
        const next = decodeHTMLStrict(decoded);
        if (next === decoded) break;
        decoded = next;
      }
      return { keep: decoded };
    },
  }),
});
