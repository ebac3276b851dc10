import { describe, expect, it } from 'vitest';
import { compare } from '../../bench/dedup/densification.ts';

describe('empty bins', () => {
  // Shingles of a text: far fewer than bins, as many, so many that hardly a bin is empty.
  it.each([
    [12, 0.7, 2],
    [60, 0.7, 1.6],
    [300, 0.9, 1],
  ])(
    'filled in rounds are unbiased and err no more than with optimal densification: %i shingles',
    (shingles, most, times) => {
      const { bias, error } = compare(shingles, 112, 1500, 8);
      expect(Math.abs(bias.rounds)).toBeLessThan(3);
      // That the rival is the real one: it is unbiased as well.
      expect(Math.abs(bias.densified)).toBeLessThan(3 * Math.sqrt(error.densified));
      expect(error.rounds).toBeLessThan(most);
      expect(error.densified / error.rounds).toBeGreaterThanOrEqual(times);
    },
  );
});
