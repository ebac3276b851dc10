// Bold and italic: runs of apostrophes, of which some are apostrophes of the text.
// The rules of MediaWiki's Parser::doQuotes, https://www.mediawiki.org/wiki/Markup_spec#Bold_and_italics

const APOSTROPHE = 0x27;
const SPACE = 0x20;

/** Runs of two apostrophes or more: where each begins, and where it ends. */
interface Runs {
  readonly starts: number[];
  readonly ends: number[];
}

/**
 * A line without its bold and italic marks. Four apostrophes are one and bold, more than five are the rest and both;
 * where bold and italic are both left open, as in `l'''amour''`, a bold run is an apostrophe and italic. Linear.
 */
export function withoutQuotes(line: string): string {
  const first = line.indexOf("''");
  if (first < 0) return line;
  const { starts, ends } = runsOf(line, first);
  const split = oddRun(line, starts, ends);
  let out = '';
  let kept = 0;
  for (const [index, start] of starts.entries()) {
    const end = ends[index] ?? start;
    const left = start === split || end - start === 4 ? 1 : Math.max(0, end - start - 5);
    out += line.slice(kept, start + left);
    kept = end;
  }
  return out + line.slice(kept);
}

function runsOf(line: string, first: number): Runs {
  const runs: Runs = { starts: [], ends: [] };
  for (let start = first; start >= 0; ) {
    let end = start + 2;
    while (line.charCodeAt(end) === APOSTROPHE) end++;
    runs.starts.push(start);
    runs.ends.push(end);
    start = line.indexOf("''", end);
  }
  return runs;
}

/** Where the bold run begins that is an apostrophe and italic, or -1. */
function oddRun(line: string, starts: readonly number[], ends: readonly number[]): number {
  let [bolds, italics] = [0, 0];
  for (const [index, start] of starts.entries()) {
    const length = (ends[index] ?? start) - start;
    if (length !== 2) bolds++;
    if (length === 2 || length >= 5) italics++;
  }
  if (bolds % 2 === 0 || italics % 2 === 0) return -1;
  let [afterLetter, afterWord, afterSpace] = [-1, -1, -1];
  for (const [index, start] of starts.entries()) {
    const length = (ends[index] ?? start) - start;
    if (length !== 3 && length !== 4) continue;
    // Of four, the first is an apostrophe of the text.
    const before = length === 4 ? APOSTROPHE : line.charCodeAt(start - 1);
    const beforeThat = line.charCodeAt(length === 4 ? start - 1 : start - 2);
    if (before === SPACE) afterSpace = afterSpace < 0 ? start : afterSpace;
    else if (beforeThat === SPACE) afterLetter = afterLetter < 0 ? start : afterLetter;
    else afterWord = afterWord < 0 ? start : afterWord;
  }
  if (afterLetter >= 0) return afterLetter;
  return afterWord >= 0 ? afterWord : afterSpace;
}
