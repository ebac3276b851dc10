// Which values of the trainer's events are points of its curves, under which names.
import type { TrainerEvent } from '../protocol.ts';
import { isDrawn } from './curve-files.ts';
import type { Point } from './tfevents.ts';

/** Undefined for events that are no points. */
export function pointOf(event: TrainerEvent): Pick<Point, 'step' | 'values'> | undefined {
  if (event.event === 'step' && isDrawn(event.step)) {
    const { step, loss, gradientNorm, rate, tokens, seconds, waited } = event;
    const values = {
      'train/loss': known(loss),
      'train/gradient_norm': known(gradientNorm),
      'train/rate': rate,
      'train/tokens': tokens,
      'train/tokens_per_second': seconds > 0 ? tokens / seconds : 0,
      'train/waited_share': seconds > 0 ? waited / seconds : 0,
    };
    return { step, values };
  }
  if (event.event === 'evaluation') {
    return {
      step: event.step,
      values: { 'held_out/loss': known(event.loss), 'held_out/perplexity': known(event.perplexity) },
    };
  }
  if (event.event === 'diagnostics') {
    const { step, sources, perByte, samples, text } = event;
    const bySource = Object.entries(sources).flatMap(([source, measures]) => [
      [`held_out_per_token/${source}`, known(measures.perToken)],
      [`held_out_per_byte/${source}`, known(measures.perByte)],
    ]);
    const values: Record<string, number | string> = { ...Object.fromEntries(bySource) };
    if (perByte !== null) values['held_out/per_byte'] = perByte;
    if (samples !== undefined) {
      values['samples/looping'] = samples.looping;
      values['samples/boilerplate'] = samples.boilerplate;
      for (const [name, share] of Object.entries(samples.found)) values[`samples/boilerplate/${name}`] = share;
      samples.repetition.forEach((share, i) => {
        values[`samples/rep_${i + 1}`] = share;
      });
      samples.distinct.forEach((share, i) => {
        values[`samples/distinct_${i + 1}`] = share;
      });
    }
    if (text !== undefined) values['samples/text'] = text;
    return { step, values };
  }
  return undefined;
}

/** null stands for what JSON cannot say. */
const known = (value: number | null): number => value ?? Number.NaN;
