// What is done when training diverges: where to go back to, which batches to leave out, and when to give up. Pure; session.ts does it.
import { z } from 'zod';
import { type Alarm, alarmKind, type GuardOptions, type Measured } from './guard.ts';

// JSON has no NaN or Infinity; a diverging training is when they are measured.
const measured = z.strictObject({ loss: z.number().nullable(), gradientNorm: z.number().nullable() });
const steps = z.strictObject({ from: z.int(), to: z.int() });

export const rescueRecord = z.strictObject({
  /** From 1, over the whole training. */
  number: z.int().positive(),
  /** Step whose measurement raised the alarm. */
  step: z.int().nonnegative(),
  kind: alarmKind,
  message: z.string(),
  /** What that step measured, and the medians of the window before it (null while it was too short). */
  before: measured,
  usual: measured.nullable(),
  /** Step of the checkpoint that training went back to. */
  backTo: z.int().nonnegative(),
  /** Steps whose batches are left out for good; null when there was none. */
  skipped: steps.nullable(),
  /** Batches between checkpoint and `skipped` that are trained again. */
  again: z.int().nonnegative(),
  /** Batches that are not trained again because `guard.history` no longer held them. */
  lost: z.int().nonnegative(),
  /** Batches after the alarm that were left out unseen to the model, because the good checkpoint found them odd. */
  ahead: z.int().nonnegative(),
  /** So many of those came in a row that they are taken for another corpus, and the next are trained on. */
  corpusChanged: z.boolean(),
  /** What the learning rate is multiplied by from here on. */
  rate: z.number(),
  /** Which rescue in a row. */
  attempt: z.int().positive(),
  /** What the same step measured after the rescue; null until training gets there. */
  after: measured.nullable(),
  /** Ids of documents in the skipped batches, at most 20. */
  documents: z.array(z.string()),
});
export type RescueRecord = z.output<typeof rescueRecord>;

/** Older records are forgotten: a checkpoint does not grow with the training. */
const LONGEST_RECORDS = 50;
const LONGEST_DOCUMENTS = 20;

export const rescueState = z.strictObject({
  /** Rescues since training last got past an alarm, and the highest step of their alarms (0: none is open). */
  inARow: z.int().nonnegative(),
  alarmStep: z.int().nonnegative(),
  /** What the learning rate is multiplied by. */
  rate: z.number().positive(),
  /** Batches of the history that wait to be trained again. */
  waiting: z.int().nonnegative(),
  /** The lowest held-out perplexity so far and its step. */
  best: z.strictObject({ step: z.int(), perplexity: z.number() }).nullable(),
  records: z.array(rescueRecord),
});
export type RescueState = z.output<typeof rescueState>;

export const noRescue = (): RescueState => ({ inARow: 0, alarmStep: 0, rate: 1, waiting: 0, best: null, records: [] });

export interface RescuePlan {
  readonly attempt: number;
  /** Step to go back to. */
  readonly backTo: number;
  /** Batches before and with the alarm's to leave out, at most. */
  readonly skip: number;
  readonly rate: number;
}

/**
 * PaLM's remedy (Chowdhery et al. 2022, 5.1): go back to a checkpoint from before the spike and leave out the batches around
 * it; those trained on between the two are trained on again. A checkpoint younger than what is left out may hold the harm
 * already, and is passed over. Each rescue in a row leaves out twice as much, and from the second on the rate falls. Undefined:
 * give up.
 *
 * @param good steps of the checkpoints that there are, ascending, at least one
 */
export function planRescue(
  { inARow, alarmStep, rate }: RescueState,
  step: number,
  good: readonly number[],
  options: GuardOptions,
): RescuePlan | undefined {
  const attempt = isOpen({ inARow, alarmStep }, step, options) ? inARow + 1 : 1;
  if (attempt > options.rescues) return undefined;
  const skip = options.skip * 2 ** (attempt - 1);
  const before = good.findLast((each) => each <= step - skip);
  const backTo = before ?? (attempt === 1 ? good.findLast((each) => each < step) : undefined) ?? good[0] ?? 0;
  return { attempt, backTo, skip, rate: attempt === 1 ? rate : rate * options.slower };
}

/** The state after a batch that was left out ahead of training. */
export function afterOdd(state: RescueState, found: 'odd' | 'changed'): RescueState {
  const last = state.records.at(-1);
  if (last === undefined) return state;
  const record = { ...last, ahead: last.ahead + 1, corpusChanged: last.corpusChanged || found === 'changed' };
  return { ...state, records: [...state.records.slice(0, -1), record] };
}

