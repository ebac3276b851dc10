// Cuts text into pre-tokens, the pieces that BPE merges never cross, by script and never longer than a bound.

// By script because Japanese has no spaces; bounded because training and encoding must stay linear in the text. Ranges are
// spelled out, not \p{Han} or \s, because V8 and the Hugging Face library know different versions of Unicode and would cut
// new characters differently.
const HIRAGANA = [[0x3041, 0x309f]] as const;
const KATAKANA = [
  [0x30a0, 0x30ff],
  [0x31f0, 0x31ff],
  [0xff66, 0xff9f],
] as const;
const HAN = [
  [0x3005, 0x3007],
  [0x3400, 0x4dbf],
  [0x4e00, 0x9fff],
  [0xf900, 0xfaff],
  [0x20000, 0x3ffff],
] as const;
const LETTERS = [
  [0x41, 0x5a],
  [0x61, 0x7a],
  [0xaa, 0xaa],
  [0xb5, 0xb5],
  [0xba, 0xba],
  [0xc0, 0xd6],
  [0xd8, 0xf6],
  [0xf8, 0x1fff],
  [0x2c00, 0x2dff],
  [0xa000, 0xd7ff],
  [0xff21, 0xff3a],
  [0xff41, 0xff5a],
  [0x10000, 0x1cfff],
] as const;
const DIGITS = [
  [0x30, 0x39],
  [0xff10, 0xff19],
] as const;
const SPACES = [
  [0x09, 0x0d],
  [0x20, 0x20],
  [0x3000, 0x3000],
] as const;

type Ranges = readonly (readonly [number, number])[];

/** Class of characters, for patterns. */
type Spell = (codePoint: number) => string;

const list = (ranges: Ranges, spell: Spell) => ranges.map(([from, to]) => `${spell(from)}-${spell(to)}`).join('');
const ALL = [...HIRAGANA, ...KATAKANA, ...HAN, ...LETTERS, ...DIGITS, ...SPACES];

function patternFor(spell: Spell): string {
  const of = (ranges: Ranges) => list(ranges, spell);
  return [
    `[${of(HIRAGANA)}]{1,16}`,
    `[${of(KATAKANA)}]{1,16}`,
    `[${of(HAN)}]{1,16}`,
    ` ?[${of(LETTERS)}]{1,24}`,
    ` ?[${of(DIGITS)}]{1,3}`,
    ` ?[^${of(ALL)}]{1,16}`,
    `[${of(SPACES)}]{1,16}`,
  ].join('|');
}

/** Japanese runs whole, for a model that chooses its own cuts: 食べる is one word of two scripts. Bounded, because its search is. */
function runsFor(spell: Spell): string {
  const of = (ranges: Ranges) => list(ranges, spell);
  return [
    `[${of([...HIRAGANA, ...KATAKANA, ...HAN])}]{1,64}`,
    ` ?[${of(LETTERS)}]{1,24}`,
    ` ?[${of(DIGITS)}]{1,3}`,
    ` ?[^${of(ALL)}]{1,16}`,
    `[${of(SPACES)}]{1,16}`,
  ].join('|');
}

const hex = (codePoint: number) => codePoint.toString(16);

/** The cut as Oniguruma and Rust write it, for tokenizer.json. */
export const PORTABLE_PATTERN = patternFor((codePoint) => `\\x{${hex(codePoint)}}`);

/** The cut for Unigram, as Oniguruma and Rust write it. */
export const PORTABLE_RUNS = runsFor((codePoint) => `\\x{${hex(codePoint)}}`);

export const RUNS = new RegExp(
  runsFor((codePoint) => `\\u{${hex(codePoint)}}`),
  'gu',
);

/** The same cut for JavaScript. Every alternative is a bounded run of one class: linear time. */
export const PATTERN = new RegExp(
  patternFor((codePoint) => `\\u{${hex(codePoint)}}`),
  'gu',
);

/**
 * GPT-2's reversible map from bytes to printable characters (Radford et al. 2019, `bytes_to_unicode`): tokens are written
 * with it in tokenizer.json.
 */
export const BYTE_TO_CHARACTER: readonly string[] = (() => {
  const printable = (byte: number) => (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(printable(byte) ? byte : next++));
})();

export const CHARACTER_TO_BYTE: ReadonlyMap<string, number> = new Map(
  BYTE_TO_CHARACTER.map((character, byte) => [character, byte]),
);
