// Finds the end of templates that show nothing and of tables: most markup of a page is in them, and little of it needs pairing.
import { removedTags } from './names.ts';
import type { Searches } from './searches.ts';
import { LONGEST_NAME, type Templates } from './templates.ts';
import { markedUnits, type Units, unit } from './units.ts';

/** What matters inside. */
const matters = markedUnits(unit.NEWLINE, unit.BRACE, unit.BRACE_END, unit.LESS);
/** What matters inside a table. */
const mattersInTable = markedUnits(unit.NEWLINE, unit.LESS);
/** What no plain name of a template holds. */
const endsName = markedUnits(unit.PIPE, unit.BRACE, unit.BRACE_END, unit.BRACKET, unit.BRACKET_END, unit.LESS);

export class Removed {
  readonly #units: Units;
  readonly #searches: Searches;
  #templates: Templates | undefined;
  /** A template that begins before this was looked through once without finding its end. */
  #looked = 0;
  /** The same of a table. */
  #lookedForTable = 0;

  constructor(units: Units, searches: Searches) {
    this.#units = units;
    this.#searches = searches;
  }

  read(templates: Templates): void {
    this.#templates = templates;
    this.#looked = 0;
    this.#lookedForTable = 0;
  }

  /** Where the template at `at` ends when it shows nothing whatever its parameters, and ends before a heading; else -1. */
  templateEnd(at: number): number {
    return at >= this.#looked && this.#showsNothing(at + 2) ? this.#closing(at + 2) : -1;
  }

  #showsNothing(from: number): boolean {
    const last = Math.min(this.#units.text.length, from + LONGEST_NAME);
    let end = from;
    while (end < last && endsName[this.#units.at(end)] === 0) end++;
    const code = this.#units.at(end);
    this.#units.work += end - from;
    const isName = end < last && (code === unit.PIPE || code === unit.BRACE_END);
    return isName && this.#templates?.of(this.#units.codes, from, end) === undefined;
  }

  #closing(from: number): number {
    const units = this.#units;
    const length = units.text.length;
    const commentEnd = this.#searches.commentEndFound;
    let at = from;
    // Braces that are still to be closed; one alone is text.
    for (let open = 2; at < length && open > 1; ) {
      at = units.next(at, matters);
      const code = units.at(at);
      if (code === unit.NEWLINE) {
        if (units.isHeading(++at)) break;
      } else if (code === unit.LESS) {
        const after = this.#pastTag(at);
        if (after < 0) break;
        at = after;
      } else if (code === unit.END) {
        at++;
      } else {
        const count = units.run(at, code);
        if (code === unit.BRACE_END && count >= open) {
          units.work += at - from;
          return at + open;
        }
        if (count > 1) open += code === unit.BRACE ? count : -count;
        at += count;
      }
    }
    units.work += at - from;
    // All this is read again, with its braces paired one by one, but no template that begins here is looked through.
    this.#searches.commentEndFound = commentEnd;
    this.#looked = at;
    return -1;
  }

  /**
   * Where the table whose `{|` stands at `at` ends, when it does; else -1. Tables in it are counted; headings do not
   * end it, and braces matter to none of its lines.
   */
  tableEnd(at: number): number {
    if (at < this.#lookedForTable) return -1;
    const units = this.#units;
    const length = units.text.length;
    const commentEnd = this.#searches.commentEndFound;
    let place = at + 2;
    for (let open = 1; place < length; ) {
      place = units.next(place, mattersInTable);
      const code = units.at(place);
      if (code === unit.LESS) {
        const after = this.#pastTag(place);
        if (after < 0) break;
        place = after;
      } else if (code === unit.NEWLINE) {
        place = units.skipSpaces(place + 1);
        if (units.isTableEnd(place)) {
          place += 2;
          if (--open > 0) continue;
          units.work += place - at;
          return place;
        }
        place = units.skipListMarks(place);
        if (units.isTableStart(place)) open++;
      } else place++;
    }
    units.work += place - at;
    this.#searches.commentEndFound = commentEnd;
    this.#lookedForTable = place;
    return -1;
  }

  /** Past a comment, or past a tag with what it hides; past the `<` of anything else; -1 for a comment without end. */
  #pastTag(at: number): number {
    if (this.#units.text.startsWith('!--', at + 1)) {
      const close = this.#searches.commentEnd(at + 4);
      return close < 0 ? -1 : close + 3;
    }
    const end = this.#units.tagEnd(at);
    if (end < 0 || this.#units.at(end - 1) === unit.SLASH) return at + 1;
    const name = this.#units.tagName(at, end);
    if (!removedTags.has(name) && name !== 'nowiki' && name !== 'pre') return at + 1;
    return this.#searches.tagEnd(name, end + 1)?.after ?? at + 1;
  }
}
