// The `word-list` filter: drops documents with words of a list, or masks the words.
import { z } from 'zod';
import { define } from '../pipeline/define.ts';
import { CodeUnits } from './lib/code-units.ts';
import { applyEdits, type Edit } from './lib/edits.ts';
import { readLists } from './lib/list-files.ts';
import { type Found, WordFinder } from './lib/word-finder.ts';

const options = z.strictObject({
  words: z
    .array(z.string().min(1))
    .default([])
    .describe(
      'words to look for, whatever their case and the width of their Latin letters; put `normalize` before, which also makes half-width kana full',
    ),
  files: z
    .array(z.string().min(1))
    .default([])
    .describe('files with one word a line, relative to the pipeline file; `#` begins a remark'),
  action: z.enum(['drop', 'mask']).default('drop').describe('`drop` the document, or `mask` the words and keep it'),
  mask: z.string().default('').describe('what is put in the place of a masked word'),
  min: z.int().min(1).default(1).describe('occurrences from which a document is dropped'),
  minDistinct: z.int().min(1).default(1).describe('different words of the list from which a document is dropped'),
  minDensity: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe('share of the characters that the words must hold for a document to be dropped, 0 to 1'),
});

export const wordList = define({
  kind: 'filter',
  name: 'word-list',
  summary: 'Drops documents that hold words of your lists, by count, variety and density, or masks the words.',
  reference: 'https://doi.org/10.1145/360825.360855',
  options,
  refuses: true,
  reasons: { listed: 'words of the list reach `min`, `minDistinct` and `minDensity`' },
  examples: [
    { input: '出会い系サイトの広告です。', options: { words: ['出会い系'] }, output: { drop: 'listed' } },
    { input: '春が来た。', options: { words: ['出会い系'] }, output: { keep: '春が来た。' } },
    {
      input: 'The class passed.',
      options: { words: ['ass'] },
      output: { keep: 'The class passed.' },
      note: 'Words of Latin letters and katakana are whole words.',
    },
    { input: 'ＣＡＳＩＮＯで遊ぶ', options: { words: ['casino'] }, output: { drop: 'listed' } },
    { input: '当店は闇金ではない。', options: { words: ['闇金'], min: 2 }, output: { keep: '当店は闇金ではない。' } },
    {
      input: '秘密の合言葉は山です。',
      options: { words: ['合言葉'], action: 'mask', mask: '＊' },
      output: { keep: '秘密の＊は山です。' },
    },
    { input: '何でも書ける。', output: { keep: '何でも書ける。' }, note: 'Without words nothing is listed.' },
  ],
  files: ({ files }) => files,
  create({ words, files, action, mask, min, minDistinct, minDensity }, { baseDir }) {
    const finder = new WordFinder([...words, ...readLists(baseDir, files)]);
    const code = new CodeUnits();
    return {
      apply({ text }) {
        const found = finder.find(code.of(text), text.length);
        if (found.length === 0) return { keep: text };
        if (action === 'mask') return { keep: applyEdits(text, masked(found, mask)) };
        const units = found.reduce((sum, { start, end }) => sum + end - start, 0);
        const isListed =
          found.length >= min &&
          units >= minDensity * text.length &&
          (minDistinct === 1 || new Set(found.map(({ word }) => word)).size >= minDistinct);
        return isListed ? { drop: 'listed' } : { keep: text };
      },
    };
  },
});

const masked = (found: readonly Found[], put: string): Edit[] => found.map(({ start, end }) => ({ start, end, put }));
