// MediaWiki XML exports (Wikipedia's pages-articles dumps): one page a record, its wikitext read into plain text.
import { SaxesParser } from 'saxes';
import type { Format, JsonObject } from '../../pipeline/define.ts';
import { parseRecords, type Reading } from './records.ts';
import { plainText } from './wikitext/index.ts';

const opening = '<page>';
const delimiter = '</page>';

/** The header stands before the first page in its piece; the footer has neither tag. A page cut in two is one reject a half. */
const isRecord: Format['isRecord'] = (bytes) => {
  const piece = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return piece.includes(delimiter, Math.max(0, piece.length - delimiter.length)) || piece.includes(opening);
};

export const mediawikiXml: Format = {
  name: 'mediawiki-xml',
  delimiter,
  isRecord,
  parse: (bytes, at) => parseRecords(bytes, at, { delimiter, isRecord, broken: 'xml.invalid', read }),
};

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
/** Old dumps mark no redirects outside the text. */
const redirect = /^\s*#(?:redirect|転送|リダイレクト)\s*(?::\s*)?\[\[/i;

function read(piece: string): Reading {
  const fields = pageFields(piece);
  const field = (name: string): string => fields.get(`page/${name}`) ?? '';
  const wikitext = field('revision/text');
  const model = field('revision/model');
  if (field('ns').trim() !== '' && Number(field('ns')) !== 0) return { skip: 'namespace' };
  if (fields.has('page/redirect') || redirect.test(wikitext.slice(0, 200))) return { skip: 'redirect' };
  if (model !== '' && model !== 'wikitext') return { skip: 'model' };
  const title = field('title');
  const meta: JsonObject = {
    title,
    id: numberOr(field('id')),
    revision: numberOr(field('revision/id')),
    timestamp: field('revision/timestamp') || null,
  };
  return { text: plainText(wikitext, { title }), meta };
}

const numberOr = (digits: string): number | null => (/^\d+$/.test(digits) ? Number(digits) : null);

/** The wanted texts of one page; throws at the first thing that is no well-formed XML. */
function pageFields(piece: string): Map<string, string> {
  const start = piece.indexOf(opening);
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
