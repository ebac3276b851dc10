// What the guard calls a divergence, and what it does not.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Guard, type GuardWindow, type Measured } from '../../src/trainer/guard.ts';
import { trainerOptions } from '../../src/trainer/options.ts';
import { Random } from '../../src/trainer/random.ts';
import { median, outlook, risingScore } from '../../src/trainer/robust.ts';

const options = trainerOptions.shape.guard.parse({});
const VOCABULARY = 2000;
const EMPTY: GuardWindow = { losses: [], norms: [], odd: [] };

/** A training whose loss falls as a power of the step, with noise of which one step in ten is four times as wild. */
function clean(seed: number, steps: number): Measured[] {
  const random = new Random(seed);
  return Array.from({ length: steps }, (_, step) => {
    const wild = random.next() < 0.1 ? 4 : 1;
    const loss = 2 + 5.6 * (1 + step / 10) ** -0.5 + 0.03 * wild * random.normal();
    return { loss, gradientNorm: Math.exp(0.12 * wild * random.normal()) };
  });
}

function alarmsOf(guard: Guard, steps: readonly Measured[]) {
  return steps.flatMap((measured, index) => {
    const alarm = guard.check(index + 1, measured);
    return alarm === undefined ? [] : [{ step: index + 1, ...alarm }];
  });
}
const guardOf = (window: GuardWindow = EMPTY) => new Guard(options, VOCABULARY, window);

describe('the guard', () => {
  it('raises no alarm in a training that falls with wild noise, whatever the seed', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 }), (seed) => {
        expect(alarmsOf(guardOf(), clean(seed, 300))).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });

  it.each([
    ['a loss that is no number', { loss: Number.NaN, gradientNorm: 1 }, 'not-finite'],
    ['an infinite gradient', { loss: 3, gradientNorm: Number.POSITIVE_INFINITY }, 'not-finite'],
    ['a spike of the loss', { loss: 6.5, gradientNorm: 1 }, 'loss'],
    ['a spike of the gradient norm', { loss: 2.9, gradientNorm: 400 }, 'gradient'],
  ])('raises an alarm for %s, and forgets that step', (_, measured, kind) => {
    const guard = guardOf();
    expect(alarmsOf(guard, clean(1, 200))).toEqual([]);
    const { window } = guard;
    expect(guard.check(201, measured)?.kind).toBe(kind);
    expect(guard.window).toEqual(window);
  });

  it('knows in the first steps, before there is a window, that less than chance is no learning', () => {
    expect(guardOf().check(1, { loss: Math.log(VOCABULARY), gradientNorm: 1 })).toBeUndefined();
    expect(guardOf().check(3, { loss: 14, gradientNorm: 1 })?.kind).toBe('chance');
  });

  it('hears a collapse while the loss still falls fast', () => {
    const guard = guardOf();
    const falling = Array.from({ length: 70 }, (_, step) => ({ loss: 1.4 + 4.3 * 0.95 ** step, gradientNorm: 1 }));
    expect(alarmsOf(guard, falling)).toEqual([]);
    expect(guard.check(71, { loss: 5.7, gradientNorm: 1 })?.kind).toBe('loss');
  });

  it('hears a slow rise in which no single step is a spike', () => {
    const rising = Array.from({ length: 400 }, (_, step) => {
      const { loss, gradientNorm } = clean(5, 400)[step] ?? { loss: 0, gradientNorm: 1 };
      return { loss: loss + (step > 100 ? (step - 100) * 0.006 : 0), gradientNorm };
    });
    const alarms = alarmsOf(guardOf(), rising);
    expect(alarms[0]?.kind).toBe('trend');
    expect(alarms[0]?.message).toMatch(/median [\d.]+ → [\d.]+ over 192 steps/);
  });

  it('takes no step up between two corpora for a trend', () => {
    const steps = clean(6, 600).map(({ loss, gradientNorm }, step) => ({
      loss: loss + (step > 300 ? 0.3 : 0),
      gradientNorm,
    }));
    expect(alarmsOf(guardOf(), steps)).toEqual([]);
  });

  it('goes on from its saved window exactly', () => {
    const steps = [...clean(2, 90), { loss: 9, gradientNorm: 1 }];
    const whole = alarmsOf(guardOf(), steps);
    const first = guardOf();
    for (const [index, measured] of steps.slice(0, 50).entries()) first.check(index + 1, measured);
    const window: GuardWindow = JSON.parse(JSON.stringify(first.window));
    const second = guardOf(window);
    const rest = steps.slice(50).map((measured, index) => second.check(index + 51, measured));
    expect(rest.filter((alarm) => alarm !== undefined)).toEqual(whole.map(({ step: _, ...alarm }) => alarm));
  });

  it('leaves odd batches out until there are so many that the corpus has changed', () => {
    const guard = guardOf();
    alarmsOf(guard, clean(3, 100));
    expect(guard.look(3.4)).toBe('usual');
    const found = Array.from({ length: 8 * options.skip }, () => guard.look(8));
    expect(found.slice(0, -1).every((each) => each === 'odd')).toBe(true);
    expect(found.at(-1)).toBe('changed');
    expect(guard.look(8)).toBe('usual');
    expect(guard.check(101, { loss: 8.1, gradientNorm: 30 })).toBeUndefined();
  });
});

describe('robust statistics', () => {
  it('agree with their definitions', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    expect(
      outlook(
        Array.from({ length: 15 }, () => 1),
        64,
      ),
    ).toBeUndefined();
    // A line falls by 3 a step; one wild value moves nothing.
    const line = Array.from({ length: 60 }, (_, step) => -3 * step);
    const spread = (1.4826 * 3) / Math.SQRT2;
    expect(outlook(line, 20)?.centre).toBe(-3 * 51.5);
    expect(outlook(line, 20)?.spread).toBeCloseTo(spread, 12);
    expect(outlook([...line.slice(0, 50), 1e9, ...line.slice(51)], 20)?.spread).toBeCloseTo(spread, 12);
    // Mann–Kendall of 1…10: all 45 pairs rise; variance 10 · 9 · 25 / 18 = 125.
    expect(risingScore([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])).toBeCloseTo(45 / Math.sqrt(125), 12);
    expect(risingScore([5, 5, 5])).toBe(0);
  });
});
