// What a filter changed in a text, as edits: for people to read, so exact on small changes and coarse on large ones.
import { diffArrays, diffChars } from 'diff';

/** `before[start .. end)` became `inserted`. Offsets are UTF-16 units. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly inserted: string;
}

/**
 * Differences that diffs look for before they give up and call the whole piece changed: their cost grows with the
 * square of it (Myers 1986).
 */
const MOST_LINES = 400;
const MOST_UNITS = 400;
/** Longest changed piece in UTF-16 units that is compared by character. */
const LONGEST_PIECE = 4_000;

/** Edits, in order and apart, that turn `before` into `after`. Exact: applying them gives `after`. */
export function editsBetween(before: string, after: string): Edit[] {
  if (before === after) return [];
  const lines = diffArrays(linesOf(before), linesOf(after), { maxEditLength: MOST_LINES });
  if (lines === undefined) return [within({ start: 0, end: before.length, inserted: after }, before)];
  return grouped(lines.map(({ value, added, removed }) => ({ text: value.join(''), added, removed }))).flatMap((edit) =>
    refined(edit, before),
  );
}

export function applyEdits(before: string, edits: readonly Edit[]): string {
  let text = '';
  let at = 0;
  for (const { start, end, inserted } of edits) {
    text += before.slice(at, start) + inserted;
    at = end;
  }
  return text + before.slice(at);
}

/** With their line feeds, so that joining them gives the text back. */
const linesOf = (text: string): string[] => text.split(/(?<=\n)/);

interface Change {
  readonly text: string;
  readonly added: boolean;
  readonly removed: boolean;
}

/** Neighbouring removals and additions are one edit. */
function grouped(changes: readonly Change[], offset = 0): Edit[] {
  const edits: Edit[] = [];
  let at = offset;
  let open: { start: number; end: number; inserted: string } | undefined;
  for (const { text, added, removed } of changes) {
    if (!added && !removed) {
      if (open !== undefined) edits.push(open);
      open = undefined;
      at += text.length;
      continue;
    }
    open ??= { start: at, end: at, inserted: '' };
    if (added) open.inserted += text;
    else {
      at += text.length;
      open.end = at;
    }
  }
  if (open !== undefined) edits.push(open);
  return edits;
}

/** A replaced piece, compared by character where that is affordable. */
function refined(edit: Edit, before: string): Edit[] {
  const narrow = within(edit, before);
  const { start, end, inserted } = narrow;
  if (start === end || inserted === '' || Math.max(end - start, inserted.length) > LONGEST_PIECE) return [narrow];
  const units = diffChars(before.slice(start, end), inserted, { maxEditLength: MOST_UNITS });
  if (units === undefined) return [narrow];
  return grouped(
    units.map(({ value, added, removed }) => ({ text: value, added, removed })),
    start,
  );
}

/** Without what beginning and end have in common, never cutting a surrogate pair. */
function within({ start, end, inserted }: Edit, before: string): Edit {
  const most = Math.min(end - start, inserted.length);
  let head = 0;
  while (head < most && before.charCodeAt(start + head) === inserted.charCodeAt(head)) head++;
  if (head > 0 && isHighSurrogate(inserted.charCodeAt(head - 1))) head--;
  let tail = 0;
  while (tail < most - head && before.charCodeAt(end - 1 - tail) === inserted.charCodeAt(inserted.length - 1 - tail))
    tail++;
  if (tail > 0 && isLowSurrogate(before.charCodeAt(end - tail))) tail--;
  return { start: start + head, end: end - tail, inserted: inserted.slice(head, inserted.length - tail) };
}

const isHighSurrogate = (unit: number): boolean => unit >= 0xd800 && unit < 0xdc00;
const isLowSurrogate = (unit: number): boolean => unit >= 0xdc00 && unit < 0xe000;
