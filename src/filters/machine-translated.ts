// The `machine-translated` filter: drops Japanese that reads as a machine wrote it from another language.
import { z } from 'zod';
import { define } from '../pipeline/define.ts';
import { countKinds, japaneseLetters, KINDS, kind, kinds } from './lib/classes.ts';
import { CodeUnits } from './lib/code-units.ts';
import { isStop } from './lib/sentences.ts';
import { WordFinder } from './lib/word-finder.ts';

const rate = z.number().min(0);

const options = z.strictObject({
  minLetters: z
    .int()
    .min(1)
    .default(60)
    .describe('Japanese letters from which a document is judged; a shorter one stays'),
  signs: z
    .int()
    .min(1)
    .max(5)
    .default(2)
    .describe('how many of the signs below must be found for a document to be dropped'),
  maxPronouns: rate
    .default(0.5)
    .describe('あなた, 彼ら, それら, 私たち and the like per sentence, above which it is a sign'),
  maxPhrases: rate
    .default(0.34)
    .describe('することができます, のために, に関して and other calques per sentence, above which it is a sign'),
  maxForeignMarks: rate
    .default(0.2)
    .describe('commas and full stops of Latin text after Japanese letters, per sentence, above which it is a sign'),
  maxSpaces: rate.default(0.04).describe('spaces between Japanese letters, per letter, above which it is a sign'),
  maxMishaps: rate
    .default(0.02)
    .describe(
      'doubled particles (をを, がが, をは) and simplified Chinese characters, per letter × 10, above which it is a sign',
    ),
});

export const machineTranslated = define({
  kind: 'filter',
  name: 'machine-translated',
  summary:
    'Drops Japanese with several signs of machine translation: pronouns, calques, foreign marks, spaces, mishaps.',
  reference: 'https://arxiv.org/abs/2401.05749',
  options,
  reasons: { signs: 'at least `signs` signs of machine translation' },
  examples: [
    {
      input:
        'あなたは あなたの 製品を 購入することができます. 私たちは あなたのために 最高の 品質を 提供することができます. それらは あなたの 生活のために 設計されています.',
      output: { drop: 'signs' },
    },
    {
      input:
        '春が来たので、朝から家族みんなで裏の山へ出かけた。山菜はまだ少なかったが、ふきのとうを籠に半分ほど採ることができた。昼は川のそばで握り飯を食べた。',
      output: {
        keep: '春が来たので、朝から家族みんなで裏の山へ出かけた。山菜はまだ少なかったが、ふきのとうを籠に半分ほど採ることができた。昼は川のそばで握り飯を食べた。',
      },
    },
    {
      input:
        'あなたを思う。あなたの声、あなたの手、あなたの庭。春の夜の長い手紙を、私はまだ書き終えていない。窓の外では、もう鳥が鳴きはじめている。',
      output: {
        keep: 'あなたを思う。あなたの声、あなたの手、あなたの庭。春の夜の長い手紙を、私はまだ書き終えていない。窓の外では、もう鳥が鳴きはじめている。',
      },
      note: 'One sign alone is a style.',
    },
    {
      input: 'あなたは する ことができます.',
      output: { keep: 'あなたは する ことができます.' },
      note: 'Too short to judge.',
    },
    { input: 'The whole text is in English, and stays.', output: { keep: 'The whole text is in English, and stays.' } },
  ],
  create(rules) {
    const code = new CodeUnits();
    const counts = new Uint32Array(KINDS);
    const finder = new WordFinder([...PRONOUNS, ...PHRASES, ...MISHAPS]);
    return {
      apply({ text }) {
        const units = code.of(text);
        counts.fill(0);
        countKinds(units, 0, text.length, counts);
        const japanese = japaneseLetters(counts);
        if (japanese < rules.minLetters) return { keep: text };
        const { sentences, foreign, spaces } = marksIn(units, text.length);
        let [pronouns, phrases, mishaps] = [0, 0, 0];
        for (const { word } of finder.find(units, text.length)) {
          if (word < PRONOUNS.length) pronouns++;
          else if (word < PRONOUNS.length + PHRASES.length) phrases++;
          else mishaps++;
        }
        const signs = [
          pronouns > rules.maxPronouns * sentences,
          phrases > rules.maxPhrases * sentences,
          foreign > rules.maxForeignMarks * sentences,
          spaces > rules.maxSpaces * japanese,
          10 * mishaps > rules.maxMishaps * japanese,
        ].filter(Boolean).length;
        return signs >= rules.signs ? { drop: 'signs' } : { keep: text };
      },
    };
  },
});

const PRONOUNS = [
  'あなたは',
  'あなたの',
  'あなたが',
  'あなたを',
  'あなたに',
  '彼らは',
  '彼らの',
  '彼らが',
  'それらは',
  'それらの',
  'それらを',
  '私たちは',
  '私たちの',
  '我々は',
  '我々の',
];
const PHRASES = [
  'することができます',
  'することができる',
  'ことができます',
  'のために',
  'に関しては',
  'の多くの',
  'いくつかの',
  'によって提供',
  'を提供します',
  'を確認してください',
  'ことを確認',
  '以下のような',
  'の場合には',
  'する必要があります',
  'されています',
];
/** What no writer of Japanese writes: doubled particles, and characters that only China's simplification has. */
const MISHAPS = [
  'をを',
  'がが',
  'をは',
  'はを',
  'がを',
  'をが',
  'にを',
  'のを。',
  'ですです',
  'ますます。',
  ...'们这为个对说时过还没发问样长东车马鸟鱼见贝门间闻习书买卖让请谁谢认识语课读写给经红绿钱银铁错难页题风飞饭馆',
];

interface Marks {
  /** At least 1. */
  readonly sentences: number;
  /** , and . right after a Japanese letter. */
  readonly foreign: number;
  /** Blanks with a Japanese letter on both sides. */
  readonly spaces: number;
}

function marksIn(units: Uint16Array, length: number): Marks {
  let [stops, foreign, spaces] = [0, 0, 0];
  let before: number = kind.newline;
  for (let at = 0; at < length; at++) {
    const unit = units[at] ?? 0;
    const found = kinds[unit] ?? 0;
    if (found === kind.punctuation) {
      if (isStop(unit)) stops++;
      if ((unit === 0x2c || unit === 0x2e) && isJapaneseKind(before)) foreign++;
    } else if (found === kind.space && isJapaneseKind(before) && isJapaneseKind(kinds[units[at + 1] ?? 0] ?? 0))
      spaces++;
    before = found;
  }
  return { sentences: Math.max(1, stops), foreign, spaces };
}

const isJapaneseKind = (found: number): boolean => found >= kind.hiragana && found <= kind.kanji;
