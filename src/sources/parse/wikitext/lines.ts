// Reads the lines of a page whose brackets are gone: list marks, headings, sections without prose, quotes, entities.
import { decodeEntities } from './entities.ts';
import { Line, move } from './line.ts';
import { GONE, INNER } from './marks.ts';
import { behaviourSwitch, holdsNoProse } from './names.ts';
import type { Output } from './output.ts';
import { removeQuotes } from './quotes.ts';
import { removeLabels, tidy } from './tidy.ts';
import { isLetter, unit } from './units.ts';

/** What a character means to its line. */
const holds = { END: 1, QUOTE: 2, REFERENCE: 4, UNDERSCORE: 8, COLON: 16, GONE: 32, WIDE: 64 } as const;
const meanings = new Uint8Array(1 << 16).fill(holds.WIDE, 256);
meanings[unit.NEWLINE] = holds.END;
meanings[0x27] = holds.QUOTE;
meanings[0x26] = holds.REFERENCE;
meanings[0x5f] = holds.UNDERSCORE;
meanings[unit.COLON] = holds.COLON;
meanings[0xff1a] = holds.COLON | holds.WIDE;
meanings[GONE] = holds.GONE;
meanings[INNER] = 0;

/** Level of the section that is being cut when none is. */
const NO_SECTION = 7;

/** Lines of text, one a paragraph, list item or heading. A heading goes when nothing of its section is left. */
export function readLines(page: Output, shown: 'keep' | 'drop'): string {
  return new Lines(page, shown).read();
}

/** Writes over the page from its beginning: what is left of a line is no longer than the line. */
class Lines {
  readonly #codes: Uint16Array;
  readonly #page: Output;
  readonly #shown: 'keep' | 'drop';
  readonly #line: Line;
  /** Headings whose sections have no text so far, and their levels; the outermost first. */
  readonly #headings: Line[] = [];
  readonly #levels: number[] = [];
  /** Level of the section that is being cut. */
  #cut = NO_SECTION;
  #held = 0;
  #written = 0;
  #isWide = false;

  constructor(page: Output, shown: 'keep' | 'drop') {
    page.put(unit.NEWLINE);
    this.#codes = page.codes;
    this.#page = page;
    this.#shown = shown;
    this.#line = new Line(page.codes, 0, 0);
  }

  read(): string {
    const codes = this.#codes;
    const { length } = this.#page;
    for (let start = 0, end = 0; start < length; start = end) {
      end = this.#scan(codes, start);
      const held = this.#held;
      // Empty, or nothing but what was removed, as many lines are.
      if (end - start > 2 || (end - start === 2 && codes[start] !== GONE)) this.#read(start, end - 1, held);
    }
    return this.#page.text(Math.max(0, this.#written - 1), this.#isWide ? 'wide' : 'narrow');
  }

  /** Where the line from `start` ends; notes what it holds. */
  #scan(codes: Uint16Array, start: number): number {
    let held = 0;
    let end = start;
    for (;;) {
      const next = (meanings[codes[end] ?? 0] ?? 0) | (meanings[codes[end + 1] ?? 0] ?? 0);
      if (next & holds.END) break;
      held |= next;
      end += 2;
    }
    while ((held & holds.END) === 0) held |= meanings[codes[end++] ?? 0] ?? 0;
    this.#held = held;
    return end;
  }

  #read(start: number, end: number, held: number): void {
    const line = this.#line;
    line.from = start;
    line.to = end;
    if (this.#codes[start] === INNER) line.from++;
    else {
      line.trim();
      if (isHeading(line)) {
        this.#readHeading(new Line(this.#codes, line.from, line.to), held);
        return;
      }
      // A row or the end of a table whose beginning is gone.
      if (this.#codes[line.from] === unit.PIPE) return;
      line.from = markEnd(line);
    }
    if (this.#cut !== NO_SECTION) return;
    this.#edit(line, held);
    // The punctuation between things that were removed is no line.
    if (line.from === line.to || ((held & holds.GONE) !== 0 && !hasWord(line))) return;
    if (this.#headings.length > 0) {
      for (const heading of this.#headings.splice(0)) this.#write(heading);
      this.#levels.length = 0;
    }
    this.#write(line);
  }

  #readHeading(line: Line, held: number): void {
    const level = levelOf(line);
    line.from += level;
    line.to -= level;
    this.#edit(line, held);
    if (line.from === line.to || level > this.#cut) return;
    this.#cut = holdsNoProse(line) ? level : NO_SECTION;
    while ((this.#levels.at(-1) ?? 0) >= level) {
      this.#levels.pop();
      this.#headings.pop();
    }
    if (this.#cut !== NO_SECTION || this.#shown === 'drop') return;
    this.#headings.push(line);
    this.#levels.push(level);
  }

  /** Leaves of a line what it shows. */
  #edit(line: Line, held: number): void {
    let marks = held;
    if (marks & holds.QUOTE) removeQuotes(line);
    if (marks & holds.UNDERSCORE && replaceSwitches(line)) marks |= holds.GONE;
    if (marks & holds.REFERENCE) {
      if (decodeEntities(line) > 0xff) marks |= holds.WIDE;
      marks |= holds.COLON;
    }
    if (marks & holds.GONE) {
      if (marks & holds.COLON) removeLabels(line);
      tidy(line);
    }
    line.trim();
    this.#isWide ||= (marks & holds.WIDE) !== 0;
  }

  #write({ codes, from, to }: Line): void {
    this.#written = move(codes, this.#written, from, to);
    codes[this.#written++] = unit.NEWLINE;
  }
}

function isHeading({ codes, from, to }: Line): boolean {
  return codes[from] === unit.EQUALS && codes[to - 1] === unit.EQUALS && to - from > 2;
}

function levelOf({ codes, from, to }: Line): number {
  let level = 0;
  while (
    level < 6 &&
    level * 2 < to - from - 1 &&
    codes[from + level] === unit.EQUALS &&
    codes[to - 1 - level] === unit.EQUALS
  )
    level++;
  return level;
}

/** Past the marks of a list, or past a rule. */
function markEnd({ codes, from, to }: Line): number {
  let end = from;
  while (end < to && codes[end] === unit.HYPHEN) end++;
  if (end - from >= 4) return end;
  end = from;
  while (end < to && isListMark(codes[end] ?? 0)) end++;
  return end;
}

/** `*`, `#`, `:` or `;`, and what may stand between them. */
const isListMark = (code: number): boolean =>
  code === 0x2a || code === 0x23 || code === 0x3a || code === 0x3b || code === 0x20 || code === 0x09 || code === GONE;

/** Whether there were any. */
function replaceSwitches(line: Line): boolean {
  const text = line.text;
  const left = text.replace(behaviourSwitch, String.fromCharCode(GONE));
  if (left.length === text.length) return false;
  line.replace(left);
  return true;
}

const wordly = /[\p{L}\p{N}]/u;

/** Kana, kanji and small letters at the beginning, as in most lines, need no pattern. */
function hasWord(line: Line): boolean {
  const first = line.codes[line.from] ?? 0;
  const isPlain = (first > 0x3040 && first < 0x3097) || (first >= 0x4e00 && first < 0xa000) || isLetter(first);
  return isPlain || wordly.test(line.text);
}
