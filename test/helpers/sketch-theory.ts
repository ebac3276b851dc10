// What theory says of b-bit MinHash sketches: variance of the estimate and the S-curve, for both algorithms.

export interface Sketch {
  readonly algorithm: 'permutations' | 'one-permutation';
  readonly bands: number;
  readonly rows: number;
  /** Bits kept of each value: two different minima agree in them once in 2^bits. */
  readonly bits: number;
}

/** Of two sets: how many elements the union and the intersection have. */
export interface Overlap {
  readonly union: number;
  readonly common: number;
}

/** Probability that `count` values of the sketches all agree, for 0 ≤ count ≤ most. (most + 1) */
export function agreements(sketch: Sketch, overlap: Overlap, most: number): Float64Array {
  return sketch.algorithm === 'permutations'
    ? Float64Array.from({ length: most + 1 }, (_, count) => drawn(overlap, 1, chance(sketch)) ** count)
    : binned(sketch, overlap, most);
}

const chance = ({ bits }: Sketch): number => 2 ** -bits;

/**
 * E[c^(values that differ)] when `count` different elements are drawn from the union: values of elements that both sets
 * have agree, others with probability c (Li and König 2010, theorem 1).
 */
function drawn({ union, common }: Overlap, count: number, c: number): number {
  // Draw one element after another; the state is how many of those drawn were common.
  let states = [1];
  for (let draw = 0; draw < count; draw++) {
    const next = new Array<number>(draw + 2).fill(0);
    for (const [hits, weight] of states.entries()) {
      const hit = Math.max(0, (common - hits) / (union - draw));
      next[hits + 1] = (next[hits + 1] ?? 0) + weight * hit;
      next[hits] = (next[hits] ?? 0) + weight * (1 - hit) * c;
    }
    states = next;
  }
  return states.reduce((sum, weight) => sum + weight, 0);
}

/**
 * Bins of one round hold different elements, those of different rounds independent ones: a bin's representative is a
 * uniform element of the union (Dahlgaard, Knudsen and Thorup 2017, section 2), drawn without replacement in a round.
 */
function binned(sketch: Sketch, overlap: Overlap, most: number): Float64Array {
  const bins = sketch.bands * sketch.rows;
  const c = chance(sketch);
  const round = Array.from({ length: most + 1 }, (_, count) => drawn(overlap, count, c));
  const all = new Float64Array(most + 1);
  all[0] = 1;
  for (let count = 1; count <= most; count++) {
    const filled = occupied(count, bins, overlap.union);
    let sum = 0;
    for (let now = 1; now <= count; now++) sum += (filled[now] ?? 0) * (round[now] ?? 0) * (all[count - now] ?? 0);
    all[count] = sum / (1 - (filled[0] ?? 0));
  }
  return all;
}

/** Probability that exactly k of `count` given bins get some of `elements` thrown into `bins`, 0 ≤ k ≤ count. */
function occupied(count: number, bins: number, elements: number): Float64Array {
  const states = new Float64Array(count + 1);
  states[0] = 1;
  for (let element = 0; element < elements; element++) {
    for (let k = count; k >= 0; k--) {
      const stay = 1 - (count - k) / bins;
      const come = k > 0 ? ((count - k + 1) / bins) * (states[k - 1] ?? 0) : 0;
      states[k] = (states[k] ?? 0) * stay + come;
    }
  }
  return states;
}

/** Variance of the estimated Jaccard similarity of a pair. */
export function variance(sketch: Sketch, overlap: Overlap): number {
  const values = sketch.bands * sketch.rows;
  const [, one = 0, two = 0] = agreements(sketch, overlap, 2);
  const agreeing = values * one + values * (values - 1) * two - (values * one) ** 2;
  return agreeing / values ** 2 / (1 - chance(sketch)) ** 2;
}

/** Probability that two sets agree on a band at least: Σ (−1)^(j+1) C(bands, j) P(j bands agree). */
export function candidacy(sketch: Sketch, overlap: Overlap): number {
  const { bands, rows } = sketch;
  const all = agreements(sketch, overlap, bands * rows);
  let choose = 1;
  let sum = 0;
  for (let j = 1; j <= bands; j++) {
    choose = (choose * (bands - j + 1)) / j;
    sum += (j % 2 === 1 ? 1 : -1) * choose * (all[j * rows] ?? 0);
  }
  return Math.min(1, Math.max(0, sum));
}
