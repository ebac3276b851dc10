// `seiryu lines`: pass one of a pipeline by itself, its result in a file for other runs.
import { mkdir, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileSize, replaceFile } from '../durable-files.ts';
import { contextOf } from '../engine/context.ts';
import { Governor } from '../engine/governor.ts';
import { openLog } from '../engine/log.ts';
import { lockRun, runPaths } from '../engine/run-folder.ts';
import { createSources } from '../engine/shards.ts';
import { openTables } from '../engine/shared-tables.ts';
import type { ListedShard } from '../engine/stream.ts';
import { type Counted, surveyCorpus } from '../engine/survey-pass.ts';
import { PipelineError } from '../errors.ts';
import type { JsonObject } from '../pipeline/define.ts';
import type { Plan } from '../pipeline/plan.ts';
import { loadRegistry } from '../pipeline/plugins.ts';

export interface CountOptions {
  readonly out: string;
  readonly workers: number;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly interrupt: AbortSignal;
  onCounting(shards: readonly ListedShard[], counted: Readonly<Counted>): void;
}

/** Counts as the pipeline's `lines` says and writes what it finds to `out`. Its state lies in `<out>.counting` while it runs. */
export async function countLines(
  plan: Plan,
  { out, workers, env, interrupt, onCounting }: CountOptions,
): Promise<JsonObject> {
  const survey = plan.surveys.find(({ name }) => name === 'lines');
  if (survey === undefined || survey.options.file !== undefined) {
    throw new PipelineError(`${plan.file} asks for no count of lines.`, {
      code: 'lines.none',
      fix: 'Put `lines: true` (or its options, without `file`) under `dedup:`, or give --set dedup.lines=true.',
    });
  }
  const paths = runPaths(`${out}.counting`);
  await mkdir(dirname(out), { recursive: true });
  const unlock = await lockRun(paths);
  const abort = new AbortController();
  const governor = new Governor({ dir: paths.dir, budget: plan.disk.budget, reserve: plan.disk.reserve });
  const { log, close } = openLog(paths.log, (await fileSize(paths.log)) ?? 0, governor);
  let done: JsonObject;
  try {
    const registry = await loadRegistry(
      plan.plugins,
      new Set([...plan.sources, ...plan.filters, ...plan.surveys].map(({ name }) => name)),
    );
    const sources = createSources(plan, registry, contextOf(plan, { env, signal: abort.signal, interrupt }));
    const { signal } = abort;
    const only = { ...plan, surveys: [survey] };
    const { shared } = openTables(only, registry);
    const { judged, facts } = await surveyCorpus({
      ...{ plan: only, paths, registry, sources, governor, log, workers, shared, interrupt, signal, onCounting },
    });
    const [found] = judged;
    if (found === undefined) throw new Error('a survey finds something');
    await replaceFile(out, found.found);
    done = facts[survey.label] ?? {};
  } finally {
    abort.abort();
    close();
    await unlock();
  }
  await rm(paths.dir, { recursive: true, force: true });
  return done;
}
