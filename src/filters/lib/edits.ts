// Applies cuts and replacements to a text and tidies the blank lines where whole lines went.

const NEWLINE = 0x0a;

/** Puts `put` in the place of text[start .. end). A whole line goes when `put` is empty and its line break is inside. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly put: string;
}

/** Whole lines' edit: from a line's start through its line break. `end` is where its line break stands, or the text's end. */
export const removeLine = (text: string, start: number, end: number): Edit => ({
  start,
  end: Math.min(end + 1, text.length),
  put: '',
});

/** The text without the lines [start, end) that `goes` names. `units` are its code units, with a line break after the last. */
export function withoutLines(text: string, units: Uint16Array, goes: (start: number, end: number) => boolean): string {
  const edits: Edit[] = [];
  for (let start = 0; start < text.length; ) {
    let end = start;
    while (units[end] !== NEWLINE) end++;
    if (goes(start, end)) edits.push(removeLine(text, start, end));
    start = end + 1;
  }
  return applyEdits(text, edits);
}

/**
 * The text after the edits, which ascend and do not overlap. The same string when there are none. Where lines were
 * removed between two blank lines one of them goes, and none is left at the edges of the text. Linear.
 */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  if (edits.length === 0) return text;
  let out = '';
  let at = 0;
  // Whether what is written so far ends in a line break, and in a blank line; the start of a text counts as both.
  let [lineStart, blank] = [true, true];
  const copy = (end: number): void => {
    if (end <= at) return;
    out += text.slice(at, end);
    const broken = text.charCodeAt(end - 1) === NEWLINE;
    blank = broken && (end - 1 === at ? lineStart : text.charCodeAt(end - 2) === NEWLINE);
    lineStart = broken;
  };
  for (const { start, end, put } of edits) {
    copy(start);
    at = end;
    if (put !== '') {
      out += put;
      [lineStart, blank] = [false, false];
    } else if (blank && isLineStart(text, start)) {
      while (text.charCodeAt(at) === NEWLINE) at++;
    }
  }
  copy(text.length);
  return withoutTrailingNewlines(out);
}

const isLineStart = (text: string, at: number): boolean => at === 0 || text.charCodeAt(at - 1) === NEWLINE;

function withoutTrailingNewlines(text: string): string {
  let end = text.length;
  while (end > 0 && text.charCodeAt(end - 1) === NEWLINE) end--;
  return end === text.length ? text : text.slice(0, end);
}
