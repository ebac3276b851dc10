// Finds the markup of wikitext and pairs what opens with what closes, in one pass over the characters.
import { codesOf } from './codes.ts';
import { blockTags, codeTags, emptyWhenOpen, plainTags, removedTags } from './names.ts';
import { Searches } from './searches.ts';
import { LONGEST_NAME, type Templates } from './templates.ts';

/**
 * `gone`: removed from `start` to `after`. `tag`: removed, its contents stay. `newline`: a line break or a block's edge.
 * `literal`: what stands from `end` to `close` is no markup. `open`: a note or comment that never ends. The others are
 * brackets; one that is not closed has `close` -1.
 */
type Kind = 'gone' | 'tag' | 'newline' | 'literal' | 'open' | Bracket;
export type Bracket = 'template' | 'link' | 'external' | 'table' | 'variant';

export interface Token {
  readonly kind: Kind;
  readonly start: number;
  /** End of the markup that opens. */
  readonly end: number;
  /** Start of the markup that closes, or -1. */
  close: number;
  /** End of the whole: of the markup that closes, or else `end`. */
  after: number;
  /** The `|` between its parts. */
  pipes: number[];
}

/** Most tokens have no parts: one empty list, never written to, serves them all. */
const NO_PIPES: number[] = [];

export interface Lexed {
  /** By `start`; pairs are properly nested. */
  readonly tokens: readonly Token[];
  /** Line ends before a blank line or a heading: as far as markup that is not closed reaches. Ascending. */
  readonly stops: readonly number[];
  /** Characters and brackets looked at. */
  readonly work: number;
}

export const lex = (text: string, templates: Templates): Lexed => new Lexer(text, templates).lex();

const [NEWLINE, SPACE, TAB, EQUALS, HYPHEN, COLON, SEMICOLON, SLASH] = [0x0a, 0x20, 0x09, 0x3d, 0x2d, 0x3a, 0x3b, 0x2f];
const [BRACE, BRACE_END, BRACKET, BRACKET_END, PIPE, LESS, GREATER] = [0x7b, 0x7d, 0x5b, 0x5d, 0x7c, 0x3c, 0x3e];
/** Ends the text; one inside it is no markup. */
const END = 0;
const special = new Uint8Array(128);
for (const code of [END, NEWLINE, BRACE, BRACE_END, BRACKET, BRACKET_END, PIPE, LESS]) special[code] = 1;

/** What matters inside a template that goes. */
const braces = new Uint8Array(128);
for (const code of [END, NEWLINE, BRACE, BRACE_END, LESS]) braces[code] = 1;

const scheme = /(?:https?:|ftps?:|gopher:)?\/\/|(?:mailto|news|irc|tel|sms|urn|magnet):/iy;
const tagName = /^(\/?)([A-Za-z][A-Za-z0-9]{0,15})(?=[\s/]|$)/;

class Lexer {
  readonly #text: string;
  readonly #codes: Uint16Array;
  readonly #searches: Searches;
  readonly #templates: Templates;
  readonly #tokens: Token[] = [];
  readonly #stops: number[] = [];
  /** Brackets that wait for their end, innermost last, and how many there are of each. */
  readonly #stack: Token[] = [];
  readonly #waiting: Record<Bracket, number> = { template: 0, link: 0, external: 0, table: 0, variant: 0 };
  /** The colon of this line between a term and its definition, when it is still ahead; else past the end. */
  #colon = Number.POSITIVE_INFINITY;
  /** A template that begins before this was looked through once without finding its end. */
  #looked = 0;
  #work = 0;

  constructor(text: string, templates: Templates) {
    this.#text = text;
    this.#codes = codesOf(text);
    this.#templates = templates;
    this.#searches = new Searches(text);
  }

