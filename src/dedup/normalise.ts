// What two texts may differ in and still count as equal: one stated normalisation for every deduper that compares text.
import { z } from 'zod';

export const ASPECTS = ['width', 'case', 'spaces', 'digits', 'punctuation'] as const;
export type Aspect = (typeof ASPECTS)[number];

/** The `ignore:` option. Order and repetition do not matter. */
export const ignoreOption = z
  .array(z.enum(ASPECTS))
  .describe(
    'What two texts may differ in and still be equal. `width`: full and half width, ligatures and other compatibility forms (NFKC). `case`: upper and lower case. `spaces`: all white space, line ends included. `digits`: all decimal digits. `punctuation`: punctuation and symbols.',
  );

const SPACES = /\s+/gu;
const DIGITS = /\p{Nd}+/gu;
const PUNCTUATION = /[\p{P}\p{S}]+/gu;

/**
 * A function from a text to what is compared of it. A text of which nothing would be left is compared as it is, so that
 * `123` and `456` stay two texts when digits are ignored. Linear.
 */
export function normaliser(ignore: readonly Aspect[]): (text: string) => string {
  const ignored = new Set(ignore);
  if (ignored.size === 0) return (text) => text;
  return (text) => {
    let out = text;
    if (ignored.has('width')) out = out.normalize('NFKC');
    if (ignored.has('case')) out = out.toLowerCase();
    if (ignored.has('spaces')) out = out.replace(SPACES, '');
    if (ignored.has('digits')) out = out.replace(DIGITS, '');
    if (ignored.has('punctuation')) out = out.replace(PUNCTUATION, '');
    return out === '' ? text : out;
  };
}
