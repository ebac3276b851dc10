// JSON Lines (mC4, OSCAR 22 and 23, most published corpora): one JSON object a line.
import type { FieldMap, Format, FormatName, Json, JsonObject } from '../../pipeline/define.ts';
import { isBlank, parseRecords, type Reading } from './records.ts';

const defaults: FieldMap = { text: 'text', url: 'url' };
/** JSON.parse does not mind depth, but JSON.stringify downstream recurses: some thousand levels end its stack. */
const DEEPEST = 256;

/** `parquet` shares it: reading turns rows into lines. */
export function jsonLines(name: FormatName): Format {
  const isRecord: Format['isRecord'] = (bytes) => !isBlank(bytes);
  return {
    name,
    delimiter: '\n',
    isRecord,
    parse(bytes, at) {
      const read = recordReader(at.fields ?? defaults);
      return parseRecords(bytes, at, { delimiter: '\n', isRecord, broken: 'json.invalid', escape: '\\u', read });
    },
  };
}

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function recordReader(fields: FieldMap): (line: string) => Reading {
  const textPath = fields.text.split('.');
  const urlPath = fields.url?.split('.');
  return (line) => {
    const record: unknown = JSON.parse(line);
    if (!isObject(record)) return noText(`The record is ${kindOf(record)}, not an object.`);
    const text = valueAt(record, textPath);
    if (typeof text !== 'string') return noText(`The field "${fields.text}" is ${kindOf(text)}, not a string.`);
    const meta = without(record, textPath);
    if (Object.values(meta).some((value) => isDeeperThan(value, DEEPEST))) {
      return { reject: 'json.invalid', detail: `Values nest more than ${DEEPEST} levels deep.` };
    }
    const url = urlPath === undefined ? undefined : valueAt(record, urlPath);
    return typeof url === 'string' ? { text, url, meta } : { text, meta };
  };
}

export const noText = (detail: string): Reading => ({ reject: 'record.no_text', detail });

function kindOf(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

export function valueAt(record: JsonObject, path: readonly string[]): Json | undefined {
  let value: Json | undefined = record;
  for (const key of path) {
    if (!isObject(value) || !Object.hasOwn(value, key)) return undefined;
    value = value[key];
  }
  return value;
}

/** The record without the field at `path`. Rest properties copy own keys as they are, `__proto__` too: nothing is assigned. */
function without(record: JsonObject, path: readonly string[]): JsonObject {
  const [key = '', ...inner] = path;
  const { [key]: field, ...others } = record;
  return inner.length > 0 && isObject(field) ? { ...others, [key]: without(field, inner) } : others;
}

/** Looks no deeper than `levels`, so its own recursion is bounded. */
function isDeeperThan(value: Json, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  for (const key in value) {
    const inner: Json | undefined = Array.isArray(value) ? value[Number(key)] : value[key];
    if (inner !== undefined && isDeeperThan(inner, levels - 1)) return true;
  }
  return false;
}
