// Bold and italic marks, as MediaWiki reads them.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Line } from '../../../../src/sources/parse/wikitext/line.ts';
import { removeQuotes } from '../../../../src/sources/parse/wikitext/quotes.ts';

/** Reads a line between others, which are not to be touched. */
function withoutQuotes(text: string): string {
  const codes = Uint16Array.from(`''${text}'' `, (unit) => unit.charCodeAt(0));
  const line = new Line(codes, 2, 2 + text.length);
  removeQuotes(line);
  expect(String.fromCharCode(...codes.subarray(0, 2), ...codes.subarray(2 + text.length))).toBe("'''' ");
  return line.text;
}

describe('bold and italic', () => {
  it.each([
    ["''a'' '''b''' '''''c'''''", 'a b c'],
    ["don't", "don't"],
    ["l''''a'''", "l'a"],
    ["'''''''a'''''", "''a"],
    // Bold and italic are both left open: the bold run after a single letter is an apostrophe and italic.
    ["ab'''c d'''e'' f", "ab'''c d'''e'' f".replace(/'{2,3}/g, '')],
    ["ab'''c '' l'''e'' '' x'''y", 'abc  le  xy'.replace('le', "l'e")],
    ["ab'''c''", "ab'c"],
    ["x '''c''", "x 'c"],
    ["l'''a''", "l'a"],
  ])('%j is %j', (line, text) => {
    expect(withoutQuotes(line)).toBe(text);
  });

  it('go, and nothing else does, in any line', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("'", "''", "'''", 'a', ' ', '港') }), (line) => {
        const text = withoutQuotes(line);
        expect(text.replaceAll("'", '')).toBe(line.replaceAll("'", ''));
        expect(text.length).toBeLessThanOrEqual(line.length);
      }),
    );
  });
});
