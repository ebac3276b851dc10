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

function repeatedPieces(text: string, separator: string): Repeated {
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
