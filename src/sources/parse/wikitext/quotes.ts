// Bold and italic: runs of apostrophes, of which some are apostrophes of the text.
// The rules of MediaWiki's Parser::doQuotes, https://www.mediawiki.org/wiki/Markup_spec#Bold_and_italics

const runs = /'{2,}/g;

/**
 * A line without its bold and italic marks. Four apostrophes are one and bold, more than five are the rest and both;
 * where bold and italic are both left open, as in `l'''amour''`, a bold run is an apostrophe and italic. Linear.
 */
export function withoutQuotes(line: string): string {
  if (!line.includes("''")) return line;
  const split = oddRun(line);
  return line.replace(runs, (run, at: number) => {
    if (at === split) return "'";
    if (run.length === 4) return "'";
    return run.length > 5 ? run.slice(5) : '';
  });
}

/** The bold run that is an apostrophe and italic, or -1. */
function oddRun(line: string): number {
  let [bolds, italics] = [0, 0];
  let [afterLetter, afterWord, afterSpace] = [-1, -1, -1];
  for (const { 0: run, index } of line.matchAll(runs)) {
    if (run.length !== 2) bolds++;
    if (run.length === 2 || run.length >= 5) italics++;
    if (run.length !== 3 && run.length !== 4) continue;
    // Of four, the first is an apostrophe of the text.
    const before = run.length === 4 ? "'" : line[index - 1];
    const beforeThat = run.length === 4 ? line[index - 1] : line[index - 2];
    if (before === ' ') afterSpace = afterSpace < 0 ? index : afterSpace;
    else if (beforeThat === ' ') afterLetter = afterLetter < 0 ? index : afterLetter;
    else afterWord = afterWord < 0 ? index : afterWord;
  }
  if (bolds % 2 === 0 || italics % 2 === 0) return -1;
  if (afterLetter >= 0) return afterLetter;
  return afterWord >= 0 ? afterWord : afterSpace;
}
