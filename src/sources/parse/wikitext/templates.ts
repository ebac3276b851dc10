// Which templates show text of the article, and what they show.
import { labelOf } from './languages.ts';
import { type Given, workedByName } from './measures.ts';
import { disambiguation } from './names.ts';
import { type Piece, readPattern } from './patterns.ts';
import { Remembered } from './remembered.ts';
import { common, type Table, tables } from './template-table.ts';

/** What a template shows: its pieces, the page's title, or the text after the colon of a parser function. */
export type Shown =
  | { readonly kind: 'pieces'; readonly pieces: (given: Given) => readonly Piece[] | undefined }
  | { readonly kind: 'title' }
  | { readonly kind: 'argument'; readonly from: number }
  /** The same, a number to be written in groups of three digits. */
  | { readonly kind: 'number'; readonly from: number; readonly separator: string }
  /** It shows nothing, and says that the page only lists what its title may mean. */
  | { readonly kind: 'disambiguation' };

/** What the template of a name, as it is written, shows; undefined when it goes. */
export type Templates = Remembered<Shown | undefined>;

/** Of a name, with spaces and comments, in UTF-16 units: titles have at most 255 bytes. */
export const LONGEST_NAME = 200;

/** MediaWiki takes `_` for a space and ignores the case of the first letter; editors' redirects ignore the rest too. */
const canonical = (name: string): string =>
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

/** Names that are remembered as written: pages use few again and again. */
const MOST_REMEMBERED = 10_000;

/** `extra`: a pattern by name, which goes before ours; an empty one removes the template. */
export function templatesOf(language: string, extra: Readonly<Record<string, string>>): Templates {
  // `zh-yue` borrows the templates of `zh`.
  const [base = ''] = language.split(/[-_]/);
  const words = base === '' ? 'ja' : base;
  const rows = rowsFor(base);
  const own = new Map(Object.entries(extra).map(([name, pattern]) => [canonical(name), readPattern(pattern)]));
  const find = (name: string): Shown | undefined => {
    if (titleWord.test(name)) return { kind: 'title' };
    const called = textFunction.exec(name)?.[0];
    if (called !== undefined)
      return /formatnum/i.test(called)
        ? { kind: 'number', from: called.length, separator: groupSeparators[words] ?? ',' }
        : { kind: 'argument', from: called.length };
    const key = canonical(name.replace(/<!--[^<>]*-->/g, ''));
    const pieces = own.get(key) ?? rows.get(key);
    if (pieces !== undefined) return pieces.length === 0 ? undefined : { kind: 'pieces', pieces: () => pieces };
    const worked = workedByName.get(key);
    if (worked !== undefined) return { kind: 'pieces', pieces: (given) => worked(given, words) };
    const foreign = foreignWord(key, words);
    if (foreign !== undefined) return { kind: 'pieces', pieces: () => foreign };
    return disambiguation.has(key) ? { kind: 'disambiguation' } : undefined;
  };
  return new Remembered(MOST_REMEMBERED, find);
}

/** `{{lang-de|Hafen}}`, `{{Lang-en-short|…}}`, and `{{enS|…}}` of the German Wikipedia. */
function foreignWord(key: string, language: string): readonly Piece[] | undefined {
  const dashed = key.startsWith('lang-') && /^[a-z-]{2,14}$/.test(key.slice(5)) ? key.slice(5) : undefined;
  const german = language === 'de' && /^[a-z]{2,3}s$/.test(key) ? key.slice(0, -1) : undefined;
  if (dashed !== undefined) return [labelOf(language, dashed), { parameter: ['1', 'text'] }];
  const label = german === undefined ? '' : labelOf('de', german);
  return label === '' ? undefined : [label, { parameter: ['1'] }];
}

const groupSeparators: Readonly<Record<string, string>> = { de: '.', fr: '\u202f' };
/** `{{formatnum:1234}}`: a parser function whose argument is text. */
const textFunction = /^\s*(?:formatnum|lc|uc|lcfirst|ucfirst|nowrap)\s*:/i;
/** Shows the page's own title. */
const titleWord = /^\s*(?:sub|full|base|root)?pagename\s*$/i;
