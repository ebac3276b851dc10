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
export const closes = new Set(Object.values(closing));
export const opens = (character: string | undefined): boolean => character !== undefined && character in closing;

const closingCodes = new Uint8Array(0x10000);
for (const close of closes) closingCodes[close.charCodeAt(0)] = 1;
const mayClose = (code: number): boolean => closingCodes[code] === 1;

/** Widens a gap over the brackets, labels and spaces around it, within `room`. */
export function cut(text: string, gap: Span, room: Span, line: Span): Edit {
  let { start, end } = gap;
  for (;;) {
    const [left, right] = [withoutSpacesBefore(text, start, room.start), withoutSpacesAfter(text, end, room.end)];
    const opening =
      right < room.end && mayClose(text.charCodeAt(right)) ? openingBefore(text, left, room.start, text[right]) : -1;
    if (opening < 0) {
      const spaced = left < start || right > end;
      const put = spaced && needsSpace(text, left, right, line) ? ' ' : '';
      return { ...withoutMember(text, left, right, room), put };
    }
    [start, end] = [opening, right + 1];
  }
}

const isComma = (character: string | undefined): boolean =>
  character === '、' || character === ',' || character === '，';

/** Of a list in brackets (`（電話、メール：…）`) the comma goes with the member, and the label before it. */
function withoutMember(text: string, start: number, end: number, room: Span): Span {
  if (end < room.end && mayClose(text.charCodeAt(end))) {
    for (let back = start - 1; back >= Math.max(room.start, start - LONGEST_LABEL); back--) {
      if (isComma(text[back])) return isTrace(text.slice(back + 1, start)) ? { start: back, end } : { start, end };
    }
  } else if (end < room.end && isComma(text[end]) && start > room.start && opens(text[start - 1])) {
    return { start, end: end + 1 };
  }
  return { start, end };
}

export function withoutSpacesBefore(text: string, at: number, limit: number): number {
  let to = at;
  while (to > limit && isSpace(text[to - 1])) to--;
  return to;
}

export function withoutSpacesAfter(text: string, at: number, limit: number): number {
  let to = at;
  while (to < limit && isSpace(text[to])) to++;
  return to;
}

const isSpace = (character: string | undefined): boolean =>
  character === ' ' || character === '\u3000' || character === '\t';

/** Where the bracket opens that `close` closes, when nothing but a label stands between it and `at`; or -1. */
function openingBefore(text: string, at: number, limit: number, close: string | undefined): number {
  for (let back = at - 1; back >= Math.max(limit, at - LONGEST_LABEL); back--) {
    const pair = closing[text[back] ?? ''];
    if (pair === undefined) continue;
    return pair === close && isTrace(text.slice(back + 1, at)) ? back : -1;
  }
  return -1;
}

export function needsSpace(text: string, left: number, right: number, line: Span): boolean {
  if (left <= line.start || right >= line.end) return false;
  if ('([{<'.includes(text[left - 1] ?? '') || ',.;:!?)]}>'.includes(text[right] ?? '')) return false;
  return !(isJapanese(text.charCodeAt(left - 1)) && isJapanese(text.charCodeAt(right)));
}
