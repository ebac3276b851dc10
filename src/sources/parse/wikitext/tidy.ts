// Mends a line where markup was removed: doubled spaces and commas, commas beside a parenthesis, empty parentheses.
import { EMPTY, GONE } from './marks.ts';

/** Spaces, separators and removals side by side. One class, one repetition: linear. */
const runs = /[\ufdd0\s、，,;；]+/g;
const emptied = /[（(「『〈《【〔［[]\ufdd1[）)」』〉》】〕］\]]/g;
/** "英語: " with nothing after it. Bounded, so linear. */
const label = /([（(、,;；] ?)[^（）()、,;；:：。\ufdd0]{1,12}[:：][ \u00a0]?\ufdd0[\ufdd0 ]*(?=[）)、,;；])/g;
const separator = /[、，,;；]/;

/** Changes nothing but the runs that hold a GONE: what the author wrote stays as it is. */
export function tidy(line: string): string {
  let text = mend(line.replace(label, `$1${GONE}`));
  // Parentheses around emptied parentheses are empty too; deeper than this is no prose.
  for (let depth = 0; depth < 3 && text.includes(EMPTY); depth++) {
    text = mend(text.replace(emptied, GONE).replaceAll(EMPTY, ''));
  }
  return text.replaceAll(EMPTY, '');
}

function mend(line: string): string {
  return line.replace(runs, (run, at: number) => {
    if (!run.includes(GONE)) return run;
    const before = line[at - 1];
    const after = line[at + run.length];
    const opens = before !== undefined && openings.includes(before);
    const closes = after !== undefined && closings.includes(after);
    if (opens && closes) return EMPTY;
    if (opens || closes || before === undefined) return '';
    const left = run.replaceAll(GONE, '');
    const mark = separator.exec(left)?.[0];
    if (mark === undefined) return left === '' || after === undefined || isStop(after) ? '' : left.slice(0, 1);
    // "甲、。": what was to follow the comma is gone.
    if (after !== undefined && isStop(after) && !run.startsWith(GONE)) return '';
    return mark <= '~' && left.endsWith(' ') ? `${mark} ` : mark;
  });
}

const openings = '（(「『〈《【〔［[';
const closings = '）)」』〉》】〕］]';
const isStop = (char: string): boolean => '。．.!?！？'.includes(char);