/** Whether a step is still too near an alarm to say that the rescue from it worked: within one window. */
function isOpen(
  { inARow, alarmStep }: Pick<RescueState, 'inARow' | 'alarmStep'>,
  step: number,
  { window }: GuardOptions,
): boolean {
  return inARow > 0 && step <= alarmStep + window;
}

/** The state after a step that raised no alarm. */
export function afterStep(
  state: RescueState,
  step: number,
  measurement: { readonly loss: number; readonly gradientNorm: number },
  options: GuardOptions,
): RescueState {
  const last = state.records.at(-1);
  const records =
    last !== undefined && last.after === null && last.step === step
      ? [...state.records.slice(0, -1), { ...last, after: { ...measurement } }]
      : state.records;
  return isOpen(state, step, options) || state.inARow === 0
    ? { ...state, records }
    : { ...state, records, inARow: 0, alarmStep: 0 };
}

/** The state after a rescue. */
export function afterRescue(state: RescueState, record: RescueRecord, waiting: number): RescueState {
  return {
    ...state,
    inARow: record.attempt,
    alarmStep: record.attempt === 1 ? record.step : Math.max(state.alarmStep, record.step),
    rate: record.rate,
    waiting,
    records: [...state.records, record].slice(-LONGEST_RECORDS),
  };
}

export const finiteOrNull = (value: number): number | null => (Number.isFinite(value) ? value : null);

export interface RescueFacts extends Pick<RescueRecord, 'number' | 'step' | 'backTo' | 'again' | 'rate' | 'attempt'> {
  readonly alarm: Alarm & Partial<Measured>;
  readonly usual: Measured | undefined;
  /** Batches since the checkpoint that the history still held. */
  readonly trained: number;
  /** Steps of the batches left out, ascending. */
  readonly skipped: readonly number[];
  /** Ids of their documents. */
  readonly documents: readonly string[];
}

/** The record of a rescue that has just begun. */
export function rescueRecordOf(facts: RescueFacts): RescueRecord {
  const { number, step, alarm, usual, backTo, trained, again, rate, attempt, skipped, documents } = facts;
  const { kind, message, loss = Number.NaN, gradientNorm = Number.NaN } = alarm;
  return {
    ...{ number, step, kind, message },
    before: { loss: finiteOrNull(loss), gradientNorm: finiteOrNull(gradientNorm) },
    usual: usual === undefined ? null : { ...usual },
    backTo,
    skipped: skipped.length === 0 ? null : { from: skipped[0] ?? step, to: skipped.at(-1) ?? step },
    ...{ again, lost: step - backTo - trained, ahead: 0, corpusChanged: false, rate, attempt, after: null },
    documents: documents.slice(0, LONGEST_DOCUMENTS),
  };
}

/** A rescue in a line or two, for people. */
export function rescueLines(rescue: RescueRecord): string[] {
  const { step, message, backTo, skipped, again, lost, ahead, corpusChanged } = rescue;
  const { rate, attempt, documents, before, after } = rescue;
  if (after !== null) {
    const odd = ahead === 0 ? '' : `; ${ahead} odd batches after the alarm were left out too`;
    const changed = corpusChanged ? ', and then taken for another corpus' : '';
    return [
      `rescued: step ${step} is passed with loss ${shown(after.loss)} (${shown(before.loss)} at the alarm)${odd}${changed}`,
    ];
  }
  const parts = [
    `back to step ${backTo}`,
    ...(skipped === null ? [] : [`the batches of steps ${skipped.from} to ${skipped.to} are left out`]),
    ...(again > 0 ? [`${again} trained again`] : []),
    ...(lost > 0 ? [`${lost} lost (guard.history no longer held them)`] : []),
    ...(rate === 1 ? [] : [`rate × ${rate}`]),
    ...(attempt > 1 ? [`rescue ${attempt} in a row`] : []),
  ];
  return [
    `divergence at step ${step}: ${message}`,
    `  ${parts.join('; ')}`,
    ...(documents.length === 0 ? [] : [`  seiryu blame RUN --step ${step} ranks the documents of those batches`]),
  ];
}

const shown = (value: number | null): string => value?.toFixed(3) ?? 'not finite';
