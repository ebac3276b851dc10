// The `gopher` filter: the quality rules of MassiveText, with what they mean for text without blanks between words.
import { z } from 'zod';
import { define } from '../pipeline/define.ts';
import { countKinds, japaneseLetters, KINDS, kind, kinds, letters, visible } from './lib/classes.ts';
import { CodeUnits } from './lib/code-units.ts';
import { endsInEllipsis, linesOf, wordsIn } from './lib/sentences.ts';

const share = z.number().min(0).max(1);

const options = z.strictObject({
  minWords: z.int().min(0).default(50).describe('words a document must have; two kana or kanji count as one'),
  maxWords: z.int().min(1).default(100_000).describe('words a document may have'),
  minMeanWord: z
    .number()
    .min(0)
    .default(3)
    .describe('characters of a word on average, at least; not asked of Japanese'),
  maxMeanWord: z
    .number()
    .min(0)
    .default(10)
    .describe('characters of a word on average, at most; not asked of Japanese'),
  maxSymbols: share.default(0.1).describe('hash signs and ellipses per word, at most'),
  maxBullets: share.default(0.9).describe('share of the lines that may begin with a bullet, 0 to 1'),
  maxEllipses: share.default(0.3).describe('share of the lines that may end with an ellipsis, 0 to 1'),
  minLettered: share
    .default(0.8)
    .describe(
      'share of the words that must hold a letter; of Japanese, share of the characters but punctuation, 0 to 1',
    ),
  minStopWords: z
    .int()
    .min(0)
    .default(2)
    .describe(
      'different ones of the, be, to, of, and, that, have, with (or of the particles のにはをがとでも) that must occur',
    ),
});

export const gopher = define({
  kind: 'filter',
  name: 'gopher',
  summary: "Drops documents by Gopher's quality rules (MassiveText), with their Japanese equivalents.",
  reference: 'https://arxiv.org/abs/2112.11446',
  options,
  reasons: {
    short: 'fewer words than `minWords`',
    long: 'more words than `maxWords`',
    'word-length': 'words are too short or too long on average',
    symbols: 'more hash signs and ellipses per word than `maxSymbols`',
    bullets: 'more lines begin with a bullet than `maxBullets`',
    ellipses: 'more lines end with an ellipsis than `maxEllipses`',
    letters: 'fewer words hold a letter than `minLettered`',
    'stop-words': 'fewer stop words than `minStopWords`',
  },
  examples: [
    { input: '春が来た。', output: { drop: 'short' } },
    { input: '春が来たので山に行った。', options: { minWords: 5 }, output: { keep: '春が来たので山に行った。' } },
    { input: '東京都千代田区丸の内', options: { minWords: 5 }, output: { drop: 'stop-words' } },
    {
      input: 'The flowers that bloom in spring are out.',
      options: { minWords: 5, minStopWords: 2 },
      output: { keep: 'The flowers that bloom in spring are out.' },
    },
    { input: '・鍋がある\n・釜がある\n・桶がある', options: { minWords: 2 }, output: { drop: 'bullets' } },
    {
      input: '春が来て…\n花が咲いて…\n鳥が鳴いた。',
      options: { minWords: 2, maxSymbols: 1 },
      output: { drop: 'ellipses' },
    },
    { input: '#春 #花 #山に #鳥は #海が #空も', options: { minWords: 2 }, output: { drop: 'symbols' } },
    {
      input: '10:30 11:40 12:50 駅 13:20 14:10',
      options: { minWords: 2, minStopWords: 0 },
      output: { drop: 'letters' },
    },
  ],
  create(rules) {
    const code = new CodeUnits();
    const counts = new Uint32Array(KINDS);
    return {
      apply({ text }) {
        const units = code.of(text);
        counts.fill(0);
        countKinds(units, 0, text.length, counts);
        const words = wordsIn(units, 0, text.length);
        if (words < rules.minWords) return { drop: 'short' };
        if (words > rules.maxWords) return { drop: 'long' };
        const isJapanese = 3 * japaneseLetters(counts) >= letters(counts);
        const spaced = isJapanese ? japaneseWords(counts) : spacedWords(units, text.length);
        if (!isJapanese && (spaced.mean < rules.minMeanWord || spaced.mean > rules.maxMeanWord))
          return { drop: 'word-length' };
        if (symbolsIn(text) > rules.maxSymbols * words) return { drop: 'symbols' };
        const lines = lineEnds(units, text.length);
        if (lines.bullets > rules.maxBullets * lines.all) return { drop: 'bullets' };
        if (lines.ellipses > rules.maxEllipses * lines.all) return { drop: 'ellipses' };
        if (spaced.lettered < rules.minLettered) return { drop: 'letters' };
        if (stopWordsIn(text, isJapanese ? PARTICLES : STOP_WORDS, rules.minStopWords) < rules.minStopWords)
          return { drop: 'stop-words' };
        return { keep: text };
      },
    };
  },
});

const STOP_WORDS = ['the', 'be', 'to', 'of', 'and', 'that', 'have', 'with'];
const PARTICLES = [...'のにはをがとでも'];

function stopWordsIn(text: string, words: readonly string[], enough: number): number {
  let count = 0;
  for (const word of words) {
    if (count >= enough) break;
    if (word.length === 1 ? text.includes(word) : hasWord(text, word)) count++;
  }
  return count;
}

/** As a word of its own, lower case or with a capital. */
function hasWord(text: string, word: string): boolean {
  for (const form of [word, `${word[0]?.toUpperCase()}${word.slice(1)}`])
    for (let at = text.indexOf(form); at >= 0; at = text.indexOf(form, at + form.length))
      if (kinds[text.charCodeAt(at - 1)] !== kind.latin && kinds[text.charCodeAt(at + form.length)] !== kind.latin)
        return true;
  return false;
}

function symbolsIn(text: string): number {
  let count = 0;
  for (const mark of ['#', '＃', '…', '...'])
    for (let at = text.indexOf(mark); at >= 0; at = text.indexOf(mark, at + mark.length)) count++;
  return count;
}

const bullets = new Set([...'•●○■□▪▫◆◇★☆※・-*–—►▶‣⁃'].map((mark) => mark.charCodeAt(0)));

function lineEnds(units: Uint16Array, length: number): { all: number; bullets: number; ellipses: number } {
  const found = { all: 0, bullets: 0, ellipses: 0 };
  for (const line of linesOf(units, length)) {
    found.all++;
    if (bullets.has(units[line.start] ?? 0)) found.bullets++;
    if (endsInEllipsis(units, line)) found.ellipses++;
  }
  return found;
}

interface Words {
  /** UTF-16 units a word. */
  readonly mean: number;
  /** Share that holds a letter. */
  readonly lettered: number;
}

function japaneseWords(counts: Uint32Array): Words {
  const all = visible(counts) - (counts[kind.punctuation] ?? 0);
  return { mean: 0, lettered: all === 0 ? 0 : letters(counts) / all };
}

function spacedWords(units: Uint16Array, length: number): Words {
  let [words, lettered, sum] = [0, 0, 0];
  for (let at = 0; at < length; at++) {
    const start = at;
    let hasLetter = 0;
    for (; at < length; at++) {
      const found = kinds[units[at] ?? 0] ?? 0;
      if (found === kind.space || found === kind.newline) break;
      if (found >= kind.latin) hasLetter = 1;
    }
    if (at === start) continue;
    words++;
    sum += at - start;
    lettered += hasLetter;
  }
  return words === 0 ? { mean: 0, lettered: 0 } : { mean: sum / words, lettered: lettered / words };
}
