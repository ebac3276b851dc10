// The `c4` filter: the line and page rules of the Colossal Clean Crawled Corpus, with Japanese end marks.
import { z } from 'zod';
import { define } from '../pipeline/define.ts';
import { CodeUnits } from './lib/code-units.ts';
import { applyEdits, type Edit } from './lib/edits.ts';
import { endsInEllipsis, endsSentence, type Line, linesOf, sentencesIn, wordsIn } from './lib/sentences.ts';
import { WordFinder } from './lib/word-finder.ts';

const options = z.strictObject({
  minWords: z.int().min(0).default(5).describe('words that a line must have to stay; two kana or kanji count as one'),
  minSentences: z.int().min(0).default(3).describe('sentences that must be left'),
  braces: z.boolean().default(true).describe('drops documents with a curly bracket, as C4 does: they are program code'),
});

export const c4 = define({
  kind: 'filter',
  name: 'c4',
  summary: "Keeps lines that end as sentences do, by C4's rules, and drops documents with little left.",
  reference: 'https://arxiv.org/abs/1910.10683',
  options,
  reasons: {
    brace: 'it has a curly bracket',
    'lorem-ipsum': 'it has the filling text "lorem ipsum"',
    sentences: 'fewer sentences are left than `minSentences`',
  },
  examples: [
    {
      input: '新着情報一覧\n春が来たので山へ行った。花が咲いていた。鳥も鳴いていた。\n続きはこちら...',
      output: { keep: '春が来たので山へ行った。花が咲いていた。鳥も鳴いていた。' },
    },
    {
      input: 'JavaScriptを有効にしてご覧ください。\n春が来たので山へ行った。',
      options: { minSentences: 1 },
      output: { keep: '春が来たので山へ行った。' },
    },
    { input: '春が来たので山へ行った。', output: { drop: 'sentences' } },
    { input: 'function f() { return 1; }', output: { drop: 'brace' } },
    { input: 'Lorem ipsum dolor sit amet.', output: { drop: 'lorem-ipsum' } },
    {
      input: 'The river[1] runs to the sea.[12] It is long and wide.',
      options: { minSentences: 1 },
      output: { keep: 'The river runs to the sea. It is long and wide.' },
    },
  ],
  create({ minWords, minSentences, braces }) {
    const code = new CodeUnits();
    const finder = new WordFinder([...LINES_WITHOUT, FILLER]);
    return {
      apply({ text }) {
        if (braces && text.includes('{')) return { drop: 'brace' };
        const units = code.of(text);
        const unwanted = finder.find(units, text.length);
        if (unwanted.some(({ word }) => word === LINES_WITHOUT.length)) return { drop: 'lorem-ipsum' };
        const edits: Edit[] = [];
        let [kept, sentences, next] = [0, 0, 0];
        for (const line of linesOf(units, text.length)) {
          while ((unwanted[next]?.end ?? Number.POSITIVE_INFINITY) <= line.start) next++;
          const isPolicy = (unwanted[next]?.start ?? Number.POSITIVE_INFINITY) < line.end;
          if (isPolicy || !isSentence(units, line, minWords)) continue;
          if (line.start > kept) edits.push({ start: kept, end: line.start, put: kept === 0 ? '' : '\n' });
          edits.push(...citations(text, line));
          sentences += sentencesIn(units, line);
          kept = line.end;
        }
        if (sentences < minSentences || kept === 0) return { drop: 'sentences' };
        if (kept < text.length) edits.push({ start: kept, end: text.length, put: '' });
        return { keep: applyEdits(text, edits) };
      },
    };
  },
});

const FILLER = 'lorem ipsum';

/** Lines with one of these are of the site, not of the page. */
const LINES_WITHOUT = [
  'javascript',
  'terms of use',
  'privacy policy',
  'cookie policy',
  'uses cookies',
  'use of cookies',
  'use cookies',
  '利用規約',
  'プライバシーポリシー',
  '個人情報保護方針',
  'クッキーポリシー',
  'クッキーを使用',
  'Cookieを使用',
];

const isSentence = (units: Uint16Array, line: Line, minWords: number): boolean =>
  endsSentence(units, line) && !endsInEllipsis(units, line) && wordsIn(units, line.start, line.end) >= minWords;

/** Wikipedia's references: [1], [12], [citation needed], [要出典]. */
function citations(text: string, { start, end }: Line): Edit[] {
  const edits: Edit[] = [];
  for (let open = text.indexOf('[', start); open >= 0 && open < end; open = text.indexOf('[', open + 1)) {
    const inside = text.slice(open + 1, Math.min(end, open + 17));
    const found = /^(?:\d{1,3}|edit|編集|要出典|citation needed)\]/u.exec(inside);
    if (found !== null) edits.push({ start: open, end: open + 1 + found[0].length, put: '' });
  }
  return edits;
}
