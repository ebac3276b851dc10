// The learning rate of each step.
import type { TrainerOptions } from './options.ts';

export type ScheduleOptions = Pick<
  TrainerOptions['optimizer'],
  'rate' | 'warmup' | 'schedule' | 'decayShare' | 'finalShare'
>;

/**
 * Learning rate of step `step` (the first is 1): rises in a line to `rate` at `warmup`; then
 * `cosine` falls by a cosine to `finalShare · rate` at `lastStep` (Hoffmann et al. 2022);
 * `constant-decay` stays, and falls in a line over the last `decayShare` of the steps (Hu et al. 2024: warm-up, stable, decay);
 * `constant` stays. After `lastStep` the rate stays; without `lastStep` all are constant.
 */
export function learningRate(options: ScheduleOptions, step: number, lastStep: number | undefined): number {
  const { rate, warmup, schedule, finalShare } = options;
  if (step <= warmup) return (rate * step) / warmup;
  if (schedule === 'constant' || lastStep === undefined) return rate;
  const falls = schedule === 'cosine' ? lastStep - warmup : Math.min(lastStep - warmup, options.decayShare * lastStep);
  const done = Math.min(1, Math.max(0, (step - (lastStep - falls)) / Math.max(1, falls)));
  const left = schedule === 'cosine' ? (1 + Math.cos(Math.PI * done)) / 2 : 1 - done;
  return rate * (finalShare + (1 - finalShare) * left);
}
