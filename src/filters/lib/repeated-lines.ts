// How much of a text its repeated lines and paragraphs are.

export interface Repeated {
  /** Pieces after their first occurrence, of all pieces. */
  readonly share: number;
  /** The same by their UTF-16 units. */
  readonly unitShare: number;
}

/** Lines that hold more than white space; a line that occurred before is repeated. Linear. */
export const repeatedLines = (text: string): Repeated => repeatedPieces(text, '\n');
/** The same for paragraphs, which blank lines part. */
export const repeatedParagraphs = (text: string): Repeated => repeatedPieces(text, '\n\n');

const nothing: Repeated = { share: 0, unitShare: 0 };

function repeatedPieces(text: string, separator: string): Repeated {
  if (hasNoTwins(text, separator)) return nothing;
  const seen = new Set<string>();
  let [pieces, repeated, units, repeatedUnits] = [0, 0, 0, 0];
  for (let start = 0; start <= text.length; ) {
    const found = text.indexOf(separator, start);
    const end = found < 0 ? text.length : found;
    const piece = text.slice(start, end).trim();
    if (piece !== '') {
      pieces++;
      units += piece.length;
      if (seen.has(piece)) {
        repeated++;
        repeatedUnits += piece.length;
      } else seen.add(piece);
    }
    start = end + separator.length;
  }
  return { share: pieces === 0 ? 0 : repeated / pieces, unitShare: units === 0 ? 0 : repeatedUnits / units };
}

/**
 * Whether no two pieces can be equal, told by their lengths and three of their units: so it is of most texts, and a set of
 * numbers costs a fifth of a set of strings.
 */
function hasNoTwins(text: string, separator: string): boolean {
  const seen = new Set<number>();
  for (let start = 0; start <= text.length; ) {
    const found = text.indexOf(separator, start);
    const next = found < 0 ? text.length : found;
    let [from, end] = [start, next];
    while (from < end && isWhite(text.charCodeAt(from))) from++;
    while (end > from && isWhite(text.charCodeAt(end - 1))) end--;
    if (end > from) {
      const ends = Math.imul(text.charCodeAt(from), 0x9e3779b1) ^ Math.imul(text.charCodeAt(end - 1), 0x85ebca6b);
      const key = Math.imul(ends ^ text.charCodeAt((from + end) >> 1), 0xc2b2ae35) + (end - from);
      if (seen.has(key)) return false;
      seen.add(key);
    }
    start = next + separator.length;
  }
  return true;
}

/** What `trim` takes away. */
const isWhite = (code: number): boolean =>
  code <= 0x20 ? code === 0x20 || (code >= 9 && code <= 13) : code >= 0xa0 && WHITE.includes(code);
const WHITE = [
  0xa0, 0x1680, 0x2000, 0x2001, 0x2002, 0x2003, 0x2004, 0x2005, 0x2006, 0x2007, 0x2008, 0x2009, 0x200a, 0x2028, 0x2029,
  0x202f, 0x205f, 0x3000, 0xfeff,
];
