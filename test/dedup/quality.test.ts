import { describe, expect, it } from 'vitest';
import { ideal, labelled, qualityOf, type Verdict, verdicts, withCopies } from '../../bench/dedup/quality.ts';
import { Random } from '../../src/trainer/random.ts';
import { documentText } from '../helpers/corpus.ts';

const BASE = { bands: 14, rows: 8, threshold: 0.7, seed: 1 };
const random = new Random(6);
const texts = withCopies(
  Array.from({ length: 250 }, (_, number) => documentText(number, random)),
  6,
);
/** Truth: the exact Jaccard similarity of all pairs. */
const labels = labelled(texts);
const deviation = (share: number, count: number): number => Math.sqrt((share * (1 - share)) / count);

describe(`duplicates among ${texts.length} documents, all pairs labelled by brute force`, () => {
  // Many ideal sketches: what theory expects of recall and precision.
  const runs = Array.from({ length: 10 }, (_, run) =>
    ideal(
      labels.filter(({ jaccard }) => jaccard > 0.3),
      { ...BASE, seed: run },
    ),
  );
  const expected = qualityOf(runs.flat(), BASE.threshold);

  it('are pairs of every similarity, and far more that are not alike', () => {
    expect(labels).toHaveLength((texts.length * (texts.length - 1)) / 2);
    expect(labels.filter(({ jaccard }) => jaccard >= 0.7).length).toBeGreaterThan(80);
    expect(labels.filter(({ jaccard }) => jaccard >= 0.4 && jaccard < 0.7).length).toBeGreaterThan(80);
  });

  it.each(['permutations', 'one-permutation'] as const)(
    'are found as ideal sketches find them: %s',
    async (algorithm) => {
      const all: Verdict[] = await verdicts(texts, labels, { ...BASE, algorithm });
      const { alike, recall, dropped, precision } = qualityOf(all, BASE.threshold);
      expect(recall).toBeGreaterThan(expected.recall - 3 * deviation(expected.recall, alike));
      expect(precision).toBeGreaterThan(expected.precision - 3 * deviation(expected.precision, dropped));
      // From 0.8 on nearly all are found; nothing below 0.5 is ever dropped.
      expect(qualityOf(all, 0.8).recall).toBeGreaterThan(0.94);
      expect(Math.min(...all.filter((pair) => pair.dropped).map(({ jaccard }) => jaccard))).toBeGreaterThan(0.5);
    },
  );
});
