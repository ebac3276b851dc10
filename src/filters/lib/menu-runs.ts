// Finds menus that were written one item a line.
//
// The rule: a run begins and ends with a listed word; at most two unlisted short lines stand between listed ones; blank
// lines and rows of symbols are looked through, anything longer or with a sentence end breaks it. It is a menu when it
// has four lines or more, three in five of them known, and either two of those surely navigation, or one and four in
// five known, or five lines that are all known (three suffice when all are sure). Poems, ingredients, dialogues and
// tables of contents have no such density.
import { PLAUSIBLE, SURE, UNKNOWN } from './navigation-words.ts';

/** One line as the runs see it: a strength of navigation-words.ts, or one of the two below. */
export type LineKind = number;
export const THROUGH = -1;
export const BREAKS = -2;

const MOST_UNLISTED = 2;

/** Calls `found` with the index of each line of a menu, ascending. */
export function menuRuns(kinds: readonly LineKind[], found: (line: number) => void): void {
  let lines: number[] = [];
  let pending: number[] = [];
  const close = (): void => {
    if (isMenu(lines.map((line) => kinds[line] ?? UNKNOWN))) lines.forEach(found);
    lines = [];
    pending = [];
  };
  for (const [line, kind] of kinds.entries()) {
    if (kind === THROUGH) continue;
    if (kind === BREAKS) close();
    else if (kind >= PLAUSIBLE) {
      lines.push(...pending, line);
      pending = [];
    } else if (lines.length > 0) {
      pending.push(line);
      if (pending.length > MOST_UNLISTED) close();
    }
  }
  close();
}

function isMenu(kinds: readonly LineKind[]): boolean {
  const lines = kinds.length;
  const known = kinds.filter((kind) => kind > UNKNOWN).length;
  const sure = kinds.filter((kind) => kind >= SURE).length;
  if (lines === 3) return sure === 3;
  if (lines < 4 || known * 5 < lines * 3) return false;
  return sure > 1 || (sure === 1 && known * 5 >= lines * 4) || (known === lines && lines > 4);
}
