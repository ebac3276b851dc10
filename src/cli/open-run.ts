// A run that a command looks into: its folder, its record, and the pipeline as it was.
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import fastGlob from 'fast-glob';
import { type RunRecord, readRecord } from '../engine/record.ts';
import { PipelineError } from '../errors.ts';
import { loadPlan } from '../pipeline/load.ts';
import type { Plan } from '../pipeline/plan.ts';
import { pipelineFile } from './arguments.ts';

export interface OpenedRun {
  readonly dir: string;
  readonly record: RunRecord;
  readonly plan: Plan;
}

/** The run in `dir`, or the newest in runs/. `pipeline` and `set` say where its file is now, when it was moved. */
export async function openRun(
  dir: string | undefined,
  { pipeline, set }: { readonly pipeline?: string; readonly set: readonly string[] },
): Promise<OpenedRun> {
  const folder = dir ?? (await newestRun());
  const record = await readRecord(folder);
  if (record === undefined) throw noRun(folder);
  const plan = await (pipeline === undefined
    ? loadPlan(record.pipeline.file, record.pipeline.set)
    : loadPlan(pipelineFile(pipeline), set));
  return { dir: folder, record, plan };
}

async function newestRun(): Promise<string> {
  const records = await fastGlob('runs/*/run.json');
  const dated = await Promise.all(records.map(async (path) => ({ path, time: (await stat(path)).mtimeMs })));
  const newest = dated.sort((a, b) => b.time - a.time)[0];
  if (newest === undefined) throw noRun('runs');
  return dirname(newest.path);
}

const noRun = (dir: string): PipelineError =>
  new PipelineError(`${dir} holds no run.json that can be read.`, {
    code: 'run.none',
    fix: 'Give the folder of a run with --run, e.g. --run runs/sample.',
  });
