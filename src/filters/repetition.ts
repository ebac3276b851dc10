// The `repetition` filter: drops documents that say the same again and again.
import { z } from 'zod';
import { define } from '../pipeline/define.ts';
import { repeatedLines, repeatedParagraphs } from './lib/repeated-lines.ts';
import { NgramRepetition } from './lib/repeated-ngrams.ts';
import { TextUnits, type Units } from './lib/text-units.ts';
import { type Repeats, TopNgram } from './lib/top-ngram.ts';

const share = z.number().min(0).max(1);

const options = z.strictObject({
  unit: z
    .enum(['auto', 'character', 'word'])
    .default('auto')
    .describe('what n-grams are made of; `auto` takes characters for scripts without blanks, words for others'),
  maxLines: share.default(0.3).describe('share of the lines that may repeat an earlier one, 0 to 1'),
  maxLineCharacters: share.default(0.2).describe('share of the characters that repeated lines may hold, 0 to 1'),
  maxParagraphs: share.default(0.3).describe('share of the paragraphs that may repeat an earlier one, 0 to 1'),
  maxParagraphCharacters: share
    .default(0.2)
    .describe('share of the characters that repeated paragraphs may hold, 0 to 1'),
  topNgrams: z
    .array(share)
    .length(3)
    .default([0.2, 0.18, 0.16])
    .describe(
      'share of the characters that the most frequent n-gram may cover, for n = 2, 3, 4 words or 4, 6, 8 characters',
    ),
  duplicateNgrams: z
    .array(share)
    .length(6)
    .default([0.15, 0.14, 0.13, 0.12, 0.11, 0.1])
    .describe(
      'share of the characters that n-grams occurring twice or more may cover, for n = 5 to 10 words or 10, 12, … 20 characters',
    ),
});

/** Below this many occurrences an n-gram is a name, not a repetition, however short the document. */
const FEWEST = 3;
/** Characters of a Japanese word, on average: what turns the paper's words into characters. */
const WORD = 2;

export const repetition = define({
  kind: 'filter',
  name: 'repetition',
  summary: "Drops documents with repeated lines, paragraphs or n-grams: Gopher's rules, for Japanese by characters.",
  reference: 'https://arxiv.org/abs/2112.11446',
  options,
  reasons: {
    lines: 'too many lines repeat an earlier one',
    'line-characters': 'repeated lines hold too much of the text',
    paragraphs: 'too many paragraphs repeat an earlier one',
    'paragraph-characters': 'repeated paragraphs hold too much of the text',
    'top-ngram': 'one n-gram covers too much of the text',
    'duplicate-ngrams': 'n-grams that occur more than once cover too much of the text',
  },
  examples: [
    { input: 'お前の顔を見て、お前の顔を見て、お前の顔を見て、お前の顔を見て、', output: { drop: 'top-ngram' } },
    { input: '春が来た。花が咲いた。鳥が鳴いた。', output: { keep: '春が来た。花が咲いた。鳥が鳴いた。' } },
    { input: 'はい\nはい\nはい\nいいえ', output: { drop: 'lines' } },
    { input: 'buy now cheap buy now cheap buy now cheap buy now cheap', output: { drop: 'top-ngram' } },
    {
      input: '本日は全品送料無料でお届けします。鍋は重い。本日は全品送料無料でお届けします。釜は黒い。',
      output: { drop: 'duplicate-ngrams' },
    },
    {
      input: '本日は全品送料無料でお届けします。鍋は重い。本日は全品送料無料でお届けします。釜は黒い。',
      options: { duplicateNgrams: [1, 1, 1, 1, 1, 1] },
      output: { keep: '本日は全品送料無料でお届けします。鍋は重い。本日は全品送料無料でお届けします。釜は黒い。' },
    },
  ],
  create(rules) {
    const cut = new TextUnits('all');
    const ngrams = new TopNgram();
    const repetitions = new NgramRepetition();
    return {
      apply({ text }) {
        const lines = repeatedLines(text);
        if (lines.share > rules.maxLines) return { drop: 'lines' };
        if (lines.unitShare > rules.maxLineCharacters) return { drop: 'line-characters' };
        const paragraphs = repeatedParagraphs(text);
        if (paragraphs.share > rules.maxParagraphs) return { drop: 'paragraphs' };
        if (paragraphs.unitShare > rules.maxParagraphCharacters) return { drop: 'paragraph-characters' };
        const units = cut.of(text, rules.unit);
        if (hasTopNgram(units, ngrams, rules.topNgrams)) return { drop: 'top-ngram' };
        if (hasDuplicates(units, repetitions, rules.duplicateNgrams)) return { drop: 'duplicate-ngrams' };
        return { keep: text };
      },
    };
  },
});

function hasTopNgram(units: Units, ngrams: TopNgram, limits: readonly number[]): boolean {
  const scale = units.name === 'word' ? 1 : WORD;
  const longest = Math.max(...limits.map((_, index) => (index + 2) * scale));
  // A longer n-gram occurs no more often than the most frequent of the shortest; most documents end here. Words have
  // lengths of their own, so their bound takes the longest unit.
  const isRare = (bound: number): boolean =>
    bound < FEWEST || (units.weights === undefined && bound * longest <= Math.min(...limits) * units.weight);
  if (scale === WORD && isRare(ngrams.mostFrequentOfFourBound(units.values, units.length))) return false;
  if (isRare(ngrams.mostFrequentBound(units.values, units.length, 2 * scale))) return false;
  for (const [index, limit] of limits.entries()) {
    const n = (index + 2) * scale;
    const repeats = ngrams.count(units.values, units.length, n);
    if (repeats.top >= FEWEST && repeats.top * weightOf(units, repeats, n) > limit * units.weight) return true;
  }
  return false;
}

function hasDuplicates(units: Units, ngrams: NgramRepetition, limits: readonly number[]): boolean {
  const scale = units.name === 'word' ? 1 : WORD;
  if (ngrams.bound(units.values, units.length, 5 * scale, units.weights) <= Math.min(...limits) * units.weight)
    return false;
  for (const [index, limit] of limits.entries()) {
    const { repeated } = index === 0 ? ngrams.compare() : ngrams.narrow((index + 5) * scale);
    if (repeated === 0) return false;
    const covered = ngrams.covered(units.weights);
    if (covered > limit * units.weight) return true;
    // Longer n-grams cover no more than these, so nothing after this can exceed its limit.
    if (covered <= Math.min(...limits.slice(index + 1)) * units.weight) return false;
  }
  return false;
}

function weightOf({ weights }: Units, { topAt }: Repeats, n: number): number {
  if (weights === undefined) return n;
  let sum = 0;
  for (let i = 0; i < n; i++) sum += weights[topAt + i] ?? 0;
  return sum;
}
