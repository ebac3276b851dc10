// Finds all navigation of a text, line by line: a line that ends as a sentence is looked at where it begins, others whole.
import { type Edit, removeLine } from './edits.ts';
import { BREAKS, type LineKind, menuRuns, THROUGH } from './menu-runs.ts';
import { headEdit, isNavigationLine, tailEdit } from './navigation-lines.ts';
import { type ExtraWords, navigationStrength, PLAUSIBLE, UNKNOWN } from './navigation-words.ts';
import { looks, NONE, SEPARATOR, SPACE, STOP } from './separators.ts';
import { isSymbolRow } from './symbol-rows.ts';

/** A longer line is no menu as a whole; its ends are still looked at. */
const LONGEST_LINE = 400;
const LONGEST_TAIL = 200;
const LONGEST_MENU_ITEM = 20;
/** Characters of a line per separator, at most: above it the items are too long for a menu. */
const LONGEST_MEAN_ITEM = 24;

/** The edits that take navigation out, ascending. Linear: closer looks are bounded per line. */
export function navigationEdits(text: string, extra: ExtraWords): Edit[] {
  const page = new Page(text, extra);
  for (let start = 0; start <= text.length; ) {
    const found = text.indexOf('\n', start);
    const end = found < 0 ? text.length : found;
    page.add(start, end);
    start = end + 1;
  }
  return page.edits();
}

/** The lines of one text as they are judged. */
class Page {
  readonly #text: string;
  readonly #extra: ExtraWords;
  /** Where each line starts, and what it is to menus of one item a line. */
  readonly #starts: number[] = [];
  readonly #kinds: LineKind[] = [];
  readonly #edits: Edit[] = [];
  /** Short lines that are listed words. */
  #listed = 0;

  constructor(text: string, extra: ExtraWords) {
    this.#text = text;
    this.#extra = extra;
  }

  add(start: number, end: number): void {
    this.#starts.push(start);
    this.#kinds.push(end === start ? THROUGH : this.#judge(start, end));
  }

  edits(): Edit[] {
    if (this.#listed < 3) return this.#edits;
    const runs: Edit[] = [];
    menuRuns(this.#kinds, (line) => {
      const next = this.#starts[line + 1] ?? this.#text.length + 1;
      runs.push(removeLine(this.#text, this.#starts[line] ?? 0, next - 1));
    });
    return runs.length === 0 ? this.#edits : [...this.#edits, ...runs].sort((a, b) => a.start - b.start);
  }

  #judge(start: number, end: number): LineKind {
    const text = this.#text;
    const endsAsSentence = looks[text.charCodeAt(end - 1)] === STOP;
    if (endsAsSentence || end - start > LONGEST_LINE) {
      const cut = this.#head(start, end) ?? (endsAsSentence ? undefined : this.#tail(end - LONGEST_TAIL, end));
      if (cut !== undefined) this.#edits.push(cut);
      return BREAKS;
    }
    let [separators, spaces, afterStop] = [0, 0, -1];
    for (let at = start; at < end; at++) {
      const look = looks[text.charCodeAt(at)];
      if (look === NONE) continue;
      if (look === SEPARATOR) separators++;
      else if (look === SPACE) spaces++;
      else afterStop = at + 1;
    }
    if (afterStop >= 0) {
      const cut = separators < 2 ? undefined : (this.#head(start, end) ?? tailEdit(text, afterStop, end, this.#extra));
      if (cut !== undefined) this.#edits.push(cut);
      return BREAKS;
    }
    const parts = separators + spaces + 1;
    if (
      (parts === 1 || end - start <= parts * LONGEST_MEAN_ITEM) &&
      isNavigationLine(text, start, end, { separators, spaces }, this.#extra)
    ) {
      this.#edits.push(removeLine(text, start, end));
      return THROUGH;
    }
    if (end - start > LONGEST_MENU_ITEM) return BREAKS;
    const strength = navigationStrength(text.slice(start, end), this.#extra);
    if (strength === UNKNOWN && isSymbolRow(text, start, end)) return THROUGH;
    if (strength >= PLAUSIBLE) this.#listed++;
    return strength;
  }

  /** A menu at the line's start begins with one short item. */
  #head(start: number, end: number): Edit | undefined {
    const text = this.#text;
    for (let at = start; at < Math.min(end, start + LONGEST_MEAN_ITEM); at++) {
      const look = looks[text.charCodeAt(at)];
      if (look === STOP) return undefined;
      if (look === SEPARATOR) return headEdit(text, start, end, this.#extra);
    }
    return undefined;
  }

  /** A menu at the end of a long line, after the last sentence within reach. */
  #tail(from: number, end: number): Edit | undefined {
    for (let at = end - 1; at >= from; at--) {
      if (looks[this.#text.charCodeAt(at)] === STOP) return tailEdit(this.#text, at + 1, end, this.#extra);
    }
    return undefined;
  }
}
