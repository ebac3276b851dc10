// The fields of one page of a MediaWiki export: strict XML, with a short way for the wikitext, which is nearly all of it.
import { SaxesParser } from 'saxes';

/** What a page's record begins with, after white space or the file's header. */
export const PAGE = '<page>';
const DEEPEST = 16;

/** Elements whose text is wanted, by their path inside the page. A later revision replaces an earlier one. */
const wanted: ReadonlySet<string> = new Set([
  'page/title',
  'page/ns',
  'page/id',
  'page/revision/id',
  'page/revision/timestamp',
  'page/revision/model',
  'page/revision/text',
]);
/**
 * The wanted texts of one page by path; throws at the first thing that is no well-formed XML. Linear.
 * Wikitext is taken out before the XML is parsed: a parser that looks at every character of it takes as long as the
 * reading of the wikitext itself.
 */
export function pageFields(piece: string): ReadonlyMap<string, string> {
  const cut = wikitextOf(piece);
  if (cut === undefined) return parsedFields(piece);
  const fields = parsedFields(cut.rest);
  if (fields.get(TEXT) !== '') return parsedFields(piece);
  return fields.set(TEXT, cut.wikitext);
}

const TEXT = 'page/revision/text';
const END = '</text>';
/** What a plain text of XML cannot hold, or holds in a way that a parser must see to. */
const odd = /&(?!(?:lt|gt|amp|quot|apos);)|\]\]>|[^\P{Cc}\t\n]|[\ufffe\uffff]/u;

/** The text of the only `<text>` of a page, decoded, and the page without it; undefined when anything is unusual. */
function wikitextOf(piece: string): { rest: string; wikitext: string } | undefined {
  const tag = piece.indexOf('<text');
  const from = tag < 0 ? -1 : piece.indexOf('>', tag) + 1;
  if (from <= 0 || piece[from - 2] === '/') return undefined;
  const to = piece.indexOf('<', from);
  if (to < 0 || !piece.startsWith(END, to) || piece.includes('<text', to)) return undefined;
  const rest = piece.slice(0, from) + piece.slice(to);
  const written = piece.slice(from, to);
  // A comment or CDATA section may hold tags that are none.
  if (rest.includes('<!') || odd.test(written)) return undefined;
  return { rest, wikitext: decoded(written) };
}

/** `&amp;` last, so that nothing is decoded twice. */
const decoded = (text: string): string =>
  text.includes('&')
    ? text
        .replaceAll('&lt;', '<')
        .replaceAll('&gt;', '>')
        .replaceAll('&quot;', '"')
        .replaceAll('&apos;', "'")
        .replaceAll('&amp;', '&')
    : text;

function parsedFields(piece: string): Map<string, string> {
  const start = piece.indexOf(PAGE);
  if (start < 0) throw new Error('A page ends that never began.');
  const fields = new Map<string, string>();
  const path: string[] = [];
  let parts: string[] | undefined;
  const collect = (text: string): void => {
    parts?.push(text);
  };
  const parser = new SaxesParser();
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ name }) => {
    if (name === 'page' && path.length > 0) throw new Error('A page begins inside a page.');
    path.push(name);
    // No page nests deeper; a broken one may, without end.
    if (path.length > DEEPEST) throw new Error(`Elements nest more than ${DEEPEST} levels deep.`);
    const place = path.join('/');
    parts = wanted.has(place) ? [] : undefined;
    if (place === 'page/redirect') fields.set(place, '');
  });
  parser.on('text', collect);
  parser.on('cdata', collect);
  parser.on('closetag', () => {
    if (parts !== undefined) fields.set(path.join('/'), parts.join(''));
    parts = undefined;
    path.pop();
  });
  parser.write(piece.slice(start)).close();
  return fields;
}
