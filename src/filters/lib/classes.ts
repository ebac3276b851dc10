// What kind of character each UTF-16 code unit is: one table, so that a filter that counts kinds reads a text once.

/** Kinds of characters. Surrogate pairs count once, by their first half; the second half is `half`. */
export const kind = {
  other: 0,
  space: 1,
  newline: 2,
  control: 3,
  digit: 4,
  punctuation: 5,
  symbol: 6,
  half: 7,
  latin: 8,
  hiragana: 9,
  katakana: 10,
  kanji: 11,
  hangul: 12,
  cyrillic: 13,
  greek: 14,
  arabic: 15,
  hebrew: 16,
  thai: 17,
  devanagari: 18,
  bengali: 19,
  tamil: 20,
  telugu: 21,
  kannada: 22,
  malayalam: 23,
  gujarati: 24,
  gurmukhi: 25,
  sinhala: 26,
  burmese: 27,
  khmer: 28,
  lao: 29,
  georgian: 30,
  armenian: 31,
  ethiopic: 32,
} as const;

export const KINDS = 33;
/** Kinds from this one on are letters of some script. */
export const FIRST_LETTER = kind.latin;

type Ranges = readonly (readonly [from: number, to: number])[];

/** Later rows overrule earlier ones. */
const rows: readonly (readonly [kind: number, ranges: Ranges])[] = [
  [
    kind.control,
    [
      [0x00, 0x1f],
      [0x7f, 0x9f],
      [0xad, 0xad],
      [0x200b, 0x200f],
      [0x202a, 0x202e],
      [0x2060, 0x206f],
      [0xfe00, 0xfe0f],
      [0xfeff, 0xfeff],
    ],
  ],
  [
    kind.symbol,
    [
      [0x21, 0x2f],
      [0x3a, 0x40],
      [0x5b, 0x60],
      [0x7b, 0x7e],
      [0xa1, 0xbf],
      [0xd7, 0xd7],
      [0xf7, 0xf7],
      [0x2030, 0x205e],
      [0x20a0, 0x20cf],
      [0x2100, 0x214f],
      [0x2190, 0x2bff],
      [0x2e80, 0x2fff],
      [0x3004, 0x3004],
      [0x3012, 0x3013],
      [0x3020, 0x3020],
      [0x3036, 0x303f],
      [0x3200, 0x33ff],
      [0xd83c, 0xd83e],
      [0xe000, 0xf8ff],
      [0xfe30, 0xfe6f],
      [0xff01, 0xff0f],
      [0xff1a, 0xff20],
      [0xff3b, 0xff40],
      [0xff5b, 0xff65],
      [0xffe0, 0xfffd],
    ],
  ],
  [
    kind.space,
    [
      [0x09, 0x09],
      [0x0b, 0x0c],
      [0x20, 0x20],
      [0xa0, 0xa0],
      [0x2000, 0x200a],
      [0x202f, 0x202f],
      [0x205f, 0x205f],
      [0x3000, 0x3000],
    ],
  ],
  [
    kind.newline,
    [
      [0x0a, 0x0a],
      [0x0d, 0x0d],
      [0x85, 0x85],
      [0x2028, 0x2029],
    ],
  ],
  [
    kind.digit,
    [
      [0x30, 0x39],
      [0x0660, 0x0669],
      [0x06f0, 0x06f9],
      [0x2150, 0x218f],
      [0xff10, 0xff19],
    ],
  ],
  [
    kind.latin,
    [
      [0x41, 0x5a],
      [0x61, 0x7a],
      [0xaa, 0xaa],
      [0xb5, 0xb5],
      [0xba, 0xba],
      [0xc0, 0xd6],
      [0xd8, 0xf6],
      [0xf8, 0x02af],
      [0x1e00, 0x1eff],
      [0xff21, 0xff3a],
      [0xff41, 0xff5a],
    ],
  ],
  [
    kind.greek,
    [
      [0x0370, 0x03ff],
      [0x1f00, 0x1fff],
    ],
  ],
  [kind.cyrillic, [[0x0400, 0x052f]]],
  [kind.armenian, [[0x0531, 0x058f]]],
  [kind.hebrew, [[0x0591, 0x05f4]]],
  [
    kind.arabic,
    [
      [0x0610, 0x065f],
      [0x066e, 0x06ef],
      [0x06fa, 0x06ff],
      [0x0750, 0x077f],
      [0xfb50, 0xfdff],
      [0xfe70, 0xfefc],
    ],
  ],
  [kind.devanagari, [[0x0900, 0x097f]]],
  [kind.bengali, [[0x0980, 0x09ff]]],
  [kind.gurmukhi, [[0x0a00, 0x0a7f]]],
  [kind.gujarati, [[0x0a80, 0x0aff]]],
  [kind.tamil, [[0x0b80, 0x0bff]]],
  [kind.telugu, [[0x0c00, 0x0c7f]]],
  [kind.kannada, [[0x0c80, 0x0cff]]],
  [kind.malayalam, [[0x0d00, 0x0d7f]]],
  [kind.sinhala, [[0x0d80, 0x0dff]]],
  [kind.thai, [[0x0e01, 0x0e5b]]],
  [kind.lao, [[0x0e80, 0x0edf]]],
  [kind.burmese, [[0x1000, 0x109f]]],
  [kind.georgian, [[0x10a0, 0x10ff]]],
  [kind.ethiopic, [[0x1200, 0x139f]]],
  [kind.khmer, [[0x1780, 0x17ff]]],
  [
    kind.hangul,
    [
      [0x1100, 0x11ff],
      [0x3131, 0x318e],
      [0xac00, 0xd7a3],
    ],
  ],
  [
    kind.hiragana,
    [
      [0x3041, 0x3096],
      [0x3099, 0x309a],
      [0x309d, 0x309f],
    ],
  ],
  [
    kind.katakana,
    [
      [0x30a1, 0x30fa],
      [0x30fc, 0x30ff],
      [0x31f0, 0x31ff],
      [0xff66, 0xff9f],
    ],
  ],
  [
    kind.kanji,
    [
      [0x3005, 0x3007],
      [0x303b, 0x303b],
      [0x3400, 0x4dbf],
      [0x4e00, 0x9fff],
      [0xd840, 0xd883],
      [0xf900, 0xfaff],
    ],
  ],
  [kind.half, [[0xdc00, 0xdfff]]],
];

