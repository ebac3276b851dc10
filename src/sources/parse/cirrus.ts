// CirrusSearch dumps of Wikipedia: pairs of lines, an index action and then the page with its plain text.
import type { Format, JsonObject } from '../../pipeline/define.ts';
import { isObject, noText, valueAt } from './jsonl.ts';
import { isBlank, parseRecords, type Reading } from './records.ts';

/** What of a page is its metadata; the rest is the text again (source, opening, headings) or search internals. */
const kept = ['title', 'page_id', 'timestamp', 'create_timestamp', 'wiki', 'language', 'version', 'wikibase_item'];
const action = Buffer.from('{"index":');

const isRecord: Format['isRecord'] = (bytes) => !isBlank(bytes) && !isAction(bytes);

function isAction(bytes: Uint8Array): boolean {
  return bytes.length >= action.length && action.every((byte, at) => bytes[at] === byte);
}

export const cirrus: Format = {
  name: 'cirrus',
  delimiter: '\n',
  isRecord,
  parse(bytes, at) {
    const textPath = (at.fields?.text ?? 'text').split('.');
    const read = (line: string) => readPage(line, textPath);
    return parseRecords(bytes, at, { delimiter: '\n', isRecord, broken: 'json.invalid', escape: '\\u', read });
  },
};

function readPage(line: string, textPath: readonly string[]): Reading {
  const page: unknown = JSON.parse(line);
  if (!isObject(page)) return noText('The line is no JSON object.');
  const { namespace, title } = page;
  const text = valueAt(page, textPath);
  if (typeof namespace === 'number' && namespace !== 0) return { skip: 'namespace' };
  if (typeof text !== 'string') return noText(`The field "${textPath.join('.')}" is no string.`);
  const meta: JsonObject = {};
  for (const key of kept) {
    const value = page[key];
    if (value !== undefined && !isObject(value) && !Array.isArray(value)) meta[key] = value;
  }
  // The dump keeps a page's title apart from its text; a reader of the page sees it first.
  return { text: typeof title === 'string' ? `${title}\n${text}` : text, meta };
}
