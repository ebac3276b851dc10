// What stands between the items of menus and breadcrumbs, and how a line is cut there.
import { isAlphanumeric, isAsciiLetter, isDigit } from './script.ts';

// Bits, so that a line's kinds add up.
export const BAR = 1;
/** > ＞ » › and :: lead from the whole to its part, as breadcrumbs do. */
export const ARROW = 2;
/** → ⇒ also join the steps of a process. */
export const FLOW = 4;
export const DASH = 8;
export const SLASH = 16;
export const BRACKET = 32;
export const DOT = 64;
export const BLANK = 128;
/** Beside ARROW: » › ≫ and ::, which hardly anything but a web site writes. */
export const LEAD = 256;

export const NONE = 0;
export const SEPARATOR = 1;
/** Ends a sentence. */
export const STOP = 2;
export const SPACE = 3;

/** First look at each character of a line. */
export const looks = new Uint8Array(0x10000);
const kinds = new Uint8Array(0x10000);

for (const [characters, look, kind] of [
  ['|｜│┃¦‖', SEPARATOR, BAR],
  ['>＞»›≫', SEPARATOR, ARROW],
  ['→⇒', SEPARATOR, FLOW],
  ['[]【】［］', SEPARATOR, BRACKET],
  ['-–—―•·', SEPARATOR, DASH],
  ['/／', SEPARATOR, SLASH],
  [':：', SEPARATOR, ARROW],
  ['・', SEPARATOR, DOT],
  [' \t\u3000', SPACE, BLANK],
  ['。！？', STOP, 0],
] as const) {
  for (const character of characters) {
    looks[character.charCodeAt(0)] = look;
    kinds[character.charCodeAt(0)] = kind;
  }
}

export interface Item {
  readonly start: number;
  readonly end: number;
}

export interface Split {
  /** The items that hold something, trimmed. */
  readonly items: readonly Item[];
  /** Which separators were met. */
  readonly kinds: number;
  /** A separator before the first or after the last item: nobody writes that in prose. */
  readonly edge: 'open' | 'closed';
}

/** Cuts text[start .. end) at every separator of the wanted kinds. */
export function split(text: string, start: number, end: number, wanted: number): Split {
  const items: Item[] = [];
  let met = 0;
  let edge: Split['edge'] = 'closed';
  let from = start;
  for (let at = start; at < end; ) {
    const length = separatorAt(text, at, start, end, wanted);
    if (length === 0) {
      at++;
      continue;
    }
    const kind = kinds[text.charCodeAt(at)] ?? 0;
    met |= isLead(text.charCodeAt(at)) ? kind | LEAD : kind;
    push(text, from, at, items);
    if (items.length === 0 && kind !== BRACKET) edge = 'open';
    at += length;
    from = at;
    if (at >= end && kind !== BRACKET) edge = 'open';
  }
  push(text, from, end, items);
  return { items, kinds: met, edge };
}

const isLead = (code: number): boolean =>
  code === 0xbb || code === 0x203a || code === 0x226b || code === 0x3a || code === 0xff1a;

function push(text: string, from: number, to: number, items: Item[]): void {
  let [start, end] = [from, to];
  while (start < end && isBlank(text.charCodeAt(start))) start++;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  if (end > start) items.push({ start, end });
}

const isBlank = (code: number): boolean => code === 0x20 || code === 0x3000 || code === 9;

/** Length of the separator at `at`, 0 when there is none. */
export function separatorAt(text: string, at: number, start: number, end: number, wanted: number): number {
  const code = text.charCodeAt(at);
  const kind = kinds[code] ?? 0;
  if ((kind & wanted) === 0) return 0;
  const before = at > start ? text.charCodeAt(at - 1) : 0x20;
  const after = at + 1 < end ? text.charCodeAt(at + 1) : 0x20;
  switch (kind) {
    case DASH:
      return isBlank(before) && isBlank(after) ? 1 : 0;
    case SLASH:
      // `TCP/IP`, `2019/03/04` and `and/or` are words.
      return code === 0x2f && isAlphanumeric(before) && isAlphanumeric(after) ? 0 : 1;
    case ARROW:
      return arrowAt(text, at, { before, after });
    case BRACKET:
    case BAR:
    case FLOW:
      return 1;
    default:
      return isDigit(before) && isDigit(after) ? 0 : 1;
  }
}

function arrowAt(text: string, at: number, { before, after }: { before: number; after: number }): number {
  const code = text.charCodeAt(at);
  if (code === 0x3a || code === 0xff1a) {
    return after === code &&
      text.charCodeAt(at + 2) !== code &&
      !(isAsciiLetter(before) && isAsciiLetter(text.charCodeAt(at + 2)))
      ? 2
      : 0;
  }
  if (code !== 0x3e) return 1;
  // `->`, `=>`, `<b>`, `>=` and `x>1` are code or arithmetic; `>>` separates as `>` does.
  if (before === 0x2d || before === 0x3d || after === 0x3d) return 0;
  const next = after === 0x3e ? text.charCodeAt(at + 2) : after;
  if (isAlphanumeric(before) && isAlphanumeric(next)) return 0;
  return after === 0x3e ? 2 : 1;
}
