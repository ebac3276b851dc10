// Where lines and sentences end, in Japanese and in languages with full stops.
import { kind, kinds } from './classes.ts';

const NEWLINE = 0x0a;
const STOP = 1;
const CLOSER = 2;
const ELLIPSIS = 4;
const marks = new Uint8Array(0x10000);
for (const mark of '.!?。！？．｡') marks[mark.charCodeAt(0)] = STOP;
for (const mark of '…‥') marks[mark.charCodeAt(0)] = STOP | ELLIPSIS;
for (const mark of '"”’」』)）]］】') marks[mark.charCodeAt(0)] = CLOSER;

/** Quotation marks, which end a line as a full stop does. */
const quotes = new Set([...'"”’」』'].map((mark) => mark.charCodeAt(0)));

export interface Line {
  readonly start: number;
  /** Before the line break and the blanks before it. */
  readonly end: number;
}

/** Lines that hold more than white space, without it at their ends. `units[length]` is a line break. Linear. */
export function* linesOf(units: Uint16Array, length: number): Iterable<Line> {
  for (let start = 0; start < length; ) {
    let next = start;
    while (units[next] !== NEWLINE) next++;
    let end = next;
    while (end > start && isBlank(units[end - 1] ?? 0)) end--;
    while (start < end && isBlank(units[start] ?? 0)) start++;
    if (end > start) yield { start, end };
    start = next + 1;
  }
}

const isBlank = (unit: number): boolean => {
  const found = kinds[unit] ?? 0;
  return found === kind.space || found === kind.newline || found === kind.control;
};

/** Whether a line ends as sentences do: 。！？… or a full stop, perhaps with a closing bracket after it, or a quotation mark. */
export function endsSentence(units: Uint16Array, { start, end }: Line): boolean {
  const last = units[end - 1] ?? 0;
  if (quotes.has(last)) return true;
  let at = end;
  // Three closers are enough for anything that is written, and keep this constant.
  while (at > start && end - at < 3 && ((marks[units[at - 1] ?? 0] ?? 0) & CLOSER) !== 0) at--;
  return at > start && ((marks[units[at - 1] ?? 0] ?? 0) & STOP) !== 0;
}

/** Whether it ends in …, ‥, ... or ・・. */
export function endsInEllipsis(units: Uint16Array, { start, end }: Line): boolean {
  const last = units[end - 1] ?? 0;
  if (((marks[last] ?? 0) & ELLIPSIS) !== 0) return true;
  const same = (unit: number): boolean => last === unit && end - start >= 2 && units[end - 2] === unit;
  return same(0x2e) || same(0x30fb) || same(0x3002);
}

export const isStop = (unit: number): boolean => ((marks[unit] ?? 0) & STOP) !== 0;

/** Sentences of a line: runs of stops, of which a Latin full stop counts only before a blank or the end. At least 1. */
export function sentencesIn(units: Uint16Array, { start, end }: Line): number {
  let count = 0;
  let open = false;
  for (let at = start; at < end; at++) {
    const unit = units[at] ?? 0;
    if (!isStop(unit)) open = true;
    else if (open && (unit !== 0x2e || at + 1 === end || isBlank(units[at + 1] ?? 0))) {
      count++;
      open = false;
    }
  }
  return Math.max(1, count + (open && !endsSentence(units, { start, end }) ? 1 : 0));
}

/** Words of units[start .. end): runs between blanks, where two kana or kanji count as a word of their own. */
export function wordsIn(units: Uint16Array, start: number, end: number): number {
  let words = 0;
  let japanese = 0;
  let inWord = 0;
  for (let at = start; at < end; at++) {
    const found = kinds[units[at] ?? 0] ?? 0;
    if (found >= kind.hiragana && found <= kind.kanji) {
      japanese++;
      inWord = 0;
    } else if (found === kind.space || found === kind.newline) inWord = 0;
    else if (found !== kind.punctuation && inWord === 0) {
      words++;
      inWord = 1;
    }
  }
  return words + (japanese >> 1);
}

/** Columns that units[start .. end) take on a terminal: two for a kana, kanji or other wide character. */
export function columnsIn(units: Uint16Array, start: number, end: number): number {
  let columns = 0;
  for (let at = start; at < end; at++) {
    const unit = units[at] ?? 0;
    columns += unit >= 0x1100 && (unit < 0xff61 || unit > 0xff9f) ? 2 : 1;
  }
  return columns;
}
