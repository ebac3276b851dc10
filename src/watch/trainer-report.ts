// What a run's record says of its training, for a person.
import { z } from 'zod';
import type { RunRecord } from '../engine/record.ts';
import { diagnosticsEvent } from '../trainer/evaluation/events.ts';
import { rescueLines, rescueRecord } from '../trainer/rescue.ts';
import { table } from './table.ts';

const number = new Intl.NumberFormat('en-US');
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
const figure = (value: number | null | undefined): string => (typeof value === 'number' ? value.toFixed(2) : '–');

const heldOutText = diagnosticsEvent.pick({ perByte: true, sources: true });
const writtenSamples = diagnosticsEvent.shape.samples;
const perplexities = z.object({ first: z.number().nullable(), last: z.number().nullable() });

/** Shown in another form, or elsewhere. */
const APART = new Set(['generated', 'rescues', 'heldOut', 'samples', 'perplexity', 'waitedShare']);

export function trainerLines(trainer: RunRecord['trainer']): string[] {
  if (trainer === undefined) return [];
  const plain = Object.entries(trainer).flatMap(([name, value]) => {
    if (APART.has(name) || value === null) return [];
    if (typeof value !== 'number') return [[name, typeof value === 'object' ? JSON.stringify(value) : String(value)]];
    return [[name, Number.isInteger(value) ? number.format(value) : figure(value)]];
  });
  const perplexity = perplexities.safeParse(trainer.perplexity).data;
  const waited = z.number().safeParse(trainer.waitedShare).data;
  const rows = [
    ...plain,
    ...(perplexity === undefined
      ? []
      : [['held-out perplexity', `${figure(perplexity.first)} → ${figure(perplexity.last)}`]]),
    ...(waited === undefined ? [] : [['waited for data', percent(waited)]]),
  ];
  return [
    '',
    'Trainer',
    ...table(rows),
    ...heldOutLines(trainer.heldOut),
    ...sampleLines(trainer.samples),
    ...rescuesOf(trainer.rescues),
  ];
}

function heldOutLines(value: unknown): string[] {
  const heldOut = heldOutText.safeParse(value).data;
  if (heldOut === undefined || Object.keys(heldOut.sources).length === 0) return [];
  return table([
    ['perplexity by source', 'documents', 'a token', 'a byte'],
    ...Object.entries(heldOut.sources).map(([source, { documents, perToken, perByte }]) => [
      `  ${source}`,
      number.format(documents),
      figure(perToken),
      figure(perByte),
    ]),
  ]);
}

function sampleLines(value: unknown): string[] {
  const samples = writtenSamples.safeParse(value).data;
  if (samples === undefined) return [];
  const { samples: count, looping, boilerplate, repetition, distinct } = samples;
  return [
    `  of ${count} samples ${percent(looping)} loop, ${percent(boilerplate)} hold boilerplate; rep-4 ${percent(repetition[3] ?? 0)}, distinct-2 ${percent(distinct[1] ?? 0)}`,
  ];
}

function rescuesOf(value: unknown): string[] {
  const rescues = rescueRecord.array().safeParse(value).data ?? [];
  return rescues
    .flatMap((rescue) => [
      ...rescueLines({ ...rescue, after: null }),
      ...(rescue.after === null ? [] : rescueLines(rescue)),
    ])
    .map((line) => `  ${line}`);
}
