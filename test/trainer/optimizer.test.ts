// The learning rate of each step, which weights decay, and the factor on a half-precision loss.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LossScale } from '../../src/trainer/loss-scale.ts';
import { decays, learningRate } from '../../src/trainer/optimizer.ts';
import { trainerOptions } from '../../src/trainer/options.ts';

const options = (changes: object) => trainerOptions.shape.optimizer.parse({ rate: 1, warmup: 10, ...changes });

describe('the learning rate', () => {
  it('rises in a line and falls by a cosine to its share', () => {
    const at = (step: number) => learningRate(options({ schedule: 'cosine' }), step, 110);
    expect(at(1)).toBeCloseTo(0.1);
    expect(at(10)).toBeCloseTo(1);
    expect(at(60)).toBeCloseTo(0.1 + 0.9 / 2);
    expect(at(110)).toBeCloseTo(0.1);
    expect(at(500)).toBeCloseTo(0.1);
  });

  it('stays, and falls in a line over the last share of the steps: constant-decay', () => {
    const at = (step: number) =>
      learningRate(options({ schedule: 'constant-decay', decayShare: 0.2, finalShare: 0 }), step, 100);
    expect([at(10), at(50), at(80)]).toEqual([1, 1, 1]);
    expect(at(90)).toBeCloseTo(0.5);
    expect(at(100)).toBeCloseTo(0);
  });

  it('is never above the rate nor below its share after warm-up, and never rises there', () => {
    const schedule = fc.constantFrom('cosine', 'constant', 'constant-decay');
    fc.assert(
      fc.property(schedule, fc.integer({ min: 0, max: 50 }), fc.integer({ min: 1, max: 200 }), (name, warmup, last) => {
        const chosen = options({ schedule: name, warmup });
        let before = Number.POSITIVE_INFINITY;
        for (let step = warmup + 1; step < last + 20; step++) {
          const rate = learningRate(chosen, step, last);
          expect(rate).toBeLessThanOrEqual(Math.min(before, 1) + 1e-12);
          expect(rate).toBeGreaterThanOrEqual(0.1 - 1e-12);
          before = rate;
        }
      }),
      { numRuns: 50 },
    );
  });
});

describe('weight decay', () => {
  it('acts on matrices, not on biases, norms and what is exempt', () => {
    expect(decays('layers.0.mlp.up.weight', 2, [])).toBe(true);
    expect(decays('layers.0.mlp.up.bias', 1, [])).toBe(false);
    expect(decays('embed_in.weight', 2, ['embed'])).toBe(false);
  });
});

describe('the loss scale', () => {
  it('is 1 on backends with 32-bit floats', () => {
    const scale = new LossScale('auto', 32);
    expect(scale.scale).toBe(1);
    expect(scale.after(Number.NaN)).toBe('apply');
  });

  it('halves and leaves the step out when gradients overflow in half precision, until it cannot be to blame', () => {
    const scale = new LossScale('auto', 16);
    const first = scale.scale;
    expect(scale.after(Number.POSITIVE_INFINITY)).toBe('skip');
    expect(scale.scale).toBe(first / 2);
    while (scale.scale > 1) expect(scale.after(Number.NaN)).toBe('skip');
    expect(scale.after(Number.NaN)).toBe('apply');
  });

  it('doubles after enough good steps, up to a limit', () => {
    const scale = new LossScale('auto', 16);
    const first = scale.scale;
    for (let step = 0; step < 2000; step++) scale.after(1);
    expect(scale.scale).toBe(2 * first);
    for (let step = 0; step < 40_000; step++) scale.after(1);
    expect(scale.scale).toBe(2 ** 24);
  });
});
