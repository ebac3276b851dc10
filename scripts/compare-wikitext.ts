// Writes docs/wikitext.md: what of wikitext is text, how fast, and where other readers' texts differ and who is right.
// Run as `npx tsx scripts/compare-wikitext.ts`; it needs python3 and PyPI for the peers, and takes about four minutes.
import { writeFileSync } from 'node:fs';
import { type Page, pagesOf } from '../bench/wikitext/pages.ts';
import { type Peer, peers, readWith } from '../bench/wikitext/peers.ts';
import { machine, type Speeds, speedsOf, speedTable } from '../bench/wikitext.ts';
import { plainText, readerOf } from '../src/sources/parse/wikitext/index.ts';
import { common, type Table, tables } from '../src/sources/parse/wikitext/template-table.ts';
import { type Case, cases } from './compare-wikitext-cases.ts';

type Reader = 'Seiryu' | Peer;
const readers: readonly Reader[] = ['Seiryu', ...peers];
const compared: readonly Reader[] = ['Seiryu', 'mwparserfromhell', 'wikiextractor'];

function read(reader: Reader, pages: readonly Page[], language: string): string[] {
  if (reader !== 'Seiryu') return readWith(reader, pages).texts;
  const options = readerOf({ language });
  return pages.map(({ title, wikitext }) => plainText(wikitext, { title }, options));
}

// -------------------------------------------------------------- markdown

const code = (text: string): string => {
  const shown = text.trim().replaceAll('\n', ' ⏎ ').replaceAll('|', '\\|');
  return shown === '' ? '(nothing)' : `\`\` ${shown} \`\``;
};

/** The same words in the same lines: spaces at their ends and empty lines are the readers' taste. */
const comparable = (text: string): string =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join('\n');

function languageOf({ about }: Case): string {
  if (about.startsWith('German')) return 'de';
  if (about.startsWith('English')) return 'en';
  return about === 'script variants' ? 'zh' : 'ja';
}

function differences(): string[] {
  const texts = new Map<Reader, string[]>();
  for (const reader of compared) {
    texts.set(
      reader,
      reader === 'Seiryu'
        ? cases.flatMap((each) => read(reader, [{ title: '港', wikitext: each.wikitext }], languageOf(each)))
        : read(
            reader,
            cases.map(({ wikitext }) => ({ title: '港', wikitext })),
            '',
          ),
    );
  }
  const right = new Map<Reader, number>(compared.map((reader) => [reader, 0]));
  const rows = cases.map(({ about, wikitext, shown }, at) => {
    const cells = compared.map((reader) => {
      const text = texts.get(reader)?.[at] ?? '';
      const isRight = comparable(text) === comparable(shown);
      if (isRight) right.set(reader, (right.get(reader) ?? 0) + 1);
      return isRight ? 'right' : code(text);
    });
    return `| ${about} | ${code(wikitext)} | ${code(shown)} | ${cells.join(' | ')} |`;
  });
  const totals = compared.map((reader) => `**${right.get(reader) ?? 0} of ${cases.length}**`);
  return [
    `| what | wikitext | what MediaWiki shows | ${compared.join(' | ')} |`,
    `| --- | --- | --- | ${compared.map(() => '---').join(' | ')} |`,
    ...rows,
    `| right | | | ${totals.join(' | ')} |`,
  ];
}

/** Traces of markup in a text that was to hold none. */
const traces: readonly (readonly [string, RegExp])[] = [
  ['brackets of templates, links and tables', /\{\{|\}\}|\[\[|\]\]|^\{\||^\|\}/gm],
  ['options of pictures (`thumb`, `250px`)', /\bthumb\b|\b\d+px\b/g],
  ['categories', /(?:Category|カテゴリ):/g],
  ['rows and cells of tables', /^\s*[|!]|\|\|/gm],
  ['empty parentheses', /（[、\s]*）|\([,;\s]*\)/g],
  ['tags', /<\/?(?:ref|span|small|br|gallery|nowiki|ruby|rt)\b/g],
];

function leftovers(language: 'ja' | 'en'): string[] {
  const pages = pagesOf(language, 1.5e6);
  const texts = new Map(readers.map((reader) => [reader, read(reader, pages, language).join('\n')]));
  const counted = (reader: Reader, pattern: RegExp): string => String(texts.get(reader)?.match(pattern)?.length ?? 0);
  return [
    `| in ${pages.length} pages (${language}) | ${readers.map(nameOf).join(' | ')} |`,
    `| --- | ${readers.map(() => '---:').join(' | ')} |`,
    ...traces.map(([name, pattern]) => `| ${name} | ${readers.map((each) => counted(each, pattern)).join(' | ')} |`),
    `| characters of text | ${readers.map((each) => String(texts.get(each)?.length ?? 0)).join(' | ')} |`,
    '',
  ];
}

const nameOf = (reader: Reader): string => reader.replace('--', ' --');

function templateRows(language: string, table: Table): string[] {
  return Object.entries(table).map(([pattern, names]) => {
    const listed = names
      .trim()
      .split(/\s+/)
      .map((name) => name.replaceAll('_', ' ').replaceAll('|', '\\|'));
    return `| ${language} | ${code(pattern.replaceAll('\n', '⏎'))} | ${listed.join(', ')} |`;
  });
}

