// Common Crawl's WET files: WARC records of the type conversion, each the plain text of one page.
import type { FieldMap, Format, JsonObject } from '../../pipeline/define.ts';
import { isBlank, parseRecords, type Reading } from './records.ts';
import { contentLengthOf, frameWarc, RECORD_SEPARATOR } from './warc-frames.ts';

const delimiter = RECORD_SEPARATOR;
const isRecord: Format['isRecord'] = (bytes) =>
  !isBlank(bytes.at(-1) === delimiter.charCodeAt(0) ? bytes.subarray(0, -1) : bytes);

/** The header's lines that are the document's metadata, under their published names. */
const kept = ['WARC-Date', 'WARC-Record-ID', 'WARC-Identified-Content-Language'];

export const wet: Format = {
  name: 'wet',
  delimiter,
  frame: frameWarc,
  isRecord,
  parse: (bytes, at) =>
    parseRecords(bytes, at, { delimiter, isRecord, broken: 'warc.invalid', read: (piece) => read(piece, at.fields) }),
};

function read(piece: string, fields: FieldMap | undefined): Reading {
  const start = piece.search(/[^\r\n]/);
  const headerEnd = piece.indexOf('\r\n\r\n', start);
  const header = piece.slice(start, headerEnd < 0 ? start : headerEnd);
  const length = contentLengthOf(header);
  if (length === undefined) return { reject: 'warc.invalid', detail: 'No header of a WARC record with its length.' };
  const lines = headerLines(header);
  const type = lines.get('warc-type');
  if (type !== 'conversion') return { skip: 'type' };
  // CLD2 names up to three languages, the one with most text first.
  const main = lines.get('warc-identified-content-language')?.split(',')[0]?.trim();
  if (fields?.language !== undefined && main !== fields.language) return { skip: 'language' };
  const content = contentOf(piece.slice(headerEnd + 4), length);
  if (typeof content === 'number') {
    return { reject: 'warc.length', detail: `The record says that it has ${length} bytes and has ${content}.` };
  }
  const url = lines.get('warc-target-uri')?.replace(/^<|>$/g, '');
  const meta: JsonObject = {};
  for (const name of kept) {
    const value = lines.get(name.toLowerCase());
    if (value !== undefined) meta[name] = value;
  }
  return url === undefined ? { text: content, meta } : { text: content, url, meta };
}

/** By name in lower case; of a name that comes twice the first counts. Folded lines do not occur in Common Crawl's files. */
function headerLines(header: string): Map<string, string> {
  const lines = new Map<string, string>();
  for (const line of header.split('\r\n').slice(1)) {
    const colon = line.indexOf(':');
    if (colon <= 0) continue;
    const name = line.slice(0, colon).toLowerCase();
    if (!lines.has(name)) lines.set(name, line.slice(colon + 1).trim());
  }
  return lines;
}

/** The content without the end of its record; the bytes there are when they are not the stated number. */
function contentOf(rest: string, length: number): string | number {
  const ended = rest.endsWith(`\r\n\r${delimiter}`) ? rest.slice(0, -4) : rest;
  let bytes = Buffer.byteLength(ended, 'utf8');
  let end = ended.length;
  // The last record of a file that was cut may lack some of its ending.
  while (bytes > length && end > ended.length - 3 && /[\r\n]/.test(ended[end - 1] ?? '')) {
    end--;
    bytes--;
  }
  return bytes === length ? ended.slice(0, end) : bytes;
}
