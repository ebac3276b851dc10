// Finds menus that were written one item a line.
//
// The rule: a run begins and ends with a listed word; at most two unlisted short lines (four before any prose) stand between listed ones; blank
// lines and rows of symbols are looked through, anything longer or with a sentence end breaks it. It is a menu when it
// has four lines or more, three in five of them known, and either two of those surely navigation, or one and four in
// five known, or five lines that are all known (three suffice when all are sure); or when its words together weigh enough
// (navigation-evidence.ts), of which less is asked before any prose. Lines with the same bullet are one run, whatever
// words it begins and ends with. Poems, ingredients, dialogues and tables of contents have no such density.
import { weighsAsList, weighsAsRun } from './navigation-evidence.ts';
import { CATEGORY, SHAPED, SURE, UNKNOWN } from './navigation-words.ts';

/** One line as the runs see it: a strength of navigation-words.ts, or one of the two below. */
export type LineKind = number;
export const THROUGH = -1;
export const BREAKS = -2;

export interface RunLine {
  readonly kind: LineKind;
  /** The code of the bullet before the words; 0 without one. */
  readonly bullet: number;
  /** Of a menu's word, as navigation-evidence.ts weighs it. */
  readonly weight: number;
}

export const passed: RunLine = { kind: THROUGH, bullet: 0, weight: 0 };
export const broken: RunLine = { kind: BREAKS, bullet: 0, weight: 0 };

type Place = 'top' | 'inside';
/** Whether listed or not: what is looked back at stays bounded. */
const MOST_PENDING = 8;
const mostUnlisted: Readonly<Record<Place, number>> = { top: 4, inside: 2 };

/** Calls `found` with the index of each line of a menu, ascending within a run. */
export function menuRuns(all: readonly RunLine[], found: (line: number) => void): void {
  const taken = new Set<number>();
  const take = (line: number): void => {
    if (taken.has(line)) return;
    taken.add(line);
    found(line);
  };
  listedRuns(all, take);
  bulletedRuns(all, take);
}

function listedRuns(all: readonly RunLine[], take: (line: number) => void): void {
  let lines: number[] = [];
  let pending: number[] = [];
  let place: Place = 'top';
  // Whether all lines so far might be a menu's: then it may begin with words that only end like one's.
  let opening = true;
  const close = (next: 'prose' | 'other'): void => {
    // Words that end as a menu's belong to it, but not the title of the prose that comes.
    const titled = next === 'prose' ? pending.length - 1 : pending.length;
    for (const [index, line] of pending.entries()) {
      if (lines.length === 0 || index >= titled || all[line]?.kind !== SHAPED) break;
      lines.push(line);
    }
    const run = lines.map((line) => all[line] ?? broken);
    if (isMenu(run) || (isHalfListed(run) && weighsAsRun(weightsOf(run), place))) lines.forEach(take);
    lines = [];
    pending = [];
  };
  for (const [line, { kind }] of all.entries()) {
    if (kind === THROUGH) continue;
    if (kind === BREAKS) {
      close('prose');
      [place, opening] = ['inside', false];
    } else if (kind >= CATEGORY) {
      lines.push(...pending, line);
      pending = [];
    } else if (lines.length > 0 || (opening && kind === SHAPED)) {
      pending.push(line);
      const unlisted = pending.filter((at) => all[at]?.kind === UNKNOWN).length;
      if (unlisted > mostUnlisted[place] || pending.length > MOST_PENDING) close('other');
    } else opening = false;
  }
  close('prose');
}

function bulletedRuns(all: readonly RunLine[], take: (line: number) => void): void {
  let lines: number[] = [];
  let bullet = 0;
  let place: Place = 'top';
  const close = (): void => {
    const weights = weightsOf(lines.map((line) => all[line] ?? broken));
    if (bullet !== 0 && weighsAsList(weights, place)) lines.forEach(take);
    lines = [];
  };
  for (const [line, { kind, bullet: mark }] of all.entries()) {
    if (kind === THROUGH) continue;
    if (kind === BREAKS || mark !== bullet) {
      close();
      bullet = kind === BREAKS ? 0 : mark;
    }
    if (kind === BREAKS) place = 'inside';
    else if (mark !== 0) lines.push(line);
  }
  close();
}

const isHalfListed = (run: readonly RunLine[]): boolean =>
  2 * run.filter(({ kind }) => kind !== UNKNOWN).length >= run.length;

const weightsOf = (lines: readonly RunLine[]): number[] => lines.map(({ weight }) => weight);

function isMenu(run: readonly RunLine[]): boolean {
  const lines = run.length;
  const known = run.filter(({ kind }) => kind > UNKNOWN && kind !== CATEGORY).length;
  const sure = run.filter(({ kind }) => kind >= SURE).length;
  if (lines === 3) return sure === 3;
  if (lines < 4 || known * 5 < lines * 3) return false;
  return sure > 1 || (sure === 1 && known * 5 >= lines * 4) || (known === lines && lines > 4);
}
