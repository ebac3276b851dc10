// MediaWiki XML exports (Wikipedia's pages-articles dumps): one page a record, its wikitext read into plain text.
import type { Format, JsonObject } from '../../pipeline/define.ts';
import { PAGE, pageFields } from './mediawiki-page.ts';
import { parseRecords, type Reading } from './records.ts';
import { type Reader, readerOf, readPage } from './wikitext/index.ts';

const delimiter = '</page>';

/** The header stands before the first page in its piece; the footer has neither tag. A page cut in two is one reject a half. */
const isRecord: Format['isRecord'] = (bytes) => {
  const piece = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return piece.includes(delimiter, Math.max(0, piece.length - delimiter.length)) || piece.includes(PAGE);
};

export const mediawikiXml: Format = {
  name: 'mediawiki-xml',
  delimiter,
  isRecord,
  parse: (bytes, at) => {
    const reader = readerOf(at.fields?.wikitext);
    return parseRecords(bytes, at, {
      delimiter,
      isRecord,
      broken: 'xml.invalid',
      read: (piece) => read(piece, reader),
    });
  },
};

function read(piece: string, reader: Reader): Reading {
  const fields = pageFields(piece);
  const field = (name: string): string => fields.get(`page/${name}`) ?? '';
  const wikitext = field('revision/text');
  const model = field('revision/model');
  if (field('ns').trim() !== '' && Number(field('ns')) !== 0) return { skip: 'namespace' };
  if (fields.has('page/redirect')) return { skip: 'redirect' };
  if (model !== '' && model !== 'wikitext') return { skip: 'model' };
  const title = field('title');
  const page = readPage(wikitext, { title }, reader);
  if ('skip' in page) return page;
  const meta: JsonObject = {
    title,
    id: numberOr(field('id')),
    revision: numberOr(field('revision/id')),
    timestamp: field('revision/timestamp') || null,
  };
  return { text: page.text, meta };
}

const numberOr = (digits: string): number | null => (/^\d+$/.test(digits) ? Number(digits) : null);
