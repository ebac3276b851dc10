// Finds the markup of wikitext and pairs what opens with what closes, in one pass over the characters.
import { blockTags, codeTags, emptyWhenOpen, plainTags, removedTags } from './names.ts';
import { Numbers } from './numbers.ts';
import { Pairs } from './pairs.ts';
import { Removed } from './removed.ts';
import { Searches } from './searches.ts';
import type { Templates } from './templates.ts';
import { allBut, kind, kinds, NOWHERE, type Tokens } from './tokens.ts';
import { markedUnits, Units, unit } from './units.ts';

/** Good until the next page is read. */
export interface Lexed {
  /** The characters of the page. */
  readonly codes: Uint16Array;
  /** By `start`; pairs are properly nested. */
  readonly tokens: Tokens;
  /** Line ends before a blank line or a heading: as far as markup that is not closed reaches. Ascending. */
  readonly stops: Numbers;
  /** Characters and brackets looked at. */
  readonly work: number;
}

const special = markedUnits(
  unit.NEWLINE,
  unit.BRACE,
  unit.BRACE_END,
  unit.BRACKET,
  unit.BRACKET_END,
  unit.PIPE,
  unit.LESS,
);

/** What does not reach over the end of a line, and over a blank one. */
const lineLong = kinds(kind.EXTERNAL);
const paragraphLong = kinds(kind.LINK, kind.EXTERNAL, kind.VARIANT);

const scheme = /(?:https?:|ftps?:|gopher:)?\/\/|(?:mailto|news|irc|tel|sms|urn|magnet):/iy;

class Lexer {
  readonly #units = new Units();
  readonly #searches = new Searches();
  readonly #removed = new Removed(this.#units, this.#searches);
  readonly #pairs = new Pairs();
  readonly #stops = new Numbers();
  #text = '';
  /** The colon of this line between a term and its definition, when it is still ahead; else past the end. */
  #colon = NOWHERE;

  lex(text: string, templates: Templates): Lexed {
    const units = this.#units;
    units.read(text);
    this.#searches.read(text);
    this.#removed.read(templates);
    this.#pairs.clear();
    this.#stops.clear();
    this.#text = text;
    this.#colon = NOWHERE;
    const length = text.length;
    let at = this.#lineStart(0);
    while (at < length) {
      const from = at;
      at = units.next(at, special);
      if (at < length) at = this.#markup(units.at(at), at);
      units.work += at - from;
    }
    if (this.#colon < length) this.#split();
    const work = units.work + this.#searches.work + this.#pairs.work;
    return { codes: units.codes, tokens: this.#pairs.tokens, stops: this.#stops, work };
  }

  #markup(code: number, at: number): number {
    if (at > this.#colon) this.#split();
    switch (code) {
      case unit.NEWLINE:
        return this.#lineStart(at + 1);
      case unit.BRACE:
        return this.#openBraces(at, this.#units.run(at, code));
      case unit.BRACE_END:
        return this.#closeBraces(at, this.#units.run(at, code));
      case unit.BRACKET:
        return this.#openBrackets(at, this.#units.run(at, code));
      case unit.BRACKET_END:
        return this.#closeBrackets(at, this.#units.run(at, code));
      case unit.LESS:
        return this.#less(at);
      case unit.PIPE:
        this.#pairs.part(at);
    }
    return at + 1;
  }

  // -------------------------------------------------------------- lines

  /** Looks at how a line begins, and returns where reading goes on. */
  #lineStart(at: number): number {
    const units = this.#units;
    this.#pairs.giveUp(lineLong);
    const begins = units.skipSpaces(at);
    if (begins >= this.#text.length || units.at(begins) === unit.NEWLINE) {
      if (at > 0) this.#stops.push(at - 1);
      this.#pairs.giveUp(paragraphLong);
      return at;
    }
    if (units.isHeading(at)) {
      if (at > 0) this.#stops.push(at - 1);
      this.#pairs.giveUp(allBut(kind.TABLE));
      return at;
    }
    const marks = units.skipListMarks(begins);
    if (units.at(at) === unit.SEMICOLON) this.#findColon(marks);
    if (units.isTableStart(marks)) {
      const after = this.#removed.tableEnd(marks);
      return after > 0 ? this.#pairs.add(kind.GONE, marks, after) : this.#pairs.open(kind.TABLE, marks, marks + 2);
    }
    if (this.#pairs.isWaiting(kind.TABLE) && units.isTableEnd(begins)) {
      this.#pairs.close(kind.TABLE, begins, begins + 2);
      return begins + 2;
    }
    return at;
  }

  /** `; term : definition` stands in one line of the source and in two of the page. The colon of a link is none. */
  #findColon(from: number): void {
    const units = this.#units;
    let depth = 0;
    let at = from;
    for (let code = units.at(at); at < this.#text.length && code !== unit.NEWLINE; code = units.at(++at)) {
      if (code === unit.BRACKET || code === unit.BRACE || code === unit.LESS) depth++;
      else if (code === unit.BRACKET_END || code === unit.BRACE_END || code === unit.GREATER) depth--;
      else if (code === unit.COLON && depth === 0 && units.at(at + 1) !== unit.SLASH) {
        this.#colon = at;
        break;
      }
    }
    units.work += at - from;
  }