const SENTENCE_MARKS =
  '.,!?:;\'"()-、。〃〈〉《》「」『』【】〔〕〖〗〘〙〜〝〞〟・，．！？：；（）［］｛｝～｡｢｣､･–—―‐‘’“”…‥«»¿¡';

const table = new Uint8Array(0x10000);
for (const [value, ranges] of rows) for (const [from, to] of ranges) table.fill(value, from, to + 1);
for (const mark of SENTENCE_MARKS) table[mark.charCodeAt(0)] = kind.punctuation;

/** The kind of every code unit, by the unit. */
export const kinds: Readonly<Uint8Array> = table;

export const kindOf = (unit: number): number => table[unit] ?? kind.other;

/** Two rows of counts, because adding to the count that was written just before waits for that write. */
const rowsOfCounts = new Uint32Array(128);

/** Adds the characters of units[start .. end) to `counts`, by kind. Linear, about 1 ns a unit. */
export function countKinds(units: Uint16Array, start: number, end: number, counts: Uint32Array): void {
  const row = rowsOfCounts.fill(0);
  let at = start;
  for (; at + 1 < end; at += 2) {
    const even = table[units[at] ?? 0] ?? 0;
    const odd = 64 + (table[units[at + 1] ?? 0] ?? 0);
    row[even] = (row[even] ?? 0) + 1;
    row[odd] = (row[odd] ?? 0) + 1;
  }
  if (at < end) {
    const last = table[units[at] ?? 0] ?? 0;
    row[last] = (row[last] ?? 0) + 1;
  }
  for (let index = 0; index < KINDS; index++)
    counts[index] = (counts[index] ?? 0) + (row[index] ?? 0) + (row[64 + index] ?? 0);
}

/** Characters that are neither white space, nor invisible, nor the second half of a pair. */
export function visible(counts: Uint32Array): number {
  let sum = 0;
  for (let at = 0; at < KINDS; at++)
    if (at !== kind.space && at !== kind.newline && at !== kind.control && at !== kind.half) sum += counts[at] ?? 0;
  return sum;
}

export function letters(counts: Uint32Array): number {
  let sum = 0;
  for (let at = FIRST_LETTER; at < KINDS; at++) sum += counts[at] ?? 0;
  return sum;
}

/** Kana and kanji. */
export const japaneseLetters = (counts: Uint32Array): number =>
  (counts[kind.hiragana] ?? 0) + (counts[kind.katakana] ?? 0) + (counts[kind.kanji] ?? 0);

/** Letters of the scripts that write words without blanks between them. */
export const unspacedLetters = (counts: Uint32Array): number =>
  japaneseLetters(counts) +
  (counts[kind.thai] ?? 0) +
  (counts[kind.lao] ?? 0) +
  (counts[kind.khmer] ?? 0) +
  (counts[kind.burmese] ?? 0);
