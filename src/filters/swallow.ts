// The `swallow` filter: the quality rules of the Swallow corpus, version 1, as its program applies them.
import { z } from 'zod';
import { define } from '../pipeline/define.ts';
import { countKinds, KINDS, kind } from './lib/classes.ts';
import { CodeUnits } from './lib/code-units.ts';
import { type Repeated, repeatedLines } from './lib/repeated-lines.ts';
import { NgramRepetition } from './lib/repeated-ngrams.ts';
import { TopNgram } from './lib/top-ngram.ts';

const share = z.number().min(0).max(1);

const options = z.strictObject({
  minLetters: z.int().min(0).default(400).describe('Japanese letters and end marks that a document must have'),
  minHiragana: share.default(0.2).describe('share of the Japanese letters that must be hiragana, 0 to 1'),
  maxKatakana: share.default(0.5).describe('share of the Japanese letters that may be katakana, 0 to 1'),
  minJapanese: share.default(0.5).describe('share of all characters that must be Japanese letters, 0 to 1'),
  minMeanSentence: z.number().min(0).default(20).describe('characters of a sentence on average, at least'),
  maxMeanSentence: z.number().min(0).default(90).describe('characters of a sentence on average, at most'),
  maxSentence: z.int().min(1).default(200).describe('characters of the longest sentence, at most'),
  maxEllipses: share.default(0.2).describe('share of the sentences that may end in ・ or …, 0 to 1'),
  maxRepeated: share
    .default(0.3)
    .describe('share of the lines, and of the sentences, that may repeat an earlier one, 0 to 1'),
  maxRepeatedCharacters: share
    .default(0.2)
    .describe('share of the characters in repeated lines, and in repeated sentences, 0 to 1'),
  topNgrams: z
    .array(share)
    .length(3)
    .default([0.2, 0.18, 0.16])
    .describe('share of all 2-, 3- and 4-grams of characters that the most frequent may be'),
  duplicateNgrams: z
    .array(share)
    .length(6)
    .default([0.15, 0.14, 0.13, 0.12, 0.11, 0.1])
    .describe('share of the different 5- to 10-grams of characters that may occur more than once'),
});

export const swallow = define({
  kind: 'filter',
  name: 'swallow',
  summary: 'Drops Japanese documents by the quality rules of the Swallow corpus.',
  reference: 'https://arxiv.org/abs/2404.17733',
  options,
  reasons: {
    short: 'fewer Japanese letters than `minLetters`',
    hiragana: 'a smaller share of hiragana than `minHiragana`',
    katakana: 'a larger share of katakana than `maxKatakana`',
    japanese: 'a smaller share of Japanese letters than `minJapanese`',
    'sentence-length': 'sentences are too short or too long on average',
    'long-sentence': 'a sentence is longer than `maxSentence`',
    ellipses: 'more sentences end in an ellipsis than `maxEllipses`',
    repeated: 'too many lines or sentences repeat an earlier one',
    'top-ngram': 'one n-gram of characters is too frequent',
    'duplicate-ngrams': 'too many n-grams of characters occur more than once',
  },
  examples: [
    { input: '春が来た。', output: { drop: 'short' } },
    {
      input: '春が来たので、朝から家族みんなで裏の山へ出かけた。',
      options: { minLetters: 10 },
      output: { keep: '春が来たので、朝から家族みんなで裏の山へ出かけた。' },
    },
    { input: 'はい。うん。そう。へえ。なるほど。', options: { minLetters: 5 }, output: { drop: 'sentence-length' } },
    { input: '東京都千代田区丸の内一丁目九番一号', options: { minLetters: 5 }, output: { drop: 'hiragana' } },
    {
      input: 'The kana かな and kanji 漢字 are Japanese scripts.',
      options: { minLetters: 2 },
      output: { drop: 'japanese' },
    },
    {
      input: '春が来たので山へ行こうと思っていたのだけれど…\n雨が降ったので家にいることにしたのだけれど…',
      options: { minLetters: 10 },
      output: { drop: 'ellipses' },
    },
    {
      input: 'とても大きな鍋がとても大きな鍋がとても大きな鍋がある。',
      options: { minLetters: 10 },
      output: { drop: 'duplicate-ngrams' },
    },
  ],
  create(rules) {
    const code = new CodeUnits();
    const counts = new Uint32Array(KINDS);
    const ngrams = new TopNgram();
    const repetitions = new NgramRepetition();
    return {
      apply({ text }) {
        const units = code.of(text);
        counts.fill(0);
        countKinds(units, 0, text.length, counts);
        const hiragana = counts[kind.hiragana] ?? 0;
        const katakana = counts[kind.katakana] ?? 0;
        const sentences = measure(units, text);
        const all = hiragana + katakana + (counts[kind.kanji] ?? 0) + sentences.marks;
        if (all < rules.minLetters || all === 0) return { drop: 'short' };
        if (hiragana < rules.minHiragana * all) return { drop: 'hiragana' };
        if (katakana > rules.maxKatakana * all) return { drop: 'katakana' };
        if (all < rules.minJapanese * text.length) return { drop: 'japanese' };
        const mean = sentences.units / sentences.count;
        if (mean < rules.minMeanSentence || mean > rules.maxMeanSentence) return { drop: 'sentence-length' };
        if (sentences.longest > rules.maxSentence) return { drop: 'long-sentence' };
        if (sentences.ellipses > rules.maxEllipses * sentences.count) return { drop: 'ellipses' };
        const isRepeated = ({ share, unitShare }: Repeated): boolean =>
          share > rules.maxRepeated || unitShare > rules.maxRepeatedCharacters;
        if (isRepeated(repeatedLines(text)) || isRepeated(sentences.repeated)) return { drop: 'repeated' };
        if (hasTopNgram(units, text.length, ngrams, rules.topNgrams)) return { drop: 'top-ngram' };
        if (hasDuplicates(units, text.length, repetitions, rules.duplicateNgrams)) return { drop: 'duplicate-ngrams' };
        return { keep: text };
      },
    };
  },
});

