// The `adult` filter: drops pornographic pages by the density and variety of their words.
import { z } from 'zod';
import { define } from '../pipeline/define.ts';
import { STRONG_ADULT_WORDS, WEAK_ADULT_WORDS } from './lib/adult-words.ts';
import { CodeUnits } from './lib/code-units.ts';
import { WordFinder } from './lib/word-finder.ts';

const options = z.strictObject({
  minDensity: z
    .number()
    .min(0)
    .max(1)
    .default(0.01)
    .describe('share of the characters that such words must hold, 0 to 1; a weak word counts a third'),
  minDistinct: z.int().min(1).default(3).describe('different words that must occur, one of them a strong one'),
  words: z.array(z.string().min(1)).default([]).describe('further strong words'),
  except: z.array(z.string().min(1)).default([]).describe('words of the bundled list not to count'),
});

export const adult = define({
  kind: 'filter',
  name: 'adult',
  summary:
    'Drops pornographic pages: several different words of a bundled list, densely; one word alone is never enough.',
  reference: 'https://arxiv.org/abs/2404.17733',
  options,
  reasons: { adult: 'words of the list reach `minDensity` and `minDistinct`' },
  examples: [
    { input: '無修正のエロ動画が見放題。巨乳の素人動画も。', output: { drop: 'adult' } },
    { input: '性教育では避妊と性感染症について学ぶ。', output: { keep: '性教育では避妊と性感染症について学ぶ。' } },
    { input: '警察は風俗店を摘発した。', output: { keep: '警察は風俗店を摘発した。' }, note: 'News name such places.' },
    { input: '美術館でヌードのデッサンを見た。', output: { keep: '美術館でヌードのデッサンを見た。' } },
    { input: 'Hot porn, milf xxx webcam', output: { drop: 'adult' } },
    { input: 'Essex and Sussex, sextants and classes.', output: { keep: 'Essex and Sussex, sextants and classes.' } },
    {
      input: 'ユニセックスのエロイカ',
      output: { keep: 'ユニセックスのエロイカ' },
      note: 'Katakana words are whole words.',
    },
  ],
  create({ minDensity, minDistinct, words, except }) {
    const excluded = new Set(except);
    const strong = [...STRONG_ADULT_WORDS, ...words].filter((word) => !excluded.has(word));
    const finder = new WordFinder([...strong, ...WEAK_ADULT_WORDS.filter((word) => !excluded.has(word))]);
    const code = new CodeUnits();
    return {
      apply({ text }) {
        const found = finder.find(code.of(text), text.length);
        if (found.length < minDistinct) return { keep: text };
        const distinct = new Set(found.map(({ word }) => word));
        if (distinct.size < minDistinct || !found.some(({ word }) => word < strong.length)) return { keep: text };
        const held = found.reduce(
          (sum, { word, start, end }) => sum + (end - start) * (word < strong.length ? 1 : WEAK),
          0,
        );
        return held >= minDensity * text.length ? { drop: 'adult' } : { keep: text };
      },
    };
  },
});

const WEAK = 1 / 3;
