// The cut that takes an address out of its line, widened over the brackets, list members and spaces around it.
import type { Edit } from './edits.ts';
import type { Span } from './find-urls.ts';
import { isJapanese } from './script.ts';
import { isTrace, LONGEST_LABEL } from './url-labels.ts';

export const closing: Readonly<Record<string, string>> = {
  '(': ')',
  '（': '）',
  '<': '>',
  '＜': '＞',
  '[': ']',
  '［': '］',
  '【': '】',
  '〔': '〕',
  '「': '」',
  '『': '』',
  '〈': '〉',
  '《': '》',
  '{': '}',
  '"': '"',
  '“': '”',
};

/** By code unit, because it is asked around every address: what closes a bracket, and whether a unit closes one. */
const closers = new Uint16Array(0x10000);
const closingCodes = new Uint8Array(0x10000);
for (const [open, close] of Object.entries(closing)) {
  closers[open.charCodeAt(0)] = close.charCodeAt(0);
  closingCodes[close.charCodeAt(0)] = 1;
}
/** What closes the bracket `code`; 0 when it opens none. */
export const closerOf = (code: number): number => closers[code] ?? 0;
export const closes = (code: number): boolean => closingCodes[code] === 1;

/** Widens a gap over the brackets, labels and spaces around it, within `room`. */
export function cut(text: string, gap: Span, room: Span, line: Span): Edit {
  let { start, end } = gap;
  for (;;) {
    const [left, right] = [withoutSpacesBefore(text, start, room.start), withoutSpacesAfter(text, end, room.end)];
    const opening =
      right < room.end && closes(text.charCodeAt(right))
        ? openingBefore(text, left, room.start, text.charCodeAt(right))
        : -1;
    if (opening < 0) {
      const spaced = left < start || right > end;
      const put = spaced && needsSpace(text, left, right, line) ? ' ' : '';
      const whole = withoutMember(text, left, right, room);
      return { start: whole.start, end: whole.end, put };
    }
    [start, end] = [opening, right + 1];
  }
}

const isComma = (character: string | undefined): boolean =>
  character === '、' || character === ',' || character === '，';

/** Of a list in brackets (`（電話、メール：…）`) the comma goes with the member, and the label before it. */
function withoutMember(text: string, start: number, end: number, room: Span): Span {
  if (end < room.end && closes(text.charCodeAt(end))) {
    for (let back = start - 1; back >= Math.max(room.start, start - LONGEST_LABEL); back--) {
      if (isComma(text[back])) return isTrace(text.slice(back + 1, start)) ? { start: back, end } : { start, end };
    }
  } else if (end < room.end && isComma(text[end]) && start > room.start && closerOf(text.charCodeAt(start - 1)) !== 0) {
    return { start, end: end + 1 };
  }
  return { start, end };
}

export function withoutSpacesBefore(text: string, at: number, limit: number): number {
  let to = at;
  while (to > limit && isSpace(text.charCodeAt(to - 1))) to--;
  return to;
}

export function withoutSpacesAfter(text: string, at: number, limit: number): number {
  let to = at;
  while (to < limit && isSpace(text.charCodeAt(to))) to++;
  return to;
}

const isSpace = (code: number): boolean => code === 0x20 || code === 0x3000 || code === 0x09;

/** Where the bracket opens that `close` closes, when nothing but a label stands between it and `at`; or -1. */
function openingBefore(text: string, at: number, limit: number, close: number): number {
  for (let back = at - 1; back >= Math.max(limit, at - LONGEST_LABEL); back--) {
    const pair = closerOf(text.charCodeAt(back));
    if (pair === 0) continue;
    return pair === close && isTrace(text.slice(back + 1, at)) ? back : -1;
  }
  return -1;
}

export function needsSpace(text: string, left: number, right: number, line: Span): boolean {
  if (left <= line.start || right >= line.end) return false;
  if ('([{<'.includes(text[left - 1] ?? '') || ',.;:!?)]}>'.includes(text[right] ?? '')) return false;
  return !(isJapanese(text.charCodeAt(left - 1)) && isJapanese(text.charCodeAt(right)));
}
