// The characters of a page, and the looks at them that several parts of the lexer share.

/** Units that markup is made of. `END` ends the text; one inside it is no markup. */
export const unit = {
  END: 0,
  TAB: 0x09,
  NEWLINE: 0x0a,
  SPACE: 0x20,
  HYPHEN: 0x2d,
  SLASH: 0x2f,
  COLON: 0x3a,
  SEMICOLON: 0x3b,
  LESS: 0x3c,
  EQUALS: 0x3d,
  GREATER: 0x3e,
  BRACKET: 0x5b,
  BRACKET_END: 0x5d,
  BRACE: 0x7b,
  PIPE: 0x7c,
  BRACE_END: 0x7d,
} as const;

/** A table for `Units.next`: 1 for each of these units, and for the end. One of all units needs one look at each. */
export function markedUnits(...codes: readonly number[]): Uint8Array {
  const marked = new Uint8Array(1 << 16);
  for (const code of [unit.END, ...codes]) marked[code] = 1;
  return marked;
}

/** Units past the end that may be looked at; they are zeros. */
const AHEAD = 4;
const FEWEST = 1 << 16;
/** Memory for more is given back after the page. */
const MOST_KEPT = 1 << 21;

/** The page that is being read. Reading units from a string takes three times as long in V8. */
export class Units {
  text = '';
  codes = new Uint16Array(FEWEST);
  #bytes = Buffer.from(this.codes.buffer);
  /** Characters passed over, for tests. */
  work = 0;

  read(text: string): void {
    const needed = text.length + AHEAD;
    if (this.codes.length < needed || this.codes.length > MOST_KEPT) {
      this.codes = new Uint16Array(Math.max(needed, FEWEST));
      this.#bytes = Buffer.from(this.codes.buffer);
    }
    this.#bytes.write(text, 'utf16le');
    this.codes.fill(0, text.length, needed);
    this.text = text;
    this.work = 0;
  }

  /** The unit at a place; 0 past the end. */
  at(place: number): number {
    return this.codes[place] ?? 0;
  }

  /** The first place from `at` on whose unit is marked; the end of the text is, in every table of `markedUnits`. */
  next(at: number, marked: Uint8Array): number {
    const units = this.codes;
    let place = at;
    // Two at a time are a tenth faster.
    while (((marked[units[place] ?? 0] ?? 0) | (marked[units[place + 1] ?? 0] ?? 0)) === 0) place += 2;
    return marked[units[place] ?? 0] === 0 ? place + 1 : place;
  }

  /** How many of a unit stand in a row from `at` on, where one stands. */
  run(at: number, code: number): number {
    let end = at + 1;
    while (this.at(end) === code) end++;
    return end - at;
  }

  /** Whether a colon stands where that of `https:` or `mailto:` would, after letters. */
  hasColonSoon(at: number): boolean {
    let place = at;
    while (place - at < 8 && isLetter(this.at(place))) place++;
    return this.at(place) === unit.COLON;
  }

  /** Past spaces and tabs. */
  skipSpaces(at: number): number {
    let end = at;
    while (this.at(end) === unit.SPACE || this.at(end) === unit.TAB) end++;
    this.work += end - at;
    return end;
  }

  /** Past `*`, `#`, `:` and `;`, and spaces between them. */
  skipListMarks(at: number): number {
    let end = at;
    while (isListMark(this.at(end))) end++;
    this.work += end - at;
    return end;
  }

  isTableStart(at: number): boolean {
    return this.at(at) === unit.BRACE && this.at(at + 1) === unit.PIPE;
  }

  /** `|}` at the beginning of a line, but for `|}}`, which ends a template. */
  isTableEnd(at: number): boolean {
    return this.at(at) === unit.PIPE && this.at(at + 1) === unit.BRACE_END && this.at(at + 2) !== unit.BRACE_END;
  }

  /** Whether the line that begins at `at` is a heading. */
  isHeading(at: number): boolean {
    if (this.at(at) !== unit.EQUALS || this.at(at + 1) !== unit.EQUALS) return false;
    const found = this.text.indexOf('\n', at);
    const end = found < 0 ? this.text.length : found;
    this.work += end - at;
    // Nearly every line that begins with `==` ends with it too, and other lines with no space or comment.
    if (this.at(end - 1) === unit.EQUALS) {
      let before = end - 1;
      while (before > at && this.at(before) === unit.EQUALS) before--;
      if (before > at && end - before <= 80) return true;
    }
    return /[^=]=+\s*(?:<!--[^<>]*-->\s*)?$/.test(this.text.slice(Math.max(at, end - 80), end));
  }

  /** Where the `>` of the tag at `at` stands, or -1; a tag holds no `<`, so no character is passed over twice. */
  tagEnd(at: number): number {
    let end = at + 1;
    let code = this.at(end);
    if (code !== unit.SLASH && !isLetter(code)) return -1;
    while (end < this.text.length && code !== unit.LESS && code !== unit.GREATER) code = this.at(++end);
    this.work += end - at;
    return code === unit.GREATER ? end : -1;
  }

  /** The name of the tag between `at` and its `>` in small letters, with the slash of an end tag; '' when it is none. */
  tagName(at: number, end: number): string {
    let to = at + (this.at(at + 1) === unit.SLASH ? 2 : 1);
    const from = to;
    while (to - from < 17 && isAlphanumeric(this.at(to))) to++;
    const isWhole = to === end || this.at(to) === unit.SLASH || this.at(to) <= unit.SPACE;
    // Nine of ten tags are notes: their name is no new string to hash.
    if (
      to - from === 3 &&
      this.at(from) === 0x72 &&
      this.at(from + 1) === 0x65 &&
      this.at(from + 2) === 0x66 &&
      isWhole
    )
      return from === at + 1 ? 'ref' : '/ref';
    if (to === from || to - from > 16 || !isLetter(this.at(from)) || !isWhole) return '';
    return this.text.slice(at + 1, to).toLowerCase();
  }
}

const isListMark = (code: number): boolean =>
  code === 0x2a ||
  code === 0x23 ||
  code === unit.COLON ||
  code === unit.SEMICOLON ||
  code === unit.SPACE ||
  code === unit.TAB;
export const isLetter = (code: number): boolean => (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a);
const isAlphanumeric = (code: number): boolean => isLetter(code) || (code >= 0x30 && code <= 0x39);
