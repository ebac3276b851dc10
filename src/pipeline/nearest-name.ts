// The nearest valid name for a mistyped one.
import { closest, distance } from 'fastest-levenshtein';

/** The candidate a person most likely meant, or undefined when none is near. */
export function nearestName(name: string, candidates: readonly string[]): string | undefined {
  if (candidates.length === 0) return undefined;
  const lower = name.toLowerCase();
  const folded = new Map(candidates.map((candidate) => [candidate.toLowerCase(), candidate]));
  const best = closest(lower, [...folded.keys()]);
  const edits = distance(lower, best);
  // Two letters that changed places count as two edits, and are the commonest slip.
  const near =
    edits <= Math.max(1, Math.floor(Math.max(best.length, lower.length) / 3)) ||
    (edits === 2 && sameLetters(lower, best));
  return near || best.startsWith(lower) || lower.startsWith(best) ? folded.get(best) : undefined;
}

const sameLetters = (a: string, b: string): boolean => [...a].sort().join('') === [...b].sort().join('');
