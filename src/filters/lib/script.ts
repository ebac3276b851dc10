// Which UTF-16 code units are Japanese: one table look-up a unit, because every filter asks it for every character.

/** Hiragana, katakana (half-width too), kanji, and the marks that stand among them like letters (々 〆 ー). */
const LETTER = 1;
/** Japanese punctuation and brackets, full-width forms of ASCII punctuation included. */
const PUNCTUATION = 2;
const HIRAGANA = 4;
const BRACKET_OR_STOP = 8;

const flags = new Uint8Array(0x10000);

function mark(flag: number, ranges: readonly (readonly [number, number])[]): void {
  for (const [from, to] of ranges) for (let code = from; code <= to; code++) flags[code] = (flags[code] ?? 0) | flag;
}

// D840–D883 are the high surrogates of the kanji beyond the BMP; their low halves never stand next to a space's left
// without them, and a low half on its own is no letter, so DC00–DFFF stays unmarked.
mark(LETTER, [
  [0x3005, 0x3007],
  [0x3041, 0x3096],
  [0x309d, 0x309f],
  [0x30a1, 0x30fa],
  [0x30fc, 0x30ff],
  [0x31f0, 0x31ff],
  [0x3400, 0x4dbf],
  [0x4e00, 0x9fff],
  [0xd840, 0xd883],
  [0xf900, 0xfaff],
  [0xff66, 0xff9f],
]);
mark(HIRAGANA, [[0x3041, 0x3096]]);
mark(PUNCTUATION, [
  [0x3001, 0x3003],
  [0x3008, 0x3011],
  [0x3014, 0x301f],
  [0x30fb, 0x30fb],
  [0xff01, 0xff0f],
  [0xff1a, 0xff20],
  [0xff3b, 0xff40],
  [0xff5b, 0xff65],
]);
for (const character of '、。，．！？」』）】〉》〕｝］「『（【〈《〔｛［…') mark(BRACKET_OR_STOP, [span(character)]);

function span(character: string): readonly [number, number] {
  const code = character.charCodeAt(0);
  return [code, code];
}

/** A letter or a punctuation mark of Japanese writing. `code` may be NaN (past the end): then false. */
export const isJapanese = (code: number): boolean => ((flags[code] ?? 0) & (LETTER | PUNCTUATION)) !== 0;
export const isJapaneseLetter = (code: number): boolean => ((flags[code] ?? 0) & LETTER) !== 0;
export const isHiragana = (code: number): boolean => ((flags[code] ?? 0) & HIRAGANA) !== 0;
/** Marks that bring their own white space: a blank next to them says nothing. */
export const isBracketOrStop = (code: number): boolean => ((flags[code] ?? 0) & BRACKET_OR_STOP) !== 0;

export const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;
export const isAsciiLetter = (code: number): boolean =>
  (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a);
export const isAlphanumeric = (code: number): boolean => isAsciiLetter(code) || isDigit(code);