const GOAL = 20;

/** Whom we are not as many times faster than as we want to be. */
function shortOfGoal(speeds: readonly Speeds[]): string {
  const near = speeds.flatMap(({ language, ours, peers: others }) =>
    others
      .filter(({ speed }) => ours / speed < GOAL)
      .map(({ name, speed }) => `${nameOf(name)} (${language}: ${(ours / speed).toFixed(0)} times)`),
  );
  return near.length === 0
    ? `The goal, ${GOAL} times the speed of each, is reached.`
    : `The goal is ${GOAL} times the speed of each. It is not reached against ${near.join(', ')}.`;
}

const page = (speeds: readonly Speeds[]): string[] => [
  '<!-- Written by `npx tsx scripts/compare-wikitext.ts`; do not edit. -->',
  '# Wikitext',
  '',
  'The dump edition of `wikipedia` and MediaWiki XML among `files` hold wikitext. Seiryu reads it with a reader of its own, in `src/sources/parse/wikitext`: pair the brackets, write what they show, read the lines. Each pass is linear in the page, whatever its markup nests or leaves open, and none recurses; `test/sources/parse/wikitext-linear.test.ts` counts the steps over a million of each mark.',
  '',
  '| of a page | becomes |',
  '| --- | --- |',
  '| paragraphs, list items, terms and their definitions, lines of poems | lines |',
  '| headings | lines, unless `headings: drop`; a section without text, and one of links and sources only (脚注, 外部リンク, References), goes |',
  '| links, bold, italic, quotations, `-{…}-` | their words; of several wordings for scripts the first |',
  '| templates whose words belong to the sentence | the words, by the tables below |',
  '| other templates, infoboxes, tables, notes, pictures, galleries, categories, interwiki links, formulas, magic words, comments | nothing; emptied brackets and doubled commas around them are mended |',
  '| `<nowiki>`, `<pre>`, `<code>`, inline code | text as it stands; highlighted blocks of code go |',
  '| redirects, pages of other namespaces and content models, pages that list what a title may mean | no document; counted as `wikipedia.redirect`, `.namespace`, `.model`, `.disambiguation` |',
  '',
  'Markup that is never closed does not eat the page: `[[`, `[http:` and `-{` lose the bracket; `{{`, `{|`, `<ref>` and `<!--` go with what follows up to the next blank line or heading.',
  '',
  'A template that the tables do not know is added in the pipeline file. `{1}` is the first parameter, `{label|1}` the first given of several, and what stands in `[…]` is shown only when its parameters are given:',
  '',
  '```yaml',
  'sources:',
  '  - wikipedia:',
  '      date: "20250601"',
  '      headings: drop',
  '      templates: { 雅称: "{1}[（{2}）]", 和暦: "" }   # an empty pattern removes a template that would be kept',
  '```',
  '',
  '## Speed',
  '',
  `Articles composed by \`bench/wikitext/pages.ts\` (seeded; infoboxes, notes, tables, pictures, links and templates as dense as in an encyclopaedia), \`npm run bench -- wikitext\`. ${machine()}. CPU time of reading alone, in one process: imports and files are not counted. mwparserfromhell: \`parse(wikitext).strip_code()\` with its tokenizer in C. wikiextractor: \`Extractor(…).clean_text(wikitext, mark_headers=True, html_safe=False)\`, which is what its command does with a page, with \`expand_templates\` on (its default; the pages define no templates, so it has nothing to expand) and off (\`--no-templates\`).`,
  '',
  ...speedTable(speeds),
  '',
  shortOfGoal(speeds),
  '',
  '## Where the texts differ, and who is right',
  '',
  'Right is what MediaWiki shows by the [documentation of its markup](https://www.mediawiki.org/wiki/Help:Formatting) and of the templates, without pictures, notes and ruby readings; spaces at the ends of lines and empty lines are not compared. ⏎ is a line end. Templates are compared as their own wiki shows them: wikiextractor could know them only from a whole dump, mwparserfromhell not at all.',
  '',
  ...differences(),
  '',
  'Where Seiryu is not right, it is so on purpose: markup that is never closed is taken for a slip of the editor, of a quantity only what the author gave is kept, and formulas go.',
  '',
  '## What is left of markup',
  '',
  ...leftovers('ja'),
  ...leftovers('en'),
  '## Templates that are kept',
  '',
  'Of the wiki’s own language first, then English, then common ones; where the language is not known, those of all. Dates, ages, quantities, fractions and `{{lang-…}}` are worked out by `src/sources/parse/wikitext/measures.ts`.',
  '',
  '| wiki | words | templates |',
  '| --- | --- | --- |',
  ...templateRows('all', common),
  ...Object.entries(tables).flatMap(([language, table]) => templateRows(language, table)),
  '',
];

writeFileSync(new URL('../docs/wikitext.md', import.meta.url), page([speedsOf('ja'), speedsOf('en')]).join('\n'));
