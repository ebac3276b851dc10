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

/** Centre and spread of `values` by the median and the median absolute deviation (Hampel 1974). O(n log n). */
export function centreAndSpread(values: readonly number[]): { centre: number; spread: number } {
  const centre = median(values);
  return { centre, spread: TO_DEVIATION * median(values.map((value) => Math.abs(value - centre))) };
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
