// Walks the records of a block: splits, decodes, numbers and places them, so that a format only reads one record's text.
/// <reference lib="es2024.string" />
import { isAscii, isUtf8, transcode } from 'node:buffer';
import { errorMessage } from '../../errors.ts';
import type { Format, JsonObject, Parsed, Reject } from '../../pipeline/define.ts';
import { decodeUtf8, firstInvalidByte } from './utf8.ts';

/** What one record's text turned out to be. */
export type Reading =
  | { readonly text: string; readonly url?: string; readonly meta: JsonObject }
  | { readonly reject: string; readonly detail: string }
  | { readonly skip: string };

/** A format as these walks need it: `read` may throw, which rejects the record with `broken`. */
export interface RecordFormat {
  readonly delimiter: string;
  readonly isRecord: Format['isRecord'];
  /** Reason of a record that `read` throws for. */
  readonly broken: string;
  /** What every escape of this format begins with that may spell half a surrogate pair; without it all texts are checked. */
  readonly escape?: string;
  read(text: string): Reading;
}

type Start = { readonly firstOrdinal: number; readonly offset: number };

const EXCERPT = 200;
const BOM = '\ufeff';

export function parseRecords(bytes: Uint8Array, at: Start, format: RecordFormat): Parsed {
  const block = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { delimiter } = format;
  const needle = delimiter.length === 1 ? delimiter.charCodeAt(0) : Buffer.from(delimiter);
  const texts = textsOf(block, delimiter);
  const parsed: Parsed = { documents: [], rejects: [], skipped: {} };
  let ordinal = at.firstOrdinal;
  for (let start = 0; start < block.length; ) {
    const found = block.indexOf(needle, start);
    const end = found < 0 ? block.length : found + delimiter.length;
    const record = block.subarray(start, end);
    const offset = at.offset + start;
    const text = texts(record);
    if (format.isRecord(record)) {
      const reading = text === undefined ? invalidUtf8(record, offset) : attempt(format, text, offset);
      if ('text' in reading)
        parsed.documents.push(documentAt(ordinal, offset, mayHoldHalves(format, text) ? whole(reading) : reading));
      else if ('skip' in reading) parsed.skipped[reading.skip] = (parsed.skipped[reading.skip] ?? 0) + 1;
      else parsed.rejects.push(rejectAt(ordinal, offset, record, reading));
      ordinal++;
    }
    start = end;
  }
  return parsed;
}

/**
 * Decodes a block's pieces, in order; undefined for a piece that is no UTF-8. Checking and decoding the block at once
 * takes half the time of doing so piece by piece, and only one block in many is broken.
 */
function textsOf(block: Buffer, delimiter: string): (piece: Buffer) => string | undefined {
  if (!isUtf8(block)) return (piece) => (isUtf8(piece) ? decodeUtf8(piece) : undefined);
  if (isAscii(block)) return decodeUtf8;
  const wide = transcode(block, 'utf8', 'utf16le');
  let start = 0;
  return () => {
    const found = wide.indexOf(delimiter, start, 'utf16le');
    const end = found < 0 ? wide.length : found + delimiter.length * 2;
    const text = wide.toString('utf16le', start, end);
    start = end;
    return text;
  };
}

/** Holds no record: nothing but spaces, tabs and line ends. */
export function isBlank(bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return false;
  }
  return true;
}

function attempt(format: RecordFormat, text: string, offset: number): Reading {
  try {
    // A byte order mark may open a file; anywhere else it is text.
    return format.read(offset === 0 && text.startsWith(BOM) ? text.slice(1) : text);
  } catch (error) {
    return { reject: format.broken, detail: errorMessage(error).slice(0, EXCERPT) };
  }
}

function invalidUtf8(record: Buffer, offset: number): Reading {
  const at = firstInvalidByte(record);
  const hex = record.toString('hex', at, at + 4);
  return { reject: 'utf8.invalid', detail: `No UTF-8 from byte ${offset + at} on (${hex}).` };
}

type Read = Extract<Reading, { text: string }>;

const mayHoldHalves = ({ escape: mark }: RecordFormat, record = ''): boolean =>
  mark === undefined || record.includes(mark);

/** JSON may escape half a surrogate pair, which no UTF-8 can hold: U+FFFD stands for it, as in any decoder. */
const whole = ({ text, url, meta }: Read): Read =>
  url === undefined
    ? { text: text.toWellFormed(), meta }
    : { text: text.toWellFormed(), url: url.toWellFormed(), meta };

const documentAt = (ordinal: number, offset: number, { text, url, meta }: Read): Parsed['documents'][number] =>
  url === undefined ? { ordinal, offset, text, meta } : { ordinal, offset, text, url, meta };

function rejectAt(
  ordinal: number,
  offset: number,
  record: Buffer,
  { reject, detail }: Extract<Reading, { reject: string }>,
): Reject {
  const excerpt = record
    .toString('utf8', 0, EXCERPT * 4)
    .slice(0, EXCERPT)
    .toWellFormed();
  return { ordinal, offset, reason: reject, detail: detail.toWellFormed(), excerpt };
}
