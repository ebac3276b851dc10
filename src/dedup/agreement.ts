// How two sketches agree, for people: which band made them candidates, and how alike the whole says they are.
import type { Agreement } from '../pipeline/define.ts';
import { agreement, estimateJaccard, type SketchShape } from './index/sketch.ts';

/** The first band that agrees in the sketches at `a[aAt …]` and `b[bAt …]`, and the estimated Jaccard similarity, 0 to 1. */
export function agreementOf(
  a: Uint32Array,
  aAt: number,
  b: Uint32Array,
  bAt: number,
  shape: SketchShape,
): Required<Pick<Agreement, 'similarity'>> & Agreement {
  const similarity = Math.max(0, estimateJaccard(agreement(a, aAt, b, bAt, shape), shape));
  for (let band = 0; band < shape.bands; band++) {
    const start = band * shape.wordsPerBand;
    let same = true;
    for (let word = start; word < start + shape.wordsPerBand && same; word++) same = a[aAt + word] === b[bAt + word];
    if (same) return { band, similarity };
  }
  return { similarity };
}
