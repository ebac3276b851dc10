// Bold and italic: runs of apostrophes, of which some are apostrophes of the text.
// The rules of MediaWiki's Parser::doQuotes, https://www.mediawiki.org/wiki/Markup_spec#Bold_and_italics
import { type Line, move } from './line.ts';

const APOSTROPHE = 0x27;
const SPACE = 0x20;

/**
 * Takes the bold and italic marks out of a line. Four apostrophes are one and bold, more than five are the rest and
 * both; where bold and italic are both left open, as in `l'''amour''`, a bold run is an apostrophe and italic. Linear.
 */
export function removeQuotes(line: Line): void {
  const { codes, from, to } = line;
  let at = nextRun(line, from);
  if (at === to) return;
  const split = oddRun(line, at);
  let written = at;
  while (at < to) {
    const end = runEnd(line, at);
    const left = at === split || end - at === 4 ? 1 : Math.max(0, end - at - 5);
    for (let kept = 0; kept < left; kept++) codes[written++] = APOSTROPHE;
    at = nextRun(line, end);
    written = move(codes, written, end, at);
  }
  line.to = written;
}

/** Where the next two apostrophes stand; the end of the line when none do. */
function nextRun({ codes, to }: Line, from: number): number {
  let at = from;
  while (at < to && (codes[at] !== APOSTROPHE || codes[at + 1] !== APOSTROPHE || at + 1 === to)) at++;
  return at;
}

function runEnd({ codes, to }: Line, at: number): number {
  let end = at + 2;
  while (end < to && codes[end] === APOSTROPHE) end++;
  return end;
}

/** Where the bold run begins that is an apostrophe and italic, or -1. */
function oddRun(line: Line, first: number): number {
  const { codes, from, to } = line;
  let [bolds, italics] = [0, 0];
  let [afterLetter, afterWord, afterSpace] = [-1, -1, -1];
  for (let at = first, end = 0; at < to; at = nextRun(line, end)) {
    end = runEnd(line, at);
    const length = end - at;
    if (length !== 2) bolds++;
    if (length === 2 || length >= 5) italics++;
    if (length !== 3 && length !== 4) continue;
    // Of four, the first is an apostrophe of the text.
    const before = length === 4 ? at : at - 1;
    if (before >= from && codes[before] === SPACE) afterSpace = afterSpace < 0 ? at : afterSpace;
    else if (before > from && codes[before - 1] === SPACE) afterLetter = afterLetter < 0 ? at : afterLetter;
    else afterWord = afterWord < 0 ? at : afterWord;
  }
  if (bolds % 2 === 0 || italics % 2 === 0) return -1;
  if (afterLetter >= 0) return afterLetter;
  return afterWord >= 0 ? afterWord : afterSpace;
}