  #split(): void {
    this.#pairs.add(kind.NEWLINE, this.#colon, this.#colon + 1);
    this.#colon = NOWHERE;
  }

  // -------------------------------------------------------------- brackets

  #openBraces(at: number, count: number): number {
    const end = at + count;
    // `-{{` is a hyphen before a template. Wordings do not nest: then each is looked through once.
    if (count === 1 && this.#units.at(at - 1) === unit.HYPHEN && !this.#pairs.isWaiting(kind.VARIANT))
      return this.#pairs.open(kind.VARIANT, at - 1, end);
    if (count === 2) {
      const after = this.#removed.templateEnd(at);
      if (after > 0) return this.#pairs.add(kind.GONE, at, after);
    }
    for (let start = at; end - start >= 2; ) {
      // Of an odd run the innermost three are a parameter: `{{{1|}}}`.
      const next = start + (end - start === 3 ? 3 : 2);
      this.#pairs.open(kind.TEMPLATE, start, next);
      start = next;
    }
    return end;
  }

  #closeBraces(at: number, count: number): number {
    const end = at + count;
    const closesVariant = this.#pairs.isWaiting(kind.VARIANT) && this.#units.at(end) === unit.HYPHEN;
    if (!closesVariant) return this.#closeTemplates(at, end);
    // The last brace before a hyphen ends the wording; those before it end templates inside.
    if (this.#pairs.top === kind.TEMPLATE) {
      const closed = this.#closeTemplates(at, end - (count % 2));
      if (closed === end) return end;
    }
    this.#pairs.close(kind.VARIANT, end - 1, end + 1);
    return end + 1;
  }

  #closeTemplates(at: number, end: number): number {
    let start = at;
    while (end - start >= 2 && this.#pairs.isWaiting(kind.TEMPLATE)) {
      this.#pairs.giveUp(allBut(kind.TEMPLATE));
      const length = end - start >= 3 && this.#pairs.openingLength === 3 ? 3 : 2;
      this.#pairs.close(kind.TEMPLATE, start, start + length);
      start += length;
    }
    // One brace too many is text, as MediaWiki shows it.
    if (end - start > 1) this.#pairs.add(kind.GONE, start, end);
    return end;
  }

  #openBrackets(at: number, count: number): number {
    const end = at + count;
    if (count === 2) {
      const after = this.#plainLink(at, end);
      if (after > 0) return after;
    }
    // `[[http://x y]]` is a frequent slip for `[http://x y]`; but `[[//x]]` is a page.
    const isPage = count === 2 && this.#units.at(end) === unit.SLASH;
    const external = isPage || !this.#isAddress(end) ? 0 : 2 - (count % 2);
    const links = Math.floor((count - external) / 2);
    let start = end - external - links * 2;
    for (let made = 0; made < links; made++, start += 2) this.#pairs.open(kind.LINK, start, start + 2);
    if (external > 0) this.#pairs.open(kind.EXTERNAL, start, end);
    return end;
  }

  /** A link without other markup in it, as most are, needs no pairing. Returns its end, or -1. */
  #plainLink(at: number, end: number): number {
    const units = this.#units;
    let pipe = -1;
    let place = units.next(end, special);
    while (units.at(place) === unit.PIPE) {
      if (pipe < 0) pipe = place;
      place = units.next(place + 1, special);
    }
    units.work += place - end;
    const isClosed = units.at(place) === unit.BRACKET_END && units.at(place + 1) === unit.BRACKET_END;
    if (!isClosed || place + 2 > this.#colon || this.#isAddress(end)) return -1;
    this.#pairs.tokens.add(kind.LINK, at, end, place, place + 2, pipe);
    return place + 2;
  }

  #isAddress(at: number): boolean {
    if (this.#units.at(at) !== unit.SLASH && !this.#units.hasColonSoon(at)) return false;
    scheme.lastIndex = at;
    return scheme.test(this.#text);
  }

  #closeBrackets(at: number, count: number): number {
    const end = at + count;
    let start = at;
    while (start < end) {
      const top = this.#pairs.top;
      const length = top === kind.EXTERNAL ? Math.min(this.#pairs.openingLength, end - start) : 2;
      if (length > end - start) break;
      if (top === kind.EXTERNAL) this.#pairs.close(kind.EXTERNAL, start, start + length);
      else if (top === kind.LINK) this.#pairs.close(kind.LINK, start, start + length);
      else this.#pairs.add(kind.GONE, start, start + length);
      start += length;
    }
    return end;
  }

  // -------------------------------------------------------------- tags

  #less(at: number): number {
    if (this.#text.startsWith('!--', at + 1)) {
      const close = this.#searches.commentEnd(at + 4);
      return close < 0 ? this.#pairs.add(kind.OPEN, at, at + 4) : this.#pairs.add(kind.GONE, at, close + 3);
    }
    const end = this.#units.tagEnd(at);
    const name = end < 0 ? '' : this.#units.tagName(at, end);
    if (name === '') return at + 1;
    if (name.startsWith('/')) return this.#endTag(name.slice(1), at, end + 1);
    if (this.#units.at(end - 1) === unit.SLASH) return this.#lone(name, at, end + 1);
    return this.#startTag(name, at, end + 1);
  }

  #startTag(name: string, at: number, end: number): number {
    if (name === 'table') return this.#pairs.open(kind.TABLE, at, end);
    if (name === 'nowiki' || name === 'pre' || (codeTags.has(name) && isInline(this.#text.slice(at, end)))) {
      const ending = this.#searches.tagEnd(name, end);
      return ending === undefined ? this.#lone(name, at, end) : this.#pairs.addPair(kind.LITERAL, at, end, ending);
    }
    if (!removedTags.has(name)) return this.#lone(name, at, end);
    const ending = this.#searches.tagEnd(name, end);
    if (ending !== undefined) return this.#pairs.add(kind.GONE, at, ending.after);
    return this.#pairs.add(emptyWhenOpen.has(name) ? kind.GONE : kind.OPEN, at, end);
  }

  #endTag(name: string, at: number, end: number): number {
    if (name !== 'table') return this.#lone(name, at, end);
    if (this.#pairs.isWaiting(kind.TABLE)) this.#pairs.close(kind.TABLE, at, end);
    else this.#pairs.add(kind.GONE, at, end);
    return end;
  }

  /** A tag without contents, or whose contents are text. */
  #lone(name: string, at: number, end: number): number {
    if (removedTags.has(name)) return this.#pairs.add(kind.GONE, at, end);
    if (blockTags.has(name)) return this.#pairs.add(kind.NEWLINE, at, end);
    if (plainTags.has(name)) return this.#pairs.add(kind.TAG, at, end);
    return at + 1;
  }
}

const isInline = (tag: string): boolean => /\sinline(?=[\s=/>])/i.test(tag);

/** Pages are read one after the other: the memory of one serves the next. */
const lexer = new Lexer();

/** Linear in the text. What is removed whole has one token, and what stands in it none. */
export const lex = (text: string, templates: Templates): Lexed => lexer.lex(text, templates);
