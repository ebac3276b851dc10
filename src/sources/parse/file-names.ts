// What a file's name tells: how it is compressed and how records stand in it.
import type { CodecName, FormatName } from '../../pipeline/define.ts';

export const codecEndings: ReadonlyMap<string, CodecName> = new Map([
  ['gz', 'gzip'],
  ['gzip', 'gzip'],
  ['xz', 'xz'],
  ['zst', 'zstd'],
  ['zstd', 'zstd'],
  ['bz2', 'bz2'],
]);

export const formatEndings: ReadonlyMap<string, FormatName> = new Map([
  ['jsonl', 'jsonl'],
  ['ndjson', 'jsonl'],
  ['json', 'jsonl'],
  ['txt', 'blank-line'],
  ['xml', 'mediawiki-xml'],
  ['parquet', 'parquet'],
  ['wet', 'wet'],
]);

/** Undefined for what the name does not tell. `a.jsonl.gz` is gzip, jsonl; `a.txt` is none, blank-line; `a.gz` is gzip. */
export function readingOf(path: string): { codec: CodecName | undefined; format: FormatName | undefined } {
  const endings = path
    .slice(path.lastIndexOf('/') + 1)
    .toLowerCase()
    .split('.')
    .slice(1);
  const last = endings.at(-1) ?? '';
  const packed = codecEndings.get(last);
  // Any other ending is taken as not compressed only when it is a known one.
  if (packed === undefined)
    return { codec: formatEndings.has(last) ? 'none' : undefined, format: formatEndings.get(last) };
  return { codec: packed, format: formatEndings.get(endings.at(-2) ?? '') };
}
