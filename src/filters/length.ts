// The `length` filter: drops documents that are too short or too long once the filters before it have cleaned them.
import { z } from 'zod';
import { define } from '../pipeline/define.ts';

const options = z.strictObject({
  min: z.int().min(1).default(64).describe('characters (code points) that a document must have'),
  max: z.int().min(1).optional().describe('characters (code points) that a document may have; without it, any number'),
});

export const length = define({
  kind: 'filter',
  name: 'length',
  summary: 'Drops documents with fewer than `min` or more than `max` characters.',
  reference: 'https://arxiv.org/abs/2112.11446',
  options,
  reasons: { short: 'fewer characters than `min`, or none at all', long: 'more characters than `max`' },
  examples: [
    { input: '工事中', output: { drop: 'short' } },
    { input: '', options: { min: 1 }, output: { drop: 'short' }, note: 'An empty document never stays.' },
    { input: '春が来た。', options: { min: 5 }, output: { keep: '春が来た。' } },
    {
      input: '𠮷野家🍚',
      options: { min: 5 },
      output: { drop: 'short' },
      note: '𠮷 and 🍚 are one character each, though JavaScript counts two.',
    },
    { input: '𠮷野家', options: { min: 1, max: 3 }, output: { keep: '𠮷野家' } },
    { input: 'いろはにほへと', options: { min: 1, max: 6 }, output: { drop: 'long' } },
    { input: '\n \n', options: { min: 1 }, output: { drop: 'short' }, note: 'White space alone is nothing.' },
  ],
  create: ({ min, max = Number.POSITIVE_INFINITY }) => ({
    apply({ text }) {
      if (isShorter(text, min) || isBlank(text)) return { drop: 'short' };
      // `max` may be anything, so the comparison with what is one more stays an integer or infinite.
      return isShorter(text, max + 1) ? { keep: text } : { drop: 'long' };
    },
  }),
});

/** Counts code points only where the number of UTF-16 units leaves it open. */
function isShorter(text: string, characters: number): boolean {
  if (text.length < characters) return true;
  if (text.length >= 2 * characters) return false;
  return codePoints(text) < characters;
}

function codePoints(text: string): number {
  let pairs = 0;
  for (let at = 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0xdc00 || code > 0xdfff) continue;
    const before = text.charCodeAt(at - 1);
    if (before >= 0xd800 && before <= 0xdbff) pairs++;
  }
  return text.length - pairs;
}

const isBlank = (text: string): boolean => !/\S/u.test(text);
