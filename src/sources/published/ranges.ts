// Choices of numbered shards, written `0-1023` or `0,2,5-7`.
import { z } from 'zod';

export interface NumberRange {
  readonly first: number;
  readonly last: number;
}

/** Undefined when the text is no such list. */
export function parseRanges(text: string): NumberRange[] | undefined {
  const ranges: NumberRange[] = [];
  for (const item of text.split(',')) {
    const [, first, last] = /^\s*(\d{1,9})(?:\s*-\s*(\d{1,9}))?\s*$/.exec(item) ?? [];
    if (first === undefined) return undefined;
    const range = { first: Number(first), last: Number(last ?? first) };
    if (range.last < range.first) return undefined;
    ranges.push(range);
  }
  return ranges;
}

const error = 'all, or numbers and ranges such as 0-1023 or 0,2,5-7';

// Where the type fits and the value does not, zod gives the member's own message, not the union's.
export const numberRanges = z.union(
  [
    z.string().refine((text) => text === 'all' || parseRanges(text) !== undefined, { error }),
    z.int().min(0, { error }),
  ],
  { error },
);

/** Undefined for all. */
export function rangesOf(value: z.output<typeof numberRanges>): NumberRange[] | undefined {
  return value === 'all' ? undefined : parseRanges(String(value));
}

export const includes = (ranges: readonly NumberRange[] | undefined, number: number): boolean =>
  ranges === undefined || ranges.some(({ first, last }) => first <= number && number <= last);
