// What a choice of bands and rows would do to documents whose similarities are known.
import { leastAgreement, type SketchShape, sketchShape } from '../dedup/index/sketch.ts';

export interface Choice {
  readonly bands: number;
  readonly rows: number;
}

/** The chance that two documents of Jaccard similarity `similarity` share a band: the S-curve (Mining of Massive Datasets, 3.4.2). */
export const candidateChance = ({ bands, rows }: Choice, similarity: number): number =>
  1 - (1 - similarity ** rows) ** bands;

/** The similarity at which the S-curve reaches one half. */
export const halfPoint = ({ bands, rows }: Choice): number => (1 - 0.5 ** (1 / bands)) ** (1 / rows);

/**
 * The chance that the later of two documents is dropped: it becomes a candidate, and the whole sketch's estimate reaches
 * `threshold`. Both are taken for independent, and the estimate for normal: good to a few hundredths where both are in doubt.
 */
export function dropChance(choice: Choice, threshold: number): (similarity: number) => number {
  const shape = sketchShape(choice.bands, choice.rows);
  const needed = leastAgreement(threshold, shape);
  return (similarity) => candidateChance(choice, similarity) * confirmChance(shape, needed, similarity);
}

function confirmChance({ bands, rows, bits }: SketchShape, needed: number, similarity: number): number {
  const values = bands * rows;
  const chance = similarity + (1 - similarity) * 2 ** -bits;
  const deviation = Math.sqrt(values * chance * (1 - chance));
  if (deviation < 1e-9) return values * chance >= needed - 1e-9 ? 1 : 0;
  return 1 - normal((needed - 0.5 - values * chance) / deviation);
}

/** The standard normal distribution function (Abramowitz and Stegun 7.1.26; error below 1.5e-7). */
function normal(x: number): number {
  const z = Math.abs(x) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * z);
  const series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const tail = (series * Math.exp(-z * z)) / 2;
  return x < 0 ? tail : 1 - tail;
}

/** Two documents of a sample, by their places in it, `earlier` before `later`. */
export interface Pair {
  readonly earlier: number;
  readonly later: number;
  readonly similarity: number;
}

/**
 * The chance of each document to be dropped, first come first kept: an earlier one only counts as far as it is itself
 * kept. Linear in the pairs, which must be ordered by `later`. (documents)
 */
export function dropChances(
  documents: number,
  pairs: readonly Pair[],
  chance: (similarity: number) => number,
): Float64Array {
  const kept = new Float64Array(documents).fill(1);
  for (const { earlier, later, similarity } of pairs)
    kept[later] = (kept[later] ?? 1) * (1 - (kept[earlier] ?? 1) * chance(similarity));
  return kept.map((each) => 1 - each);
}
