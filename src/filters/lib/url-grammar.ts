// The grammar of web and mail addresses as they stand in running text, Japanese included: where each part ends.
import { isAlphanumeric, isAsciiLetter, isDigit, isHiragana, isJapaneseLetter } from './script.ts';
import {
  beginsInternationalTopLevel,
  isAddress,
  isInternationalTopLevel,
  isTopLevel,
  mayBeTopLevel,
} from './top-level-domains.ts';

const DOT = 0x2e;
const HYPHEN = 0x2d;
/** Longer hosts do not exist (RFC 1035), so a longer run of host characters is none. */
const LONGEST_HOST = 253;
const LONGEST_INTERNATIONAL_HOST = 100;

const set = (characters: string): Uint8Array => {
  const table = new Uint8Array(0x80);
  for (const character of characters) table[character.charCodeAt(0)] = 1;
  return table;
};
const inUrl = set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:/?#[]@!$&'()*+,;=%");
/** Seldom the end of an address, nearly always the end of the clause around it. */
const trailing = set(".,;:!?'*");

export const isHostCharacter = (code: number): boolean => isAlphanumeric(code) || code === DOT || code === HYPHEN;
const inMailbox = set('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._%+');
/** Of the part of a mail address before the @. */
export const isMailboxCharacter = (code: number): boolean => inMailbox[code] === 1;

/** Full-width ～ stands for ~ in `/～tanaka/`, a common slip in Japanese pages. */
function isUrlCharacter(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code < 0x80 ? inUrl[code] === 1 : code === 0xff5e && text[at - 1] === '/';
}

/** Words before Japanese in a path or query, as in `/wiki/清流`: what follows them is part of the address. */
const japaneseFollows = [
  '/wiki/',
  '/tag/',
  '/tags/',
  '/hashtag/',
  '/category/',
  '/keyword/',
  '/search/',
  '?q=',
  '&q=',
  'keyword=',
  'word=',
  'query=',
  'title=',
  '#',
];

/** End of the address whose URL characters begin at `from`; trailing punctuation and unbalanced brackets stay outside. */
export function endOfUrl(text: string, from: number): number {
  let end = from;
  while (isUrlCharacter(text, end)) end++;
  if (isIdeographOrKatakana(text.charCodeAt(end))) {
    const tail = text.slice(Math.max(from, end - 12), end);
    if (japaneseFollows.some((word) => tail.endsWith(word))) {
      while (isIdeographOrKatakana(text.charCodeAt(end)) || isUrlCharacter(text, end)) end++;
    }
  }
  return trimmed(text, from, end);
}

const isIdeographOrKatakana = (code: number): boolean => isJapaneseLetter(code) && !isHiragana(code);

function trimmed(text: string, from: number, to: number): number {
  let round = 0;
  let square = 0;
  for (let at = from; at < to; at++) {
    const character = text[at];
    if (character === '(') round++;
    else if (character === ')') round--;
    else if (character === '[') square++;
    else if (character === ']') square--;
  }
  let end = to;
  for (; end > from; end--) {
    const character = text[end - 1];
    if (character === ')' && round < 0) round++;
    else if (character === ']' && square < 0) square++;
    else if (character === '(' && round > 0) round--;
    else if (character === '[' && square > 0) square--;
    else if (trailing[text.charCodeAt(end - 1)] !== 1) break;
  }
  return end;
}

/** End of a host with letters outside ASCII (`日本語.jp`, `www.日本語.jp`) that begins at `from`, or -1. */
export function endOfInternationalHost(text: string, from: number): number {
  let end = -1;
  let label = from;
  const limit = Math.min(text.length, from + LONGEST_INTERNATIONAL_HOST);
  for (let at = from; at < limit; at++) {
    const code = text.charCodeAt(at);
    if (code === DOT) {
      if (at === label) break;
      label = at + 1;
      end = Math.max(end, endOfTopLevel(text, label, limit));
    } else if (!isHostCharacter(code) && !isLetterBeyondAscii(code)) break;
  }
  return end;
}

/** Where a top-level domain that begins at `from` ends, or -1; Japanese may follow an ASCII one at once. */
function endOfTopLevel(text: string, from: number, limit: number): number {
  let end = from;
  while (end < limit && isAsciiLetter(text.charCodeAt(end))) end++;
  if (end > from) return isTopLevel(text.slice(from, end)) ? end : -1;
  if (!beginsInternationalTopLevel(text.charCodeAt(from))) return -1;
  for (let length = 2; length <= 6; length++) {
    if (isInternationalTopLevel(text.slice(from, from + length))) return from + length;
  }
  return -1;
}

/** Letters that international hosts are written with. */
export const isLetterBeyondAscii = (code: number): boolean =>
  isJapaneseLetter(code) || (code >= 0xc0 && code < 0x2000) || (code >= 0xac00 && code <= 0xd7a3);

export interface Host {
  readonly start: number;
  readonly end: number;
  readonly name: string;
}

/** The host within a run of host characters: without dots and hyphens at its ends. Undefined when it can be none. */
export function hostIn(text: string, from: number, to: number): Host | undefined {
  let [start, end] = [from, to];
  while (start < end && !isAlphanumeric(text.charCodeAt(start))) start++;
  while (end > start && !isAlphanumeric(text.charCodeAt(end - 1))) end--;
  if (end - start > LONGEST_HOST) return undefined;
  const name = text.slice(start, end);
  return name.includes('.') && !name.includes('..') ? { start, end, name } : undefined;
}

/**
 * False when `endOfBareAddress` would find no address in this run of host characters, told without cutting it out: its
 * last label is a number (`3.14`) or no top-level domain begins so, and no `www` comes first.
 */
export function mayBeHost(text: string, from: number, to: number): boolean {
  let [start, end] = [from, to];
  while (start < end && !isAlphanumeric(text.charCodeAt(start))) start++;
  while (end > start && !isAlphanumeric(text.charCodeAt(end - 1))) end--;
  if ((text.charCodeAt(start) | 0x20) === 0x77) return true;
  let label = end;
  while (label > start && text.charCodeAt(label - 1) !== DOT) label--;
  return label > start && mayBeTopLevel(text, label, end);
}

const topLevelOf = (name: string): string => name.slice(name.lastIndexOf('.') + 1);

export const hasTopLevel = (name: string): boolean => isTopLevel(topLevelOf(name));

/**
 * End of the address that a host without a scheme begins, or -1 when it is none. `www.` proves an address; else a path
 * after a known top-level domain does; else the host must be unmistakable.
 */
export function endOfBareAddress(text: string, { start, end, name }: Host): number {
  const www = /^www\d{0,2}\.[^.]/i.test(name);
  if (!www && !hasTopLevel(name)) return -1;
  const before = text.charCodeAt(start - 1);
  // `src/main.rs`, `C:\asp.net`, `_a.com`: part of a path or a name.
  if (!www && (before === 0x2f || before === 0x5c || before === 0x5f || before === 0x7e)) return -1;
  const next = text[end];
  const port = next === ':' && isDigit(text.charCodeAt(end + 1));
  const path = next === '/' || next === '?' || next === '#' || port;
  if (path && (www || !isFileName(name))) return endOfUrl(text, end);
  return www || isAddress(name) ? end : -1;
}

/** `README.md/…`, `A.I/…`: one capitalised or numeric name before a rare ending is a file or an abbreviation. */
function isFileName(name: string): boolean {
  const first = name.slice(0, name.indexOf('.'));
  return (
    !isAddress(name) &&
    (!/[a-z]/.test(name) || /^\d*$/.test(first) || (/^[A-Z]/.test(first) && name.split('.').length === 2))
  );
}