interface Sentences {
  readonly count: number;
  readonly units: number;
  readonly longest: number;
  readonly ellipses: number;
  /** 、，。．！？ */
  readonly marks: number;
  readonly repeated: Repeated;
}

const END = 1;
const COMMA = 2;
const marks = new Uint8Array(0x10000);
for (const mark of '。．！？') marks[mark.charCodeAt(0)] = END | COMMA;
for (const mark of '!?') marks[mark.charCodeAt(0)] = END;
for (const mark of '、，') marks[mark.charCodeAt(0)] = COMMA;
const NEWLINE = 0x0a;

/** Sentences as Swallow cuts them: up to an end mark or a line break. Linear. */
function measure(units: Uint16Array, text: string): Sentences {
  const seen = new Set<string>();
  let [count, all, longest, ellipses, found, again, againUnits, start] = [0, 0, 0, 0, 0, 0, 0, 0];
  for (let at = 0; at <= text.length; at++) {
    const unit = units[at] ?? 0;
    const mark = marks[unit] ?? 0;
    if (mark !== 0 && (mark & COMMA) !== 0) found++;
    if (unit !== NEWLINE && (mark & END) === 0) continue;
    const end = unit === NEWLINE ? at : at + 1;
    // An end mark after an end mark ends nothing.
    if (at > start) {
      const sentence = text.slice(start, end);
      count++;
      all += end - start;
      longest = Math.max(longest, end - start);
      const last = units[at - 1];
      if (unit === NEWLINE && (last === 0x30fb || last === 0x2026)) ellipses++;
      if (seen.has(sentence)) {
        again++;
        againUnits += end - start;
      } else seen.add(sentence);
    }
    start = at + 1;
  }
  const repeated = { share: count === 0 ? 0 : again / count, unitShare: all === 0 ? 0 : againUnits / all };
  return { count: Math.max(1, count), units: all, longest, ellipses, marks: found, repeated };
}

function hasTopNgram(units: Uint16Array, length: number, ngrams: TopNgram, limits: readonly number[]): boolean {
  // The most frequent pair of characters bounds them all; only a document of little else comes near.
  if (ngrams.mostFrequentBound(units, length, 2) <= Math.min(...limits) * (length - 3)) return false;
  return limits.some((limit, index) => {
    const { top, total } = ngrams.count(units, length, index + 2);
    return top > limit * total;
  });
}

function hasDuplicates(
  units: Uint16Array,
  length: number,
  ngrams: NgramRepetition,
  limits: readonly number[],
): boolean {
  for (const [index, limit] of limits.entries()) {
    const n = index + 5;
    const { repeated, kinds: repeatedKinds } = index === 0 ? ngrams.find(units, length, n) : ngrams.narrow(n);
    const total = Math.max(0, length - n + 1);
    if (repeatedKinds > limit * (total - repeated + repeatedKinds)) return true;
    // Longer n-grams repeat at no more places than these, and a repeated one stands at two places or more.
    const most = repeated / 2;
    if (most <= Math.min(...limits.slice(index + 1)) * (total - limits.length - repeated + most)) return false;
  }
  return false;
}