  lex(): Lexed {
    const text = this.#text;
    let at = this.#lineStart(0);
    while (at < text.length) {
      const from = at;
      let code = this.#code(at);
      while (code >= 128 || special[code] === 0) code = this.#code(++at);
      if (at < text.length) at = this.#markup(code, at);
      this.#work += at - from;
    }
    if (this.#colon < text.length) this.#split();
    return { tokens: this.#tokens, stops: this.#stops, work: this.#work + this.#searches.work };
  }

  /** The unit at a place; 0 past the end. */
  #code(at: number): number {
    return this.#codes[at] ?? 0;
  }

  #markup(code: number, at: number): number {
    if (at > this.#colon) this.#split();
    if (code === NEWLINE) return this.#lineStart(at + 1);
    if (code === BRACE) return this.#openBraces(at, this.#run(at, BRACE));
    if (code === BRACE_END) return this.#closeBraces(at, this.#run(at, BRACE_END));
    if (code === BRACKET) return this.#openBrackets(at, this.#run(at, BRACKET));
    if (code === BRACKET_END) return this.#closeBrackets(at, this.#run(at, BRACKET_END));
    if (code === PIPE) return this.#pipe(at);
    return code === LESS ? this.#less(at) : at + 1;
  }

  // -------------------------------------------------------------- lines

  /** Looks at how a line begins, and returns where reading goes on. */
  #lineStart(at: number): number {
    const text = this.#text;
    this.#popWhile((top) => top === 'external');
    const begins = this.#skipSpaces(at);
    if (begins >= text.length || this.#code(begins) === NEWLINE) {
      if (at > 0) this.#stops.push(at - 1);
      this.#popWhile((top) => top === 'link' || top === 'external' || top === 'variant');
      return at;
    }
    if (this.#isHeading(at)) {
      if (at > 0) this.#stops.push(at - 1);
      this.#popWhile((top) => top !== 'table');
      return at;
    }
    let table = begins;
    while (isListMark(this.#code(table))) table++;
    this.#work += table - at;
    if (this.#code(at) === SEMICOLON) this.#findColon(table);
    if (this.#code(table) === BRACE && this.#code(table + 1) === PIPE) {
      this.#open('table', table, table + 2);
      return table + 2;
    }
    if (this.#waiting.table > 0 && text.startsWith('|}', begins) && this.#code(begins + 2) !== BRACE_END) {
      this.#close('table', begins, begins + 2);
      return begins + 2;
    }
    return at;
  }

  /** `; term : definition` stands in one line of the source and in two of the page. The colon of a link is none. */
  #findColon(from: number): void {
    const text = this.#text;
    let depth = 0;
    let at = from;
    for (let code = this.#code(at); at < text.length && code !== NEWLINE; code = this.#code(++at)) {
      if (code === BRACKET || code === BRACE || code === LESS) depth++;
      else if (code === BRACKET_END || code === BRACE_END || code === GREATER) depth--;
      else if (code === COLON && depth === 0 && this.#code(at + 1) !== SLASH) {
        this.#colon = at;
        break;
      }
    }
    this.#work += at - from;
  }

  #split(): void {
    this.#add('newline', this.#colon, this.#colon + 1);
    this.#colon = Number.POSITIVE_INFINITY;
  }

  #skipSpaces(at: number): number {
    let end = at;
    while (this.#code(end) === SPACE || this.#code(end) === TAB) end++;
    this.#work += end - at;
    return end;
  }

  #isHeading(at: number): boolean {
    const text = this.#text;
    if (this.#code(at) !== EQUALS || this.#code(at + 1) !== EQUALS) return false;
    const found = text.indexOf('\n', at);
    const end = found < 0 ? text.length : found;
    this.#work += end - at;
    return /[^=]=+\s*(?:<!--[^<>]*-->\s*)?$/.test(text.slice(Math.max(at, end - 80), end));
  }

  // -------------------------------------------------------------- brackets

  #run(at: number, code: number): number {
    let end = at + 1;
    while (this.#code(end) === code) end++;
    return end - at;
  }

  #openBraces(at: number, count: number): number {
    const end = at + count;
    // `-{{` is a hyphen before a template. Wordings do not nest: then each is looked through once.
    if (count === 1 && this.#code(at - 1) === HYPHEN && this.#waiting.variant === 0)
      return this.#open('variant', at - 1, end);
    if (count === 2 && at >= this.#looked && this.#goes(end)) {
      const after = this.#templateEnd(end);
      if (after > 0) return this.#add('gone', at, after);
    }
    for (let start = at; end - start >= 2; ) {
      // Of an odd run the innermost three are a parameter: `{{{1|}}}`.
      const next = start + (end - start === 3 ? 3 : 2);
      this.#open('template', start, next);
      start = next;
    }
    return end;
  }

  /** Whether the template whose name begins at `from` shows nothing, whatever its parameters. */
  #goes(from: number): boolean {
    const text = this.#text;
    const last = Math.min(text.length, from + LONGEST_NAME);
    let end = from;
    let code = this.#code(end);
    while (end < last && code !== PIPE && (code >= 128 || special[code] === 0 || code === NEWLINE))
      code = this.#code(++end);
    this.#work += end - from;
    return end < last && (code === PIPE || code === BRACE_END) && this.#templates(text.slice(from, end)) === undefined;
  }

