// The `fix-encoding` filter: repairs text that was decoded in the wrong encoding, or drops it.
import { z } from 'zod';
import { define } from '../pipeline/define.ts';
import { CodeUnits } from './lib/code-units.ts';
import { applyEdits, type Edit } from './lib/edits.ts';
import { misreadSigns, rereadLine } from './lib/mojibake.ts';

const share = z.number().min(0).max(1);

const options = z.strictObject({
  maxLost: share
    .default(0.1)
    .describe(
      'share of the characters of a line that its repair may lose; beyond it the line counts as broken, 0 to 1',
    ),
  maxBroken: share
    .default(0.1)
    .describe('share of the characters that may stand in broken lines; above it the document is dropped, 0 to 1'),
  maxReplacement: share
    .default(0.01)
    .describe('share of the characters that may be U+FFFD, which a decoder puts for what it cannot read, 0 to 1'),
});

export const fixEncoding = define({
  kind: 'filter',
  name: 'fix-encoding',
  summary: 'Repairs mojibake (UTF-8, Shift_JIS and EUC-JP read as one another or as Latin-1), or drops it.',
  reference: 'https://ftfy.readthedocs.io/',
  options,
  reasons: {
    mojibake: 'more of its characters stand in broken lines than `maxBroken`',
    replacement: 'more of its characters are U+FFFD than `maxReplacement`',
  },
  examples: [
    {
      input: 'æ\u0097¥æ\u009c¬èª\u009eã\u0081®ã\u0083\u0086ã\u0082\u00adã\u0082¹ã\u0083\u0088',
      output: { keep: '日本語のテキスト' },
      note: 'UTF-8 read as Latin-1.',
    },
    { input: 'cafÃ© au lait, donâ€™t', output: { keep: 'café au lait, don’t' }, note: 'UTF-8 read as Windows-1252.' },
    { input: '“ú–{Œê‚ÌƒeƒLƒXƒg', output: { keep: '日本語のテキスト' }, note: 'Shift_JIS read as Windows-1252.' },
    { input: 'ÆüËÜ¸ì¤Î¥Æ¥­¥¹¥È', output: { keep: '日本語のテキスト' }, note: 'EUC-JP read as Latin-1.' },
    {
      input: 'ﾆ･ﾋﾜｸ､ﾎ･ﾆ･ｭ･ｹ･ﾈ､ﾇ､ｹ',
      options: { maxLost: 0.2 },
      output: { drop: 'mojibake' },
      note: 'EUC-JP read as Shift_JIS, with a byte lost: all after it is another text.',
    },
    {
      input: '譏･縺梧擂縺溷ｱｱ縺ｸ譌･譛ｬ隱槭〒',
      output: { keep: '春が来た山へ日本語で' },
      note: 'UTF-8 read as Shift_JIS.',
    },
    { input: '春が来た。ｶﾀｶﾅも読める。', output: { keep: '春が来た。ｶﾀｶﾅも読める。' } },
    { input: 'Ça va? Où es-tu, «été»?', output: { keep: 'Ça va? Où es-tu, «été»?' } },
    { input: '春\ufffd\ufffd来た。', output: { drop: 'replacement' } },
  ],
  create({ maxLost, maxBroken, maxReplacement }) {
    const code = new CodeUnits();
    return {
      apply({ text }) {
        const units = code.of(text);
        if (misreadSigns(units, 0, text.length) === 0)
          return replacements(text) > maxReplacement * text.length ? { drop: 'replacement' } : { keep: text };
        const edits: Edit[] = [];
        let broken = 0;
        for (let start = 0; start < text.length; ) {
          let [end, signs] = damagedLine(units, start);
          // Short damaged lines are read together: a line end is one in all these encodings, and reading has a price.
          while (signs > 0 && end - start < TOGETHER && end < text.length) {
            const [next, more] = damagedLine(units, end + 1);
            if (more === 0) break;
            [end, signs] = [next, signs + more];
          }
          if (signs > 0) {
            const reading = rereadLine(text.slice(start, end));
            if (reading !== undefined && reading.lost <= maxLost * reading.text.length)
              edits.push({ start, end, put: reading.text });
            else if (reading !== undefined || signs > BROKEN * (end - start)) broken += end - start;
          }
          start = end + 1;
        }
        if (broken > maxBroken * text.length) return { drop: 'mojibake' };
        const repaired = applyEdits(text, edits);
        return replacements(repaired) > maxReplacement * repaired.length ? { drop: 'replacement' } : { keep: repaired };
      },
    };
  },
});

const NEWLINE = 0x0a;
/** UTF-16 units up to which damaged lines that follow one another are read as one. */
const TOGETHER = 64;

/** Where the line from `start` ends, and the signs of misreading in it. */
function damagedLine(units: Uint16Array, start: number): [end: number, signs: number] {
  let end = start;
  while (units[end] !== NEWLINE) end++;
  return [end, misreadSigns(units, start, end)];
}
/** Signs per character from which a line that cannot be read anew is broken; accents and middle dots of a sentence stay below. */
const BROKEN = 0.3;

function replacements(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\ufffd'); at >= 0; at = text.indexOf('\ufffd', at + 1)) count++;
  return count;
}
