// Finds all navigation of a text, line by line: a line that ends as a sentence is looked at where it begins, others whole.
import { type Edit, removeLine } from './edits.ts';
import { broken, menuRuns, passed, type RunLine } from './menu-runs.ts';
import { type Surroundings, weightOfItem } from './navigation-evidence.ts';
import { headEdit, isNavigationLine, tailEdit } from './navigation-lines.ts';
import { CATEGORY, type MenuWords, UNKNOWN } from './navigation-words.ts';
import { looks, NONE, SEPARATOR, SPACE, STOP } from './separators.ts';
import { isSymbolRow } from './symbol-rows.ts';

/** A longer line is no menu as a whole; its ends are still looked at. */
const LONGEST_LINE = 400;
const LONGEST_TAIL = 200;
const LONGEST_MENU_ITEM = 20;
const LONGEST_TITLE = 60;
/** Characters of a line per separator, at most: above it the items are too long for a menu. */
const LONGEST_MEAN_ITEM = 24;

const bullets = new Set([...'・●○■□◆◇◎★☆▶▷►▸»›>＞•*※→－-'].map((character) => character.charCodeAt(0)));

/** The edits that take navigation out, ascending. Linear: closer looks are bounded per line. */
export function navigationEdits(text: string, words: MenuWords): Edit[] {
  const page = new Page(text, words);
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
  readonly #words: MenuWords;
  /** Where each line starts, and what it is to menus of one item a line. */
  readonly #starts: number[] = [];
  readonly #lines: RunLine[] = [];
  readonly #edits: Edit[] = [];
  /** Short lines that are listed words. */
  #listed = 0;
  #place: Surroundings['place'] = 'top';
  #before: Surroundings['before'] = 'other';

  constructor(text: string, words: MenuWords) {
    this.#text = text;
    this.#words = words;
  }

  add(start: number, end: number): void {
    this.#starts.push(start);
    if (end === start) {
      this.#lines.push(passed);
      return;
    }
    const line = this.#judge(start, end);
    this.#lines.push(line);
    if (line !== broken) return;
    this.#before = 'other';
    this.#place = 'inside';
  }

  edits(): Edit[] {
    if (this.#listed < 2) return this.#edits;
    const runs: Edit[] = [];
    menuRuns(this.#lines, (line) => {
      const next = this.#starts[line + 1] ?? this.#text.length + 1;
      runs.push(removeLine(this.#text, this.#starts[line] ?? 0, next - 1));
    });
    return runs.length === 0 ? this.#edits : [...this.#edits, ...runs].sort((a, b) => a.start - b.start);
  }

  #judge(start: number, end: number): RunLine {
    const text = this.#text;
    const endsAsSentence = looks[text.charCodeAt(end - 1)] === STOP;
    if (endsAsSentence || end - start > LONGEST_LINE) {
      const cut = this.#head(start, end) ?? (endsAsSentence ? undefined : this.#tail(end - LONGEST_TAIL, end));
      if (cut !== undefined) this.#edits.push(cut);
      return broken;
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
      const cut = separators < 2 ? undefined : (this.#head(start, end) ?? tailEdit(text, afterStop, end, this.#words));
      if (cut !== undefined) this.#edits.push(cut);
      return broken;
    }
    const parts = separators + spaces + 1;
    const columns = separators > 1;
    if (
      (parts === 1 || end - start <= parts * LONGEST_MEAN_ITEM) &&
      isNavigationLine(text, { start, end }, { separators, spaces }, () => this.#around(start, end), this.#words)
    ) {
      this.#edits.push(removeLine(text, start, end));
      this.#before = 'menu';
      return passed;
    }
    this.#before = columns ? 'columns' : 'other';
    if (end - start > LONGEST_MENU_ITEM) return broken;
    return this.#short(start, end);
  }

  /** A line of one short item. */
  #short(start: number, end: number): RunLine {
    const text = this.#text;
    const bullet = bullets.has(text.charCodeAt(start)) ? text.charCodeAt(start) : 0;
    let from = start;
    if (bullet !== 0) for (from++; looks[text.charCodeAt(from)] === SPACE; from++);
    const item = text.slice(from, end);
    const kind = this.#words.strength(item);
    if (kind === UNKNOWN && isSymbolRow(text, start, end)) return passed;
    if (kind >= CATEGORY) this.#listed++;
    return { kind, bullet, weight: weightOfItem(item, kind) };
  }

  #around(start: number, end: number): Surroundings {
    return { place: this.#place, before: this.#before, below: this.#below(start, end) };
  }

  /** Looks at the beginning of the next line. */
  #below(start: number, end: number): Surroundings['below'] {
    const text = this.#text;
    let next = end;
    while (next - end < 3 && text[next] === '\n') next++;
    const line = text.slice(next, next + LONGEST_TITLE).split('\n', 1)[0] ?? '';
    if ((line.match(/[|｜/／]/gu)?.length ?? 0) > 1) return 'columns';
    let from = end;
    while (from > start && end - from < LONGEST_TITLE && looks[text.charCodeAt(from - 1)] !== SEPARATOR) from--;
    const leaf = text.slice(from, end).trim();
    if (leaf.length > 1 && line.startsWith(leaf)) return 'title';
    return leaf.length > 2 && line.includes(leaf) ? 'title' : 'other';
  }

  /** A menu at the line's start begins with one short item. */
  #head(start: number, end: number): Edit | undefined {
    const text = this.#text;
    for (let at = start; at < Math.min(end, start + LONGEST_MEAN_ITEM); at++) {
      const look = looks[text.charCodeAt(at)];
      if (look === STOP) return undefined;
      if (look === SEPARATOR) return headEdit(text, start, end, this.#words);
    }
    return undefined;
  }

  /** A menu at the end of a long line, after the last sentence within reach. */
  #tail(from: number, end: number): Edit | undefined {
    for (let at = end - 1; at >= from; at--) {
      if (looks[this.#text.charCodeAt(at)] === STOP) return tailEdit(this.#text, at + 1, end, this.#words);
    }
    return undefined;
  }
}
