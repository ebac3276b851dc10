// The nearest valid name for a mistyped one.
import { closest, distance } from 'fastest-levenshtein';

/** The candidate a person most likely meant, or undefined when none is near. */
export function nearestName(name: string, candidates: readonly string[]): string | undefined {
  if (candidates.length === 0) return undefined;
  const lower = name.toLowerCase();
  const folded = new Map(candidates.map((candidate) => [candidate.toLowerCase(), candidate]));
  const best = closest(lower, [...folded.keys()]);
  const near = distance(lower, best) <= Math.max(1, Math.floor(Math.max(best.length, lower.length) / 3));
  return near || best.startsWith(lower) || lower.startsWith(best) ? folded.get(best) : undefined;
}
