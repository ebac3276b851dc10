// How a template's words are written in tables and options: `{1}（{2}）` for `{{読み仮名|漢字|かんじ}}`.

/** The value of a parameter: the first that is given of several names. */
export interface Slot {
  readonly parameter: readonly string[];
}
/** Shown when every parameter that stands in it is given. */
export interface Group {
  readonly group: readonly Piece[];
}
export type Piece = string | Slot | Group;

const DEEPEST = 4;

export class PatternError extends Error {}

/**
 * Reads a pattern: `{1}` is the first parameter, `{name}` one by name, `{label|1}` the first given of several; what
 * stands in `[…]` is shown only when its parameters are given; all else is text. Linear; throws PatternError.
 */
export function readPattern(pattern: string): readonly Piece[] {
  const open: Piece[][] = [[]];
  let at = 0;
  for (const match of pattern.matchAll(/[[\]{}]/g)) {
    if (match.index < at) continue;
    const top = open.at(-1) ?? [];
    if (match.index > at) top.push(pattern.slice(at, match.index));
    at = match.index + 1;
    if (match[0] === '{') at = readSlot(pattern, at, top);
    else if (match[0] === '[') open.push([]);
    else if (match[0] === '}') throw new PatternError(`"}" without "{" in "${pattern}"`);
    else if (open.length === 1) throw new PatternError(`"]" without "[" in "${pattern}"`);
    else {
      open.pop();
      open.at(-1)?.push({ group: top });
    }
    if (open.length > DEEPEST) throw new PatternError(`"[" nests more than ${DEEPEST - 1} deep in "${pattern}"`);
  }
  const [pieces = [], unclosed] = open;
  if (unclosed !== undefined) throw new PatternError(`"[" without "]" in "${pattern}"`);
  if (at < pattern.length) pieces.push(pattern.slice(at));
  return pieces;
}

function readSlot(pattern: string, from: number, pieces: Piece[]): number {
  const end = pattern.indexOf('}', from);
  if (end < 0) throw new PatternError(`"{" without "}" in "${pattern}"`);
  const parameter = pattern
    .slice(from, end)
    .split('|')
    .map((name) => name.trim());
  if (parameter.some((name) => name === '' || /[[\]{]/.test(name)))
    throw new PatternError(`"{${parameter.join('|')}}" names no parameter in "${pattern}"`);
  pieces.push({ parameter });
  return end + 1;
}

/** What is wrong with a pattern, for a person; undefined when nothing is. */
export function patternProblem(pattern: string): string | undefined {
  try {
    readPattern(pattern);
    return undefined;
  } catch (error) {
    if (error instanceof PatternError) return error.message;
    throw error;
  }
}
