// `-{…}-` of wikis written in several scripts: which of the wordings between the braces is text.
// https://www.mediawiki.org/wiki/Writing_systems/Syntax
import type { Tokens } from './tokens.ts';

interface Range {
  readonly from: number;
  readonly to: number;
}

/** Flags of rules that show nothing where they stand: titles, hidden, removed and described rules. */
const silent = /[HTD-]/;
const ruleName = /^\s*(?:[^\s:;=<>[\]{}|][^:;=<>[\]{}|]{0,39}=>\s*)?([a-z]{2,3}(?:-[a-z]{2,8}){0,2})\s*:/i;

/**
 * Of several wordings the one that stands first is shown; text without wordings is shown as it is; nothing when the
 * rule only tells the converter something. Linear in the construct.
 */
export function shownRule(text: string, tokens: Tokens, token: number): Range | undefined {
  const [end, close, pipe] = [tokens.end(token), tokens.closing(token), tokens.pipe(token)];
  const from = pipe < 0 ? end : pipe + 1;
  const flags = pipe < 0 ? '' : text.slice(end, Math.min(pipe, end + 40));
  // Flags are capital letters; names of variants, in small ones, say who sees the text.
  if (silent.test(flags) && !/[a-z]/.test(flags)) return undefined;
  if (/R/.test(flags)) return trimmed(text, from, close);
  const named = ruleName.exec(text.slice(from, Math.min(from + 80, close)));
  if (named === null) return trimmed(text, from, close);
  const start = from + named[0].length;
  return trimmed(text, start, ruleEnd(text, start, close));
}

/** Where the `;` that ends a wording stands: outside brackets, and not that of `&nbsp;`. */
function ruleEnd(text: string, from: number, close: number): number {
  let depth = 0;
  for (let at = from; at < close; at++) {
    const char = text[at];
    if (char === '[' || char === '{') depth++;
    else if (char === ']' || char === '}') depth--;
    else if (char === ';' && depth <= 0 && !/&#?\w{1,9}$/.test(text.slice(Math.max(from, at - 11), at))) return at;
  }
  return close;
}

function trimmed(text: string, from: number, to: number): Range | undefined {
  let [start, end] = [from, to];
  while (start < end && /\s/.test(text[start] ?? '')) start++;
  while (end > start && /\s/.test(text[end - 1] ?? '')) end--;
  return start < end ? { from: start, to: end } : undefined;
}
