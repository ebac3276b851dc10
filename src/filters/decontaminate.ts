// The `decontaminate` filter: drops documents that hold parts of the evaluation files a user names.
import { z } from 'zod';
import { errorMessage, PipelineError } from '../errors.ts';
import type { Json } from '../pipeline/define.ts';
import { define } from '../pipeline/define.ts';
import { readUserFile } from './lib/list-files.ts';
import { NgramSet } from './lib/ngram-set.ts';
import { TextUnits } from './lib/text-units.ts';

const options = z.strictObject({
  files: z
    .array(z.string().min(1))
    .default([])
    .describe(
      'evaluation files, relative to the pipeline file: .jsonl (all strings of each record), or text, a line an item',
    ),
  texts: z.array(z.string().min(1)).default([]).describe('evaluation texts given here'),
  fields: z
    .array(z.string().min(1))
    .default([])
    .describe('fields of .jsonl records to read, such as question; without any, all strings'),
  words: z
    .int()
    .min(2)
    .max(64)
    .default(13)
    .describe('words of an n-gram, in languages with blanks; shorter items are not found'),
  characters: z
    .int()
    .min(4)
    .max(128)
    .default(26)
    .describe('letters and digits of an n-gram, in languages without blanks; shorter items are not found'),
  min: z.int().min(1).default(1).describe('n-grams in common from which a document is dropped'),
});

export const decontaminate = define({
  kind: 'filter',
  name: 'decontaminate',
  summary: 'Drops documents that share an n-gram with evaluation files, so that they measure what they should.',
  reference: 'https://arxiv.org/abs/2005.14165',
  options,
  refuses: true,
  reasons: { overlap: 'at least `min` n-grams are those of an evaluation file' },
  examples: [
    {
      input: '問題集より。日本で一番高い山は富士山ですが、二番目に高い山は何でしょうか。',
      options: { texts: ['日本で一番高い山は富士山ですが、二番目に高い山は何でしょうか？'] },
      output: { drop: 'overlap' },
    },
    {
      input: '問題集より。日本で一番高い山は 富士山ですが 二番目に高い山は何でしょうか',
      options: { texts: ['日本で一番高い山は富士山ですが、二番目に高い山は何でしょうか？'] },
      output: { drop: 'overlap' },
      note: 'Marks, blanks, case and width do not matter.',
    },
    {
      input: '日本で一番高い山は富士山です。',
      options: { texts: ['日本で一番高い山は富士山ですが、二番目に高い山は何でしょうか？'] },
      output: { keep: '日本で一番高い山は富士山です。' },
    },
    {
      input: 'Q: THE QUICK BROWN FOX jumps over the lazy dog',
      options: { texts: ['The quick brown fox jumps over the lazy dog.'], words: 9 },
      output: { drop: 'overlap' },
    },
    { input: '何でも書ける。', output: { keep: '何でも書ける。' }, note: 'Without files nothing overlaps.' },
  ],
  files: ({ files }) => files,
  create({ files, texts, fields, words, characters, min }, { baseDir }) {
    const cut = new TextUnits('letters');
    const sets = { word: new NgramSet(words), character: new NgramSet(characters) };
    for (const item of itemsOf(texts, files, fields, baseDir)) {
      const units = cut.of(item, 'auto');
      sets[units.name].add(units.values, units.length);
    }
    if (sets.word.size + sets.character.size === 0) return { apply: ({ text }) => ({ keep: text }) };
    return {
      apply({ text }) {
        const units = cut.of(text, 'auto');
        return sets[units.name].matches(units.values, units.length, min) >= min ? { drop: 'overlap' } : { keep: text };
      },
    };
  },
});

function* itemsOf(
  texts: readonly string[],
  files: readonly string[],
  fields: readonly string[],
  baseDir: string,
): Iterable<string> {
  yield* texts;
  for (const file of files) {
    const lines = readUserFile(baseDir, file).split('\n');
    if (!file.endsWith('.jsonl')) yield* lines;
    else
      for (const [index, line] of lines.entries())
        if (line.trim() !== '') yield* stringsOf(recordOf(file, index, line), fields);
  }
}

function recordOf(file: string, index: number, line: string): Json {
  try {
    const record: Json = JSON.parse(line);
    return record;
  } catch (error) {
    throw new PipelineError(`${file} of the filter decontaminate is not JSON Lines: ${errorMessage(error)}`, {
      code: 'filter.file',
      fix: 'Each line must be one JSON value; a file of plain lines needs another ending than .jsonl.',
      place: { line: index + 1 },
      cause: error,
    });
  }
}

/** All strings in a record; with `fields`, those under its keys of these names. Without recursion: records may nest. */
function* stringsOf(record: Json, fields: readonly string[]): Iterable<string> {
  const open: [value: Json, isWanted: boolean][] = [[record, fields.length === 0]];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [value, isWanted] = next;
    if (typeof value === 'string') {
      if (isWanted) yield value;
    } else if (Array.isArray(value)) for (const item of value) open.push([item, isWanted]);
    else if (typeof value === 'object' && value !== null)
      for (const [key, item] of Object.entries(value)) open.push([item, isWanted || fields.includes(key)]);
  }
}
