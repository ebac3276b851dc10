// Looks ahead for the end of comments and tags, never passing over the same text twice, and counts what it passes over.
import { impliedEnds } from './names.ts';

/** How a tag's contents end: at its end tag, or where its end is implied. */
export interface Ending {
  /** Where the contents end. */
  readonly close: number;
  /** Where what follows begins. */
  readonly after: number;
}

export class Searches {
  #text = '';
  /** The comment end that was found last: it serves every comment that begins before it. */
  commentEndFound = -1;
  /** The line that was looked at last, from the place where the look began. */
  #lineFrom = 0;
  #lineEnd = -1;
  /** Characters passed over. */
  work = 0;

  read(text: string): void {
    this.#text = text;
    this.commentEndFound = -1;
    this.#lineFrom = 0;
    this.#lineEnd = -1;
    this.work = 0;
  }

  /** Where the next `-->` at or after `from` stands, or -1. Calls come in ascending order of `from`. */
  commentEnd(from: number): number {
    if (this.commentEndFound < from) {
      const found = this.#text.indexOf('-->', from);
      this.commentEndFound = found < 0 ? Number.POSITIVE_INFINITY : found;
      this.work += Math.min(this.commentEndFound, this.#text.length) - from;
    }
    return Number.isFinite(this.commentEndFound) ? this.commentEndFound : -1;
  }

  /** Where `</ref>` stands when it is the next tag and on the same line, as it mostly is; else -1. */
  #plainNote(from: number): number {
    const text = this.#text;
    if (from < this.#lineFrom || from > this.#lineEnd) {
      const found = text.indexOf('\n', from);
      this.#lineFrom = from;
      this.#lineEnd = found < 0 ? text.length : found;
      this.work += this.#lineEnd - from;
    }
    const less = text.indexOf('<', from);
    this.work += (less < 0 ? text.length : less) - from;
    return less >= 0 && less < this.#lineEnd && text.startsWith('/ref>', less + 1) ? less : -1;
  }

  /**
   * The end of the contents that begin at `from`; undefined when a second start tag or a heading comes first, or
   * nothing: then the tag was never closed. No search goes beyond the next tag of its name, where the next may begin.
   */
  tagEnd(name: string, from: number): Ending | undefined {
    if (name === 'ref') {
      const close = this.#plainNote(from);
      if (close >= 0) return { close, after: close + '</ref>'.length };
    }
    const pattern = boundaries(name);
    pattern.lastIndex = from;
    for (let match = pattern.exec(this.#text); match !== null; match = pattern.exec(this.#text)) {
      const [tag, slash, tagName] = match;
      if (tag.endsWith('/>')) continue;
      this.work += pattern.lastIndex - from;
      if (slash === '/' && tagName?.toLowerCase() === name) return { close: match.index, after: pattern.lastIndex };
      return impliedEnds.has(name) ? { close: match.index, after: match.index } : undefined;
    }
    this.work += this.#text.length - from;
    return undefined;
  }
}

/** By tag; building one costs as much as reading a page. They keep no state: every search sets where it begins. */
const patterns = new Map<string, RegExp>();

function boundaries(name: string): RegExp {
  const known = patterns.get(name);
  if (known !== undefined) return known;
  const names = [name, ...(impliedEnds.get(name) ?? [])].join('|');
  // Code and formulas may hold lines that look like headings; notes do not.
  const heading = name === 'ref' ? '|\\n==' : '';
  const pattern = new RegExp(`<(/?)(${names})(?=[\\s/>])[^<>]*>${heading}`, 'gi');
  patterns.set(name, pattern);
  return pattern;
}
