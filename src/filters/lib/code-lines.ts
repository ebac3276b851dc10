// Which lines are program code that a page's text extraction left behind, and which are code of any kind.
import { kind, kinds } from './classes.ts';

/** `leftover`: what only a page's own scripts and styles say; `code`: may as well be a listing that is content. */
export type LineKind = 'leftover' | 'code' | 'text';

/** As much of a line as is looked at; minified scripts are one line of many thousands. */
const LOOKED_AT = 400;

/** Names that only the scripts of web pages have: advertising, counting, embedding. */
const LEFTOVERS = [
  'google_ad',
  'adsbygoogle',
  '_gaq',
  'gtag(',
  'dataLayer',
  'GoogleAnalyticsObject',
  'fbq(',
  'CDATA[',
  'document.write(',
  'amazon_ad_tag',
  'amzn_assoc',
  'a8sales',
  'wp-emoji',
  'wpcf7',
  '.recentcomments',
  'jQuery(document)',
  '$(document).ready',
  'function(d,s,id)',
  'function(d, s, id)',
  'createElement("script")',
  "createElement('script')",
  'createElement(s)',
  'window._',
  'addthis_',
  'yads_',
  'i2i.jp',
];

const DECLARATION = /^-?[a-z][a-z-]{1,30}\s?:\s?[^:;{}]{1,120}(?:;|!important;?)$/u;
const SELECTOR =
  /^(?:[.#@*][\w.#:>,~\s*()[\]="-]{1,120}|(?:a|p|h[1-6]|ul|ol|li|dl|dt|dd|div|span|body|html|table|th|td|tr|img|input|form)[\w.#:>,~\s*-]{0,120})\{/u;
const STATEMENT =
  /^(?:var|let|const|function|return|if ?\(|else\b|for ?\(|while ?\(|switch ?\(|case |break;|import |export |class |public |private |static |def |#include|#define|using |package |try\b|catch ?\(|throw |new |echo |\$\w+ ?=|[\w.$]{1,60}\(|[\w.$[\]]{1,60} ?[+-]?= ?)/u;
const BRACKETS = /^[\s{}()[\];,<>/*-]{1,12}$/u;
const TAG =
  /^<(?:\/?(?:script|style|div|span|p|a|br|img|ul|li|table|tr|td|meta|link|iframe|input|form|h[1-6])\b|!--|\?php|!DOCTYPE)/iu;

/** Judges the line text[start .. end), which has no blanks at its ends. Looks at its first 400 units and its last one. */
export function lineKind(text: string, units: Uint16Array, start: number, end: number): LineKind {
  // Prose begins with a kana or kanji, or has none of code's marks: nearly all lines end here.
  if ((kinds[units[start] ?? 0] ?? 0) >= kind.hiragana) return 'text';
  const limit = Math.min(end, start + LOOKED_AT);
  let [ascii, marks] = [0, 0];
  for (let at = start; at < limit; at++) {
    const unit = units[at] ?? 0;
    if (unit < 0x80) ascii++;
    if (CODE_MARKS[unit] === 1) marks++;
  }
  if (marks === 0 || 10 * ascii < 8 * (limit - start)) return 'text';
  const line = text.slice(start, limit);
  if (LEFTOVERS.some((name) => line.includes(name)) || isStyle(line)) return 'leftover';
  if (BRACKETS.test(line) || TAG.test(line) || DECLARATION.test(line)) return 'code';
  const last = text[end - 1] ?? '';
  return (STATEMENT.test(line) && /[;{}(),]/u.test(last)) || (/[;{}]/u.test(last) && /[=({]/u.test(line))
    ? 'code'
    : 'text';
}

const CODE_MARKS = new Uint8Array(0x10000);
for (const mark of '{}();=<>:[') CODE_MARKS[mark.charCodeAt(0)] = 1;

/** A whole CSS rule in a line, or its head: `.entry a:hover { color: #333; }`. */
function isStyle(line: string): boolean {
  if (!SELECTOR.test(line)) return /^@(?:media|import|charset|font-face)\b/u.test(line);
  const open = line.indexOf('{');
  const body = line.slice(open + 1).trim();
  return /^[a-z-]{2,30}\s?:\s?[^:]/u.test(body);
}
