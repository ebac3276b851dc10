// Robust statistics of short series: medians and ranks, which a few wild values do not move.

/** The middle of `values`, the mean of the two middle ones for an even number; NaN of none. O(n log n). */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  const upper = sorted[half] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? Number.NaN) + upper) / 2;
}

/** Makes the median absolute deviation of a normal distribution its standard deviation. */
const TO_DEVIATION = 1.4826;

/** How a series has gone lately, and how far its values stray from one to the next. */
export interface Outlook {
  /** Median of the last `NEAR` values. */
  readonly centre: number;
  /** Standard deviation of a value, from the median of the absolute differences of neighbours. */
  readonly spread: number;
}

/** Values that say where the series stands; fewer say nothing. */
const NEAR = 16;

/**
 * Outlook on the value after `values`; undefined for fewer than 16. The spread comes from the last `window` differences of
 * neighbours (von Neumann et al. 1941, with medians for means), not from the values themselves: in a falling series their own
 * spread is mostly the fall, and a value far above it would go unnoticed. O(n log n) for a window of n.
 */
export function outlook(values: readonly number[], window: number): Outlook | undefined {
  if (values.length < NEAR) return undefined;
  const recent = values.slice(-window - 1);
  const differences = recent.slice(1).map((value, index) => Math.abs(value - (recent[index] ?? Number.NaN)));
  return { centre: median(values.slice(-NEAR)), spread: (TO_DEVIATION / Math.SQRT2) * median(differences) };
}

/**
 * How surely `values` rise: the standardised Mann–Kendall statistic (Mann 1945), about normal with deviation 1 where there
 * is no trend; above 0 for a rise. O(n²) for n values.
 */
export function risingScore(values: readonly number[]): number {
  const n = values.length;
  let pairs = 0;
  for (let late = 1; late < n; late++)
    for (let early = 0; early < late; early++) pairs += Math.sign((values[late] ?? 0) - (values[early] ?? 0));
  const deviation = Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18);
  return deviation === 0 ? 0 : pairs / deviation;
}
