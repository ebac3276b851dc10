import { describe, expect, it } from 'vitest';
import { type ArmResult, markdownTable, spreadOf, summaryOf, summaryRows } from '../../src/ablation/summary.ts';

const result = (arm: string, seed: number, perByte: number): ArmResult => ({
  arm,
  seed,
  tokens: 100,
  documents: arm === 'all' ? 100 : 150,
  perByte,
  perToken: 9,
  looping: 0.25,
  boilerplate: seed / 10,
  found: {},
  repetition: 0,
  distinct: 1,
});

describe('the summary of an ablation', () => {
  const whole = [result('all', 1, 2), result('all', 2, 3)];
  const without = [result('without x', 2, 3.3), result('without x', 1, 2.4)];

  it('has means and standard deviations over seeds, and differences between runs of the same seed', () => {
    const { perByte, change, boilerplate } = summaryOf('without x', without, whole);
    expect(perByte.mean).toBeCloseTo(2.85);
    expect(perByte.deviation).toBeCloseTo(Math.SQRT1_2 * 0.9);
    // +10 % and +20 %, though the seeds differ by far more.
    expect(change?.mean).toBeCloseTo(0.15);
    expect(change?.deviation).toBeCloseTo(Math.SQRT1_2 * 0.1);
    expect(boilerplate.mean).toBeCloseTo(0.15);
    expect(summaryOf('all', whole, whole).change).toBeUndefined();
  });

  it('knows no spread of one seed', () => {
    expect(spreadOf([3])).toEqual({ mean: 3, deviation: null });
  });

  it('is a table that says what changed', () => {
    const rows = summaryRows([summaryOf('all', whole, whole), summaryOf('without x', without, whole)]);
    expect(rows[1]?.slice(0, 4)).toEqual(['all', '100', '2.5000 ± 0.7071', '']);
    expect(rows[2]?.slice(0, 4)).toEqual(['without x', '150', '2.8500 ± 0.6364', '+15.00 ± 7.07 %']);
    expect(markdownTable(rows)[1]).toBe('| --- | ---: | ---: | ---: | ---: | ---: | ---: |');
  });
});
