// Plain text with a blank line between documents (CC100, OSCAR 2019 and 21.09).
import type { Format } from '../../pipeline/define.ts';
import { isBlank, parseRecords } from './records.ts';

const delimiter = '\n\n';
const isRecord: Format['isRecord'] = (bytes) => !isBlank(bytes);

export const blankLine: Format = {
  name: 'blank-line',
  delimiter,
  isRecord,
  parse: (bytes, at) =>
    parseRecords(bytes, at, {
      delimiter,
      isRecord,
      broken: 'text.invalid',
      read: (text) => ({ text: trimLineEnds(text), meta: {} }),
    }),
};

function trimLineEnds(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isLineEnd(text, start)) start++;
  while (end > start && isLineEnd(text, end - 1)) end--;
  return text.slice(start, end);
}

const isLineEnd = (text: string, at: number): boolean => text[at] === '\n' || text[at] === '\r';
