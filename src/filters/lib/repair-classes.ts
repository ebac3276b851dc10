// What text repair does with each UTF-16 code unit, as a table built once from Unicode's own NFKC data.

export const PLAIN = 0;
/** Any horizontal white space. */
export const SPACE = 1;
/** \n */
export const BREAK = 2;
/** Line ends of other conventions: CR, VT, FF, NEL, LS, PS. */
export const ODD_BREAK = 3;
/** Invisible: control characters, zero-width characters, direction marks, halves of surrogate pairs. */
export const DROP = 4;
/** Compatibility characters that NFKC replaces. */
export const FOLD = 5;
/** Joins the character before it: combining marks, ﾞ and ﾟ, the later letters of a Hangul syllable. */
export const MARK = 6;
/** Full-width punctuation: folded away from Japanese, kept beside it. */
export const WIDE = 7;
export const HIGH = 8;
export const LOW = 9;
/** Zero-width joiner and non-joiner: part of emoji and of some scripts, noise elsewhere. */
export const JOINER = 10;

/**
 * Characters that NFKC would harm, and that therefore stay:
 * the ellipses (three full stops are no …); signs that NFKC takes apart into a space and a combining mark, found in
 * kaomoji (´ ¨ ¯ ￣ ゛ ゜ …); superscripts and subscripts, fractions and circled numbers, whose folding changes what is
 * said (10² is not 102, ①② are not 12); ～, which is a wave dash in Japanese; and all full-width brackets, of which
 * folding by neighbours would leave halves.
 */
const kept =
  '…‥～（）［］｛｝＜＞｟｠™℠' +
  '¨¯´¸˘˙˚˛˜˝ͺ΄᾽᾿῀῾‗‾￣゛゜﹉﹊﹋﹌' +
  'ªº²³¹⁰ⁱ⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎' +
  '¼½¾⅐⅑⅒⅓⅔⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞⅟↉';

/** Kept beside Japanese, ASCII elsewhere. The other full-width signs (％＆＋＃＄＠＊＾＿) are ASCII everywhere. */
const wide = '！？：；，．／＝｜－';

const spaces = [0x20, 0x09, 0xa0, 0x1680, 0x202f, 0x205f, 0x3000];
const oddBreaks = [0x0b, 0x0c, 0x0d, 0x85, 0x2028, 0x2029];

let table: Uint8Array | undefined;

/** Built at first use: 65,536 normalisations take some 10 ms, which `seiryu --help` need not pay. */
export function repairClasses(): Uint8Array {
  table ??= build();
  return table;
}

function build(): Uint8Array {
  const classes = new Uint8Array(0x10000);
  for (let code = 0x80; code <= 0xffff; code++) classes[code] = classify(code);
  const set = (of: number, from: number, to = from) => classes.fill(of, from, to + 1);
  for (const character of kept) set(PLAIN, character.charCodeAt(0));
  set(PLAIN, 0x2460, 0x24ff);
  set(PLAIN, 0x2776, 0x2793);
  set(PLAIN, 0x3251, 0x325f);
  set(PLAIN, 0x32b1, 0x32bf);
  for (const character of wide) set(WIDE, character.charCodeAt(0));
  set(DROP, 0x00, 0x1f);
  set(DROP, 0x7f, 0x9f);
  for (const [from, to] of [
    [0xad, 0xad],
    [0x200b, 0x200b],
    [0x200e, 0x200f],
    [0x202a, 0x202e],
    [0x2060, 0x206f],
    [0xfeff, 0xfeff],
    [0xfff9, 0xfffb],
    [0xfdd0, 0xfdef],
    [0xfffe, 0xffff],
  ] as const)
    set(DROP, from, to);
  set(JOINER, 0x200c, 0x200d);
  set(HIGH, 0xd800, 0xdbff);
  set(LOW, 0xdc00, 0xdfff);
  set(SPACE, 0x2000, 0x200a);
  for (const code of spaces) set(SPACE, code);
  for (const code of oddBreaks) set(ODD_BREAK, code);
  set(BREAK, 0x0a);
  return classes;
}

function classify(code: number): number {
  const character = String.fromCharCode(code);
  const folded = character.normalize('NFKC');
  const first = folded.codePointAt(0) ?? 0;
  if (/^\p{M}/u.test(folded) || (first >= 0x1160 && first <= 0x11ff)) return MARK;
  return folded === character ? PLAIN : FOLD;
}

/** Code points beyond the BMP that NFKC repairs: mathematical letters, segment digits, compatibility kanji. */
export const isFoldedPair = (code: number): boolean =>
  (code >= 0x1d400 && code <= 0x1d7ff) || (code >= 0x2f800 && code <= 0x2fa1f) || (code >= 0x1fbf0 && code <= 0x1fbf9);
