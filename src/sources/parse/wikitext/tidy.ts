// Mends a line where markup was removed: doubled spaces and commas, commas beside a parenthesis, empty parentheses.
import { type Line, move } from './line.ts';
import { EMPTY, GONE } from './marks.ts';
import { unit } from './units.ts';

/** What a character is to a removal beside it. */
const trait = {
  OPENING: 1,
  CLOSING: 2,
  STOP: 4,
  COMMA: 8,
  LOOSE: 16,
  BEFORE_LABEL: 32,
  IN_LABEL: 64,
  AFTER_LABEL: 128,
};
const traits = new Uint8Array(1 << 16).fill(trait.IN_LABEL);
function give(of: number, chars: string): void {
  for (let at = 0; at < chars.length; at++) {
    const code = chars.charCodeAt(at);
    traits[code] = (traits[code] ?? 0) ^ of;
  }
}
give(trait.OPENING, '（(「『〈《【〔［[');
give(trait.CLOSING, '）)」』〉》】〕］]');
give(trait.STOP, '。．.!?！？');
give(trait.COMMA, '、，,;；');
// White space, a separator or a removal.
give(trait.LOOSE, '、，,;； \t\n\v\f\r\u00a0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff\ufdd0');
give(trait.LOOSE, '\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a');
give(trait.BEFORE_LABEL, '（(、,;；');
give(trait.AFTER_LABEL, '）)、,;；');
// A label holds none of these.
give(trait.IN_LABEL, '（）()、,;；:：。\ufdd0');

const NO_BREAK_SPACE = 0xa0;
const FULL_WIDTH_COLON = 0xff1a;
const TILDE = 0x7e;
/** Parentheses in parentheses that are emptied one after the other. */
const DEEPEST = 3;
/** UTF-16 units. */
const LONGEST_LABEL = 12;
/** Before the first character of a line and behind the last. */
const NONE = -1;

const is = (code: number, of: number): boolean => code !== NONE && ((traits[code] ?? 0) & of) !== 0;
const codeAt = ({ codes, from, to }: Line, at: number): number => (at < from || at >= to ? NONE : (codes[at] ?? NONE));

/** Changes nothing but the spaces and separators beside a GONE: what the author wrote stays as it is. Linear. */
export function tidy(line: Line): void {
  // Parentheses around emptied parentheses are empty too; deeper than this is no prose.
  for (let depth = 0; mend(line); depth++) removeEmptied(line, depth < DEEPEST ? 'with brackets' : 'alone');
}

/** Puts what is due in the place of every run of spaces, separators and removals that holds a removal; whether an EMPTY. */
function mend(line: Line): boolean {
  const { codes, from, to } = line;
  let isEmptied = false;
  let written = from;
  for (let at = from; ; ) {
    const kept = at;
    while (at < to && codes[at] !== GONE) at++;
    written = move(codes, written, kept, at);
    if (at++ === to) break;
    let start = written;
    while (start > from && is(codes[start - 1] ?? 0, trait.LOOSE)) start--;
    const beginsGone = start === written;
    for (let next = codeAt(line, at); is(next, trait.LOOSE); next = codeAt(line, ++at))
      if (next !== GONE) codes[written++] = next;
    const before = start > from ? (codes[start - 1] ?? 0) : NONE;
    const after = codeAt(line, at);
    if (is(before, trait.OPENING) && is(after, trait.CLOSING)) {
      isEmptied = true;
      codes[start] = EMPTY;
      written = start + 1;
    } else if (before === NONE || is(before, trait.OPENING) || is(after, trait.CLOSING)) written = start;
    else if (start < written) written = joined(codes, start, written, after, beginsGone ? 'after' : 'around');
  }
  line.to = written;
  return isEmptied;
}

/**
 * What is left of the spaces and separators from `from` to `to`, which stood after a removal or around it, between a
 * word and the character `after`. Returns where it ends.
 */
function joined(codes: Uint16Array, from: number, to: number, after: number, stood: 'after' | 'around'): number {
  let comma = from;
  while (comma < to && !is(codes[comma] ?? 0, trait.COMMA)) comma++;
  if (comma === to) return after === NONE || is(after, trait.STOP) ? from : from + 1;
  // "甲、。": what was to follow the comma is gone.
  if (is(after, trait.STOP) && stood === 'around') return from;
  const mark = codes[comma] ?? 0;
  const isSpaced = mark <= TILDE && codes[to - 1] === unit.SPACE;
  codes[from] = mark;
  if (!isSpaced) return from + 1;
  codes[from + 1] = unit.SPACE;
  return from + 2;
}

/** Takes every EMPTY out, and the brackets that stand around it, which leave a GONE. */
function removeEmptied(line: Line, how: 'with brackets' | 'alone'): void {
  const { codes, from, to } = line;
  let written = from;
  for (let at = from; at < to; at++) {
    if (codes[at] !== EMPTY) codes[written++] = codes[at] ?? 0;
    else if (how === 'with brackets') {
      codes[written - 1] = GONE;
      at++;
    }
  }
  line.to = written;
}

/** Of "（英語: " with nothing after it, "英語: " goes: the removed word was what it announced. Linear; before `tidy`. */
export function removeLabels(line: Line): void {
  const { codes, from, to } = line;
  let written = from;
  for (let at = from; at < to; at++) {
    const code = codes[at] ?? 0;
    codes[written++] = code;
    if (code !== unit.COLON && code !== FULL_WIDTH_COLON) continue;
    const gone = at + (isSpace(codeAt(line, at + 1)) ? 2 : 1);
    if (codeAt(line, gone) !== GONE) continue;
    let end = gone + 1;
    while (codeAt(line, end) === GONE || codeAt(line, end) === unit.SPACE) end++;
    const start = is(codeAt(line, end), trait.AFTER_LABEL) ? labelStart(codes, from, written - 1) : NONE;
    if (start === NONE) continue;
    codes[start] = GONE;
    written = start + 1;
    at = end - 1;
  }
  line.to = written;
}

const isSpace = (code: number): boolean => code === unit.SPACE || code === NO_BREAK_SPACE;

/** Where the label begins whose colon stands at `colon`, after a parenthesis or separator and a space; else NONE. */
function labelStart(codes: Uint16Array, from: number, colon: number): number {
  let start = colon;
  while (start > from && colon - start <= LONGEST_LABEL && is(codes[start - 1] ?? 0, trait.IN_LABEL)) start--;
  if (start === from || start === colon || !is(codes[start - 1] ?? 0, trait.BEFORE_LABEL)) return NONE;
  if (codes[start] === unit.SPACE && colon - start > 1) return start + 1;
  return colon - start > LONGEST_LABEL ? NONE : start;
}