  /**
   * Where a template that goes ends, when it does before a heading; else -1, and then no template that begins before
   * the place reached is looked through again. Nothing inside needs pairing but braces: most of a page's markup is here.
   */
  #templateEnd(from: number): number {
    const text = this.#text;
    const saved = this.#searches.commentEndFound;
    let at = from;
    // Braces that are still to be closed; one alone is text.
    for (let open = 2; at < text.length && open > 1; ) {
      let code = this.#code(at);
      while (code >= 128 || braces[code] === 0) code = this.#code(++at);
      if (code === NEWLINE) {
        if (this.#isHeading(++at)) break;
      } else if (code === LESS) {
        const after = this.#skipTag(at);
        if (after < 0) break;
        at = after;
      } else if (code === END) {
        at++;
      } else {
        const count = this.#run(at, code);
        if (code === BRACE_END && count >= open) {
          this.#work += at - from;
          return at + open;
        }
        if (count > 1) open += code === BRACE ? count : -count;
        at += count;
      }
    }
    this.#work += at - from;
    this.#searches.commentEndFound = saved;
    this.#looked = at;
    return -1;
  }

  /** Past a comment, or past a tag with what it hides; past the `<` of anything else; -1 for a comment without end. */
  #skipTag(at: number): number {
    if (this.#text.startsWith('!--', at + 1)) {
      const close = this.#searches.commentEnd(at + 4);
      return close < 0 ? -1 : close + 3;
    }
    const end = this.#tagEnd(at);
    if (end < 0 || this.#code(end - 1) === SLASH) return at + 1;
    const name = tagName.exec(this.#text.slice(at + 1, Math.min(end, at + 40)))?.[0].toLowerCase() ?? '';
    if (!removedTags.has(name) && name !== 'nowiki' && name !== 'pre') return at + 1;
    return this.#searches.tagEnd(name, end + 1)?.after ?? at + 1;
  }

  #closeBraces(at: number, count: number): number {
    const end = at + count;
    if (this.#waiting.variant > 0 && this.#code(end) === HYPHEN) return this.#closeVariant(at, end);
    return this.#closeTemplates(at, end);
  }

  /** The last brace before a hyphen ends the wording; those before it end templates inside. */
  #closeVariant(at: number, end: number): number {
    if (this.#stack.at(-1)?.kind === 'template') {
      const closed = this.#closeTemplates(at, end - ((end - at) % 2));
      if (closed === end) return end;
    }
    this.#close('variant', end - 1, end + 1);
    return end + 1;
  }

