// Trainings that diverge, and what becomes of them: true models, on WebAssembly, that poison, rates and NaN harm.
import { access, mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { DivergedError } from '../../src/errors.ts';
import type { GuardOptions } from '../../src/trainer/guard.ts';
import { trainerOptions } from '../../src/trainer/options.ts';
import { Random } from '../../src/trainer/random.ts';
import { afterStep, noRescue, planRescue } from '../../src/trainer/rescue.ts';
import { documentText } from '../helpers/corpus.ts';
import { eventsOf, idOf, poisonText, TINY, trainOn } from '../helpers/training.ts';

/** Called before each step with the model's weights: a test harms them. */
let harm: ((step: number, weights: Iterable<tf.Variable>) => void) | undefined;
vi.mock('../../src/trainer/step.ts', async (original) => {
  const real = await original<typeof import('../../src/trainer/step.ts')>();
  const trainStep: typeof real.trainStep = (model, optimizer, sequences, step, rate) => {
    harm?.(step, model.weights.values());
    return real.trainStep(model, optimizer, sequences, step, rate);
  };
  return { ...real, trainStep };
});

const random = new Random(5);
const texts = Array.from({ length: 130 }, (_, number) => documentText(number, random));
const options = {
  ...TINY,
  batch: 8,
  heldOut: 0.1,
  evaluate: { every: 50, tokens: 3072 },
  optimizer: { rate: 1e-2, warmup: 5, schedule: 'cosine' },
  until: { steps: 150 },
} as const;
const POISON = 60;
const poisoned = [...texts.slice(0, POISON), poisonText(200, random), ...texts.slice(POISON)];

const folder = () => mkdtemp(join(tmpdir(), 'seiryu-test-'));
const perplexityOf = (run: Awaited<ReturnType<typeof trainOn>>) =>
  eventsOf(run.events, 'done')[0]?.perplexity.last ?? Number.NaN;
const rescuesOf = (run: Awaited<ReturnType<typeof trainOn>>) =>
  eventsOf(run.events, 'rescue').map(({ rescue }) => rescue);

let clean: number;
beforeAll(async () => {
  const run = await trainOn({ dir: await folder(), texts, options });
  expect(run.error).toBeUndefined();
  expect(rescuesOf(run)).toEqual([]);
  clean = perplexityOf(run);
  expect(clean).toBeLessThan(12);
});
beforeEach(() => {
  harm = undefined;
});

describe('a training that diverges', () => {
  it('on poisoned documents goes back, leaves them out and ends as the clean one', async () => {
    const run = await trainOn({ dir: await folder(), texts: poisoned, options });
    expect(run.error).toBeUndefined();
    const [begun, past] = rescuesOf(run);
    expect(begun).toMatchObject({ number: 1, kind: 'loss', attempt: 1, lost: 0, rate: 1, after: null });
    expect(begun?.documents).toContain(idOf(POISON));
    // Every batch from the checkpoint to the alarm is either left out or trained again.
    const { from = 0, to = 0 } = begun?.skipped ?? {};
    expect(from - 1 - (begun?.backTo ?? 0)).toBe(begun?.again);
    expect(to).toBe(begun?.step);
    expect(past).toMatchObject({ number: 1, step: begun?.step });
    // As low as before the poison; how high the alarm's loss was depends on how much of it fell into that batch.
    expect(past?.after?.loss).toBeLessThan(1.1 * (begun?.usual?.loss ?? 0));
    expect(begun?.before.loss).toBeGreaterThan(1.2 * (begun?.usual?.loss ?? Number.POSITIVE_INFINITY));
    expect(Math.abs(perplexityOf(run) / clean - 1)).toBeLessThan(0.02);
    expect(eventsOf(run.events, 'done')[0]).toMatchObject({ reason: 'steps', steps: 150 });
  });

  it('on a weight that became NaN goes back to finite ones and ends as the clean one', async () => {
    let harmed = 0;
    harm = (step, weights) => {
      if (step !== 90 || harmed++ > 0) return;
      for (const weight of weights) {
        weight.assign(tf.fill(weight.shape, Number.NaN));
        break;
      }
    };
    const run = await trainOn({ dir: await folder(), texts, options });
    expect(run.error).toBeUndefined();
    expect(harmed).toBeGreaterThan(0);
    expect(rescuesOf(run)[0]).toMatchObject({ step: 90, kind: 'not-finite', backTo: 80, before: { loss: null } });
    expect(Math.abs(perplexityOf(run) / clean - 1)).toBeLessThan(0.02);
  });

  it('because the rate is a hundred times too large lowers it, and ends no worse than the clean one', async () => {
    const fast = { ...options, optimizer: { ...options.optimizer, rate: 1, warmup: 1 }, guard: { slower: 0.01 } };
    const run = await trainOn({ dir: await folder(), texts, options: fast });
    expect(run.error).toBeUndefined();
    expect(rescuesOf(run).map(({ kind, rate }) => ({ kind, rate }))).toContainEqual({ kind: 'chance', rate: 0.01 });
    expect(perplexityOf(run)).toBeLessThan(1.02 * clean);
  });

  it('for good gives up after the rescues it was allowed, the best checkpoint kept and whole', async () => {
    const dir = await folder();
    // Once it has learned something, every step breaks it.
    harm = (step, weights) => {
      if (step > 70) for (const weight of weights) weight.assign(tf.fill(weight.shape, 5));
    };
    const run = await trainOn({ dir, texts, options: { ...options, guard: { rescues: 2 } } });
    expect(run.error).toBeInstanceOf(DivergedError);
    expect(run.error).toMatchObject({ exitCode: 5, code: 'trainer.diverged' });
    const attempts = rescuesOf(run).filter(({ after }) => after === null);
    expect(attempts.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
    const message = run.error instanceof Error ? run.error.message : '';
    const [, step, file = ''] =
      /best checkpoint, of step (\d+) .* is (checkpoint-\d+\.safetensors)/.exec(message) ?? [];
    expect(Number(step)).toBe(50);
    await access(join(dir, file));
    expect((await readdir(dir)).filter((name) => name.startsWith('incident-'))).toHaveLength(3);

    // The same command goes on from before the harm; whatever did it has gone.
    harm = undefined;
    const again = await trainOn({ dir, texts, options });
    expect(again.error).toBeUndefined();
    expect(eventsOf(again.events, 'model')[0]?.rescues).toHaveLength(3);
    expect(eventsOf(again.events, 'done')[0]?.steps).toBe(150);
  });

  it('only seemingly, where another corpus begins, leaves out some batches and then learns it', async () => {
    const english = Array.from(
      { length: 60 },
      (_, number) =>
        `The quick brown fox ${number} jumps over ${random.next()} lazy dogs and ${'then sleeps. '.repeat(9)}`,
    );
    const run = await trainOn({
      dir: await folder(),
      texts: [...texts.slice(0, 50), ...english],
      options: { ...options, until: { steps: 120 }, guard: { skip: 2 } },
    });
    expect(run.error).toBeUndefined();
    expect(rescuesOf(run).at(-1)).toMatchObject({ number: 1, corpusChanged: true, ahead: 16 });
  });
});

describe('the plan of a rescue', () => {
  const guard: GuardOptions = trainerOptions.shape.guard.parse({ skip: 4, rescues: 3, slower: 0.5, window: 16 });

  it('goes back past a checkpoint that is younger than what it leaves out, and further with each rescue in a row', () => {
    const open = { ...noRescue(), inARow: 1, alarmStep: 102 };
    expect(planRescue(noRescue(), 102, [80, 100], guard)).toEqual({ attempt: 1, backTo: 80, skip: 4, rate: 1 });
    expect(planRescue(noRescue(), 106, [80, 100], guard)).toEqual({ attempt: 1, backTo: 100, skip: 4, rate: 1 });
    expect(planRescue(open, 106, [80, 100], guard)).toEqual({ attempt: 2, backTo: 80, skip: 8, rate: 0.5 });
    expect(planRescue({ ...open, inARow: 3 }, 106, [80, 100], guard)).toBeUndefined();
  });

  it('counts anew once training is a window past the alarm', () => {
    const open = { ...noRescue(), inARow: 3, alarmStep: 102 };
    const measured = { loss: 2, gradientNorm: 1 };
    expect(afterStep(open, 118, measured, guard)).toMatchObject({ inARow: 3 });
    expect(afterStep(open, 119, measured, guard)).toMatchObject({ inARow: 0, alarmStep: 0 });
    expect(planRescue(open, 119, [100], guard)).toMatchObject({ attempt: 1 });
  });
});
