// Which templates show text of the article, and what they show.
import { labelOf } from './languages.ts';
import { type Given, workedByName } from './measures.ts';
import { type Piece, readPattern } from './patterns.ts';
import { common, type Table, tables } from './template-table.ts';

/** What the template of a name shows, or undefined when it goes. `given` reads its parameters. */
export type Templates = (name: string, given: Given) => readonly Piece[] | undefined;

/** MediaWiki takes `_` for a space and ignores the case of the first letter; editors' redirects ignore the rest too. */
export const canonical = (name: string): string =>
  name
    .trim()
    .toLowerCase()
    .replace(/[\s_]+/g, '_');

type Rows = ReadonlyMap<string, readonly Piece[]>;

function rowsOf(table: Table): [string, readonly Piece[]][] {
  return Object.entries(table).flatMap(([pattern, names]) => {
    const pieces = readPattern(pattern);
    return names
      .trim()
      .split(/\s+/)
      .map((name): [string, readonly Piece[]] => [name, pieces]);
  });
}

const known = new Map<string, Rows>();

/** A wiki's own templates stand before English ones, which all wikis borrow. Where the language is unknown, all count. */
function rowsFor(language: string): Rows {
  const made = known.get(language);
  if (made !== undefined) return made;
  const others = language === '' ? Object.keys(tables).filter((name) => name !== 'en') : [language];
  const rows = new Map(
    [common, tables.en ?? {}, ...others.reverse().map((name) => tables[name] ?? {})].flatMap((table) => rowsOf(table)),
  );
  known.set(language, rows);
  return rows;
}

/** `extra`: a pattern by name, which goes before ours; an empty one removes the template. */
export function templatesOf(language: string, extra: Readonly<Record<string, string>>): Templates {
  // `zh-yue` borrows the templates of `zh`.
  const [base = ''] = language.split(/[-_]/);
  const rows = rowsFor(base);
  const own = new Map(Object.entries(extra).map(([name, pattern]) => [canonical(name), readPattern(pattern)]));
  const words = base === '' ? 'ja' : base;
  return (name, given) => {
    const key = canonical(name);
    const pieces = own.get(key);
    if (pieces !== undefined) return pieces.length === 0 ? undefined : pieces;
    return rows.get(key) ?? workedByName.get(key)?.(given, words) ?? foreignWord(key, words);
  };
}

/** `{{lang-de|Hafen}}`, `{{Lang-en-short|…}}`, and `{{enS|…}}` of the German Wikipedia. */
function foreignWord(key: string, language: string): readonly Piece[] | undefined {
  const dashed = key.startsWith('lang-') && /^[a-z-]{2,14}$/.test(key.slice(5)) ? key.slice(5) : undefined;
  const german = language === 'de' && /^[a-z]{2,3}s$/.test(key) ? key.slice(0, -1) : undefined;
  if (dashed !== undefined) return [labelOf(language, dashed), { parameter: ['1', 'text'] }];
  const label = german === undefined ? '' : labelOf('de', german);
  return label === '' ? undefined : [label, { parameter: ['1'] }];
}

/** `{{formatnum:1234}}`: a parser function whose argument is text. */
export const textFunction = /^\s*(?:formatnum|lc|uc|lcfirst|ucfirst|nowrap)\s*:/i;
/** Shows the page's own title. */
export const titleWord = /^\s*(?:sub|full|base|root)?pagename\s*$/i;