  #closeTemplates(at: number, end: number): number {
    let start = at;
    while (end - start >= 2 && this.#waiting.template > 0) {
      this.#popWhile((top) => top !== 'template');
      const opened = this.#stack.at(-1);
      const length = opened !== undefined && opened.end - opened.start === 3 && end - start >= 3 ? 3 : 2;
      this.#close('template', start, start + length);
      start += length;
    }
    // One brace too many is text, as MediaWiki shows it.
    if (end - start > 1) this.#add('gone', start, end);
    return end;
  }

  #openBrackets(at: number, count: number): number {
    const end = at + count;
    scheme.lastIndex = end;
    const isExternal = mayBeScheme(this.#code(end)) && scheme.test(this.#text);
    // `[[http://x y]]` is a frequent slip for `[http://x y]`; but `[[//x]]` is a page.
    const external = !isExternal || (count === 2 && this.#code(end) === 0x2f) ? 0 : 2 - (count % 2);
    const links = Math.floor((count - external) / 2);
    let start = end - external - links * 2;
    for (let made = 0; made < links; made++, start += 2) this.#open('link', start, start + 2);
    if (external > 0) this.#open('external', start, end);
    return end;
  }

  #closeBrackets(at: number, count: number): number {
    const end = at + count;
    let start = at;
    while (start < end) {
      const top = this.#stack.at(-1);
      const length = top?.kind === 'external' ? Math.min(top.end - top.start, end - start) : 2;
      if (length > end - start) break;
      if (top?.kind === 'external') this.#close('external', start, start + length);
      else if (top?.kind === 'link') this.#close('link', start, start + length);
      else this.#add('gone', start, start + length);
      start += length;
    }
    return end;
  }

  #pipe(at: number): number {
    // MediaWiki splits templates before it reads external links.
    if (this.#waiting.template > 0) this.#popWhile((top) => top === 'external');
    const top = this.#stack.at(-1);
    if (top === undefined || top.kind === 'table' || top.kind === 'external') return at + 1;
    if (top.pipes === NO_PIPES) top.pipes = [at];
    else top.pipes.push(at);
    return at + 1;
  }

  // -------------------------------------------------------------- tags

  #less(at: number): number {
    if (this.#text.startsWith('!--', at + 1)) {
      const close = this.#searches.commentEnd(at + 4);
      return close < 0 ? this.#add('open', at, at + 4) : this.#add('gone', at, close + 3);
    }
    const end = this.#tagEnd(at);
    const [, slash, name] = end < 0 ? [] : (tagName.exec(this.#text.slice(at + 1, Math.min(end, at + 40))) ?? []);
    if (name === undefined) return at + 1;
    const known = name.toLowerCase();
    if (slash === '/') return this.#endTag(known, at, end + 1);
    if (this.#text[end - 1] === '/') return this.#lone(known, at, end + 1);
    return this.#startTag(known, at, end + 1);
  }

  /** Where the `>` stands; a tag holds no `<`, so no character is passed over twice. */
  #tagEnd(at: number): number {
    const text = this.#text;
    let end = at + 1;
    let code = this.#code(end);
    if (code !== 0x2f && !(code >= 0x41 && code <= 0x5a) && !(code >= 0x61 && code <= 0x7a)) return -1;
    while (end < text.length && code !== LESS && code !== GREATER) code = this.#code(++end);
    this.#work += end - at;
    return code === GREATER ? end : -1;
  }

  #startTag(name: string, at: number, end: number): number {
    if (name === 'table') return this.#open('table', at, end);
    if (name === 'nowiki' || name === 'pre' || (codeTags.has(name) && isInline(this.#text.slice(at, end)))) {
      const ending = this.#searches.tagEnd(name, end);
      return ending === undefined ? this.#lone(name, at, end) : this.#add('literal', at, end, ending);
    }
    if (!removedTags.has(name)) return this.#lone(name, at, end);
    const ending = this.#searches.tagEnd(name, end);
    if (ending !== undefined) return this.#add('gone', at, ending.after);
    return this.#add(emptyWhenOpen.has(name) ? 'gone' : 'open', at, end);
  }

  #endTag(name: string, at: number, end: number): number {
    if (name !== 'table') return this.#lone(name, at, end);
    if (this.#waiting.table > 0) this.#close('table', at, end);
    else this.#add('gone', at, end);
    return end;
  }

  /** A tag without contents, or whose contents are text. */
  #lone(name: string, at: number, end: number): number {
    if (removedTags.has(name)) return this.#add('gone', at, end);
    if (blockTags.has(name)) return this.#add('newline', at, end);
    if (plainTags.has(name)) return this.#add('tag', at, end);
    return at + 1;
  }

  // -------------------------------------------------------------- tokens

  #add(kind: Kind, start: number, end: number, ending?: { close: number; after: number }): number {
    const { close, after } = ending ?? { close: -1, after: end };
    this.#tokens.push({ kind, start, end, close, after, pipes: NO_PIPES });
    return after;
  }

  #open(kind: Bracket, start: number, end: number): number {
    const token: Token = { kind, start, end, close: -1, after: end, pipes: NO_PIPES };
    this.#tokens.push(token);
    this.#stack.push(token);
    this.#waiting[kind]++;
    return end;
  }

  /** Closes the innermost bracket of this kind; what was opened inside it and not closed never will be. */
  #close(kind: Bracket, start: number, end: number): void {
    this.#popWhile((top) => top !== kind);
    const token = this.#stack.pop();
    if (token === undefined) return;
    this.#waiting[kind]--;
    token.close = start;
    token.after = end;
  }

  #popWhile(test: (top: Bracket) => boolean): void {
    for (let top = this.#stack.at(-1); top !== undefined; top = this.#stack.at(-1)) {
      const kind = top.kind;
      if (!isBracket(kind) || !test(kind)) return;
      this.#stack.pop();
      this.#waiting[kind]--;
      this.#work++;
    }
  }
}

/** A small or capital letter or a slash. */
const mayBeScheme = (code: number): boolean =>
  (code >= 0x61 && code <= 0x7a) || code === SLASH || (code >= 0x41 && code <= 0x5a);

const isInline = (tag: string): boolean => /\sinline(?=[\s=/>])/i.test(tag);

const isBracket = (kind: Kind): kind is Bracket =>
  kind === 'template' || kind === 'link' || kind === 'external' || kind === 'table' || kind === 'variant';

/** `*`, `#`, `:` or `;`, or a space between them. */
const isListMark = (code: number): boolean =>
  code === 0x2a || code === 0x23 || code === 0x3a || code === 0x3b || code === SPACE || code === TAB;
