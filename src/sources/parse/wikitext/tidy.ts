// Mends a line where markup was removed: doubled spaces and commas, commas beside a parenthesis, empty parentheses.
import { EMPTY, GONE } from './marks.ts';

const openings = '（(「『〈《【〔［[';
const closings = '）)」』〉》】〕］]';
const stops = '。．.!?！？';
const emptied = /[（(「『〈《【〔［[]\ufdd1[）)」』〉》】〕］\]]/g;
/** "英語: " with nothing after it. Bounded, so linear. */
const label = /([（(、,;；] ?)[^（）()、,;；:：。\ufdd0]{1,12}[:：][ \u00a0]?\ufdd0[\ufdd0 ]*(?=[）)、,;；])/g;
const labelled = /[:：][ \u00a0]?\ufdd0/;

/** Changes nothing but the spaces and separators beside a GONE: what the author wrote stays as it is. Linear. */
export function tidy(line: string): string {
  let text = mend(labelled.test(line) ? line.replace(label, `$1${GONE}`) : line);
  // Parentheses around emptied parentheses are empty too; deeper than this is no prose.
  for (let depth = 0; depth < 3 && text.includes(EMPTY); depth++) {
    text = mend(text.replace(emptied, GONE).replaceAll(EMPTY, ''));
  }
  return text.includes(EMPTY) ? text.replaceAll(EMPTY, '') : text;
}

/** Puts what is due in the place of every run of spaces, separators and removals that holds a removal. */
function mend(line: string): string {
  let out = '';
  let kept = 0;
  for (let gone = line.indexOf(GONE); gone >= 0; gone = line.indexOf(GONE, kept)) {
    let start = gone;
    while (start > kept && isLoose(line.charCodeAt(start - 1))) start--;
    let end = gone + 1;
    while (end < line.length && isLoose(line.charCodeAt(end))) end++;
    // A single removal between two words, which most are, leaves nothing.
    out += line.slice(kept, start) + (end - start === 1 && isWordly(line, start) ? '' : between(line, start, end));
    kept = end;
  }
  return kept === 0 ? line : out + line.slice(kept);
}

/** Neither bracket stands beside the removal at `at`. */
const isWordly = (line: string, at: number): boolean => !openings.includes(line[at - 1] ?? '（');

function between(line: string, start: number, end: number): string {
  const before = line[start - 1];
  const after = line[end];
  const opens = before !== undefined && openings.includes(before);
  const closes = after !== undefined && closings.includes(after);
  if (opens && closes) return EMPTY;
  if (opens || closes || before === undefined) return '';
  const run = line.slice(start, end);
  const left = run.replaceAll(GONE, '');
  const mark = /[、，,;；]/.exec(left)?.[0];
  const isEnd = after !== undefined && stops.includes(after);
  if (mark === undefined) return left === '' || after === undefined || isEnd ? '' : left.slice(0, 1);
  // "甲、。": what was to follow the comma is gone.
  if (isEnd && !run.startsWith(GONE)) return '';
  return mark <= '~' && left.endsWith(' ') ? `${mark} ` : mark;
}

/** White space, a separator or a removal. */
const isLoose = (code: number): boolean =>
  code === 0x20 ||
  code === 0xfdd0 ||
  code === 0x3001 ||
  code === 0x2c ||
  code === 0x3b ||
  code === 0xff0c ||
  code === 0xff1b ||
  (code >= 0x09 && code <= 0x0d) ||
  code === 0xa0 ||
  code === 0x3000 ||
  (code >= 0x2000 && code <= 0x200a) ||
  code === 0x202f ||
  code === 0x205f ||
  code === 0x1680 ||
  code === 0x2028 ||
  code === 0x2029 ||
  code === 0xfeff;
