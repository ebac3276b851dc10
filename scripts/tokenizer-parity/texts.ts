// Ten thousand texts that tokenizers may disagree on, drawn from a seed: prose, emoji, rare kanji, lone bytes, all of Unicode.
import { Random } from '../../src/trainer/random.ts';

const EMOJI = ['👩‍👩‍👧‍👦', '🇯🇵', '🏳️‍🌈', '👍🏽', '☕️', '🫠', '1️⃣', '🧑‍🚀', '😀', '❤️‍🔥'];
const RARE = [
  '𠮷',
  '𩸽',
  '𪚥',
  '龘',
  '鱻',
  '彁',
  '﨑',
  '髙',
  '𡈽',
  '𰻞',
  '㐂',
  '々',
  '〆',
  '〇',
  'ゞ',
  'ヷ',
  '㍻',
  'ｶﾞ',
  'か゚',
  'é',
  'Å',
];
const SPELT = [
  '<0xE3>',
  '▁',
  '##',
  'Ġ',
  '\r\n',
  '\t',
  '　',
  '  ',
  "'s",
  '...',
  '\u0000',
  '\u0085',
  '\ufeff',
  '\u200b',
  '\u2028',
  '٣',
  '½',
];

/** `count` texts, the same for the same `prose` and seed. No text spells a special token: the library finds those, we do not. */
export function parityTexts(prose: readonly string[], count: number, seed = 1): string[] {
  const random = new Random(seed);
  const below = (limit: number) => Math.floor(random.next() * limit);
  const of = <T>(list: readonly T[], none: T): T => list[below(list.length)] ?? none;
  const stretch = () => {
    const text = of(prose, '');
    const start = below(text.length);
    return text.slice(start, start + below(80));
  };
  const draws: (() => string)[] = [
    stretch,
    stretch,
    () => of(EMOJI, ''),
    () => of(RARE, ''),
    () => of(SPELT, ''),
    // Bytes that are no UTF-8, as a reader of bad pages hands them on.
    () => Buffer.from(Array.from({ length: 1 + below(6) }, () => below(256))).toString('utf8'),
    // A cut in the middle of a character.
    () => Buffer.from(stretch()).subarray(below(3)).toString('utf8'),
    () => String.fromCodePoint(...Array.from({ length: below(8) }, () => codePoint(below))),
    () => of(['あ', '漢', 'a', ' ', '!', '0', 'ー'], '').repeat(below(60)),
  ];
  return Array.from({ length: count }, () =>
    Array.from({ length: 1 + below(5) }, () => of(draws, stretch)())
      .join('')
      .toWellFormed(),
  );
}

/** Any code point but a surrogate. */
function codePoint(below: (limit: number) => number): number {
  const point = below(0x110000 - 0x800);
  return point < 0xd800 ? point : point + 0x800;
}
