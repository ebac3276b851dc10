// Three letters for two: as CLD2 and Common Crawl name languages.
import { expect, it } from 'vitest';
import { threeLetters } from '../../../src/sources/published/three-letter-codes.ts';

it.each([
  ['ja', 'jpn'],
  ['zh', 'zho'],
  ['zh-Hans', 'zho'],
  ['pt_BR', 'por'],
  ['de', 'deu'],
  ['nb', 'nor'],
  ['nn', 'nno'],
  ['he', 'heb'],
  ['iw', 'heb'],
  ['fil', 'tgl'],
  ['ceb', 'ceb'],
  ['jpn', 'jpn'],
])('%s is %s', (language, code) => {
  expect(threeLetters(language)).toBe(code);
});

it('are three letters for each code of ISO 639-1, and another for each', () => {
  const letters = 'abcdefghijklmnopqrstuvwxyz';
  const known = [...letters]
    .flatMap((a) => [...letters].map((b) => a + b))
    .filter((code) => threeLetters(code) !== code);
  expect(known.length).toBeGreaterThan(180);
  for (const code of known) expect(threeLetters(code)).toMatch(/^[a-z]{3}$/);
  // iw is the old code of he, nb has no code of its own with CLD2.
  const codes = known.filter((code) => !['iw', 'nb'].includes(code)).map(threeLetters);
  expect(codes.length - new Set(codes).size).toBe(0);
});
