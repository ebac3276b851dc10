// Reads a line as a sentence of a site's interface: a button, a link, a field. Not by what it says but by what it is made of.
import { services } from './boilerplate-phrases.ts';
import { actions, glue, past, pointers, qualifiers, relations, siteWords, things } from './interface-words.ts';
import { Openings } from './openings.ts';
import { PhraseBook } from './phrase-book.ts';
import { isAlphanumeric, isDigit } from './script.ts';

/**
 * `certain`: the line turns to the reader of the page (この記事を印刷する, もっと見る). `site`: in words of sites (空室検索);
 * a text about sites may have such a heading. `program`: in words that manuals have too (写真を削除する). What stands around
 * decides about the last two.
 */
export type InterfaceVerdict = 'certain' | 'site' | 'program' | 'other';

/** Longer lines say something. (UTF-16 units after `simplified`) */
export const LONGEST_OF_INTERFACE = 36;

const GLUE = 1;
const THING = 2;
const ACTION = 3;
const POINTER = 4;
const PAST = 5;
const SITE_THING = 6;
const SITE_ACTION = 7;
const RELATION = 8;

let shared: { readonly book: PhraseBook; readonly openings: Openings } | undefined;

function words(): { readonly book: PhraseBook; readonly openings: Openings } {
  if (shared === undefined) {
    const book = new PhraseBook([
      [glue, GLUE],
      [services, THING],
      [things, THING],
      [qualifiers, THING],
      [actions, ACTION],
      [things.filter((word) => siteWords.has(word)), SITE_THING],
      [actions.filter((word) => siteWords.has(word)), SITE_ACTION],
      [pointers, POINTER],
      [past, PAST],
      [relations, RELATION],
    ]);
    shared = { book, openings: new Openings(book.openings()) };
  }
  return shared;
}

/** It ends a sentence of prose. */
const FULL_STOP = 0x3002;
const COMMA = 0x3001;
const CLOSING_QUOTE = 0x300d;
const MIDDLE_DOT = 0x30fb;

/** Whether a line that ends at `end` may be one of an interface; its first word stands at `at`. False is certain. */
export function mayBeInterface(text: string, at: number, end: number): boolean {
  const last = text.charCodeAt(end - 1);
  return last !== FULL_STOP && last !== COMMA && last !== CLOSING_QUOTE && words().openings.fit(text, at);
}

/**
 * `line` as `simplified` gives it. All of it must be known words, numbers and marks: longest word first, without going
 * back. Linear in the line, which is short.
 */
export function interfaceLine(line: string, marks: Uint8Array): InterfaceVerdict {
  if (line.length > LONGEST_OF_INTERFACE) return 'other';
  const { book } = words();
  const met = [0, 0, 0, 0, 0, 0, 0, 0, 0];
  let all = 0;
  // Places between words at which one button ends and the next begins.
  let gaps = 0;
  for (let at = 0; at < line.length; ) {
    const code = line.charCodeAt(at);
    const match = book.match(line, at);
    if (match !== undefined) {
      met[match.kind] = (met[match.kind] ?? 0) + 1;
      all++;
      at = match.end;
    } else if (isDigit(code)) {
      while (isDigit(line.charCodeAt(at)) || line[at] === ',') at++;
      if (isAlphanumeric(line.charCodeAt(at))) return 'other';
    } else if (marks[code] === 1 && !(code === FULL_STOP && at + 1 === line.length)) {
      if (all > 0 && code !== MIDDLE_DOT && marks[line.charCodeAt(at - 1)] !== 1) gaps++;
      at++;
    } else return 'other';
  }
  const [, held = 0, named = 0, acted = 0, pointed = 0, done = 0, siteThings = 0, siteActions = 0, related = 0] = met;
  const deeds = acted + siteActions;
  const nouns = named + siteThings;
  if (pointed > 0 && related > 0 && nouns > 1 && done === 0) return 'certain';
  if (deeds === 0)
    return siteThings > 0 && (pointed > 0 || line.endsWith('について'))
      ? 'site'
      : nouns > 1 && gaps > 0
        ? 'program'
        : 'other';
  if (all < 2) return 'other';
  if (done > 0) return siteThings + siteActions > 0 ? 'site' : 'other';
  if (pointed > 0 || (held === 0 && gaps > 0 && deeds + nouns > 2) || (held === 0 && gaps > 0 && deeds > 1))
    return 'certain';
  return siteThings + siteActions > 0 ? 'site' : 'program';
}
