// HTML's character references, decoded once.
import type { Line } from './line.ts';
import { Remembered } from './remembered.ts';
import { unit } from './units.ts';

/** U+00A0 to U+00FF, in order. */
const latin1 =
  'nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml';
/** U+0391 to U+03A9 and U+03B1 to U+03C9, in order; `-` is unassigned or nameless. */
const greekCapitals =
  'Alpha Beta Gamma Delta Epsilon Zeta Eta Theta Iota Kappa Lambda Mu Nu Xi Omicron Pi Rho - Sigma Tau Upsilon Phi Chi Psi Omega';
const greekSmall =
  'alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigmaf sigma tau upsilon phi chi psi omega';
const others =
  'quot:22 amp:26 apos:27 lt:3c gt:3e OElig:152 oelig:153 Scaron:160 scaron:161 Yuml:178 fnof:192 circ:2c6 tilde:2dc thetasym:3d1 upsih:3d2 piv:3d6 ensp:2002 emsp:2003 thinsp:2009 zwnj:200c zwj:200d lrm:200e rlm:200f ndash:2013 mdash:2014 lsquo:2018 rsquo:2019 sbquo:201a ldquo:201c rdquo:201d bdquo:201e dagger:2020 Dagger:2021 bull:2022 hellip:2026 permil:2030 prime:2032 Prime:2033 lsaquo:2039 rsaquo:203a oline:203e frasl:2044 euro:20ac image:2111 weierp:2118 real:211c trade:2122 alefsym:2135 larr:2190 uarr:2191 rarr:2192 darr:2193 harr:2194 crarr:21b5 lArr:21d0 uArr:21d1 rArr:21d2 dArr:21d3 hArr:21d4 forall:2200 part:2202 exist:2203 empty:2205 nabla:2207 isin:2208 notin:2209 ni:220b prod:220f sum:2211 minus:2212 lowast:2217 radic:221a prop:221d infin:221e ang:2220 and:2227 or:2228 cap:2229 cup:222a int:222b there4:2234 sim:223c cong:2245 asymp:2248 ne:2260 equiv:2261 le:2264 ge:2265 sub:2282 sup:2283 nsub:2284 sube:2286 supe:2287 oplus:2295 otimes:2297 perp:22a5 sdot:22c5 lceil:2308 rceil:2309 lfloor:230a rfloor:230b lang:2329 rang:232a loz:25ca spades:2660 clubs:2663 hearts:2665 diams:2666';

const named = new Map<string, string>([
  ...inOrder(latin1, 0xa0),
  ...inOrder(greekCapitals, 0x391),
  ...inOrder(greekSmall, 0x3b1),
  ...others.split(' ').map((pair): [string, string] => {
    const [name = '', hex = ''] = pair.split(':');
    return [name, String.fromCharCode(Number.parseInt(hex, 16))];
  }),
]);

function inOrder(names: string, first: number): [string, string][] {
  return names.split(' ').map((name, index) => [name, String.fromCharCode(first + index)]);
}

const reference = /^(?:#(?:[xX]([0-9a-fA-F]{1,6})|([0-9]{1,7}))|([A-Za-z][A-Za-z0-9]{1,9}))$/;
/** UTF-16 units between `&` and `;`. */
const LONGEST = 10;
const AMPERSAND = 0x26;
/** References remembered: articles use few. */
const MOST_REMEMBERED = 1024;

/** By what stands between `&` and `;`: the character that it means, or -1. */
const characters = new Remembered<number>(MOST_REMEMBERED, (written) => {
  const [, hex, decimal, name] = reference.exec(written) ?? [];
  if (name !== undefined) return named.get(name)?.charCodeAt(0) ?? -1;
  const code = hex === undefined ? Number(decimal ?? -1) : Number.parseInt(hex, 16);
  return isCharacter(code) ? code : -1;
});

/**
 * Unknown names and numbers that are no character stay as they are. A decoded `&` begins no reference. Returns the
 * highest code point that was decoded, or -1. Linear.
 */
export function decodeEntities(line: Line): number {
  const { codes, from, to } = line;
  let highest = -1;
  let written = from;
  for (let at = from; at < to; at++) {
    const code = codes[at] ?? 0;
    const end = code === AMPERSAND ? referenceEnd(line, at + 1) : -1;
    const character = end < 0 ? -1 : characters.of(codes, at + 1, end);
    if (character < 0) codes[written++] = code;
    else {
      at = end;
      highest = Math.max(highest, character);
      if (character > 0xffff) codes[written++] = 0xd800 + ((character - 0x10000) >> 10);
      codes[written++] = character > 0xffff ? 0xdc00 + (character & 0x3ff) : character;
    }
  }
  line.to = written;
  return highest;
}

/** Where the `;` of a reference that begins at `from` stands, or -1. */
function referenceEnd({ codes, to }: Line, from: number): number {
  const last = Math.min(to - 1, from + LONGEST);
  let at = from;
  while (at < last && isReference(codes[at] ?? 0)) at++;
  return at > from && at <= last && codes[at] === unit.SEMICOLON ? at : -1;
}

/** `#` or alphanumeric. */
const isReference = (code: number): boolean =>
  code === 0x23 || (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a);

/** A character of text: no control, which would break its line, no half of a pair, no noncharacter. */
const isCharacter = (code: number): boolean =>
  code >= 0x20 &&
  code <= 0x10ffff &&
  (code < 0x7f || code > 0x9f) &&
  (code < 0xd800 || code > 0xdfff) &&
  (code < 0xfdd0 || code > 0xfdef);
