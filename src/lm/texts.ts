// The texts that a language model learns from: what a pipeline's sources and filters give, or the user's own files.
import { join } from 'node:path';
import { contextOf } from '../engine/context.ts';
import { readRecords } from '../engine/read-records.ts';
import { createTracer } from '../inspect/trace.ts';
import type { Context } from '../pipeline/define.ts';
import { loadPlan, parsePlan } from '../pipeline/load.ts';
import type { Plan } from '../pipeline/plan.ts';

/** The plan of one pipeline file, or of files and patterns (.jsonl, .txt, .parquet, .xml; compressed or not). Throws PipelineError. */
export function planOf(inputs: readonly string[], folder: string): Promise<Plan> {
  const [only = ''] = inputs;
  if (inputs.length === 1 && /\.ya?ml$/u.test(only)) return loadPlan(only);
  // JSON is YAML.
  return parsePlan(JSON.stringify({ name: 'lm', sources: [{ files: { glob: inputs } }] }), join(folder, 'lm.yaml'));
}

/** Texts of all documents that the plan's filters keep, in the order of a run, not deduplicated. Memory is bounded by the open shards' blocks. */
export async function* textsOf(plan: Plan, env: Context['env'], signal: AbortSignal): AsyncGenerator<string> {
  const tracer = await createTracer({ ...plan, dedupers: [] });
  for await (const record of readRecords(plan, contextOf(plan, { env, signal }))) {
    if (record.kind !== 'document') continue;
    const { outcome, text } = tracer.filter(record.document);
    if (outcome.decision === 'keep') yield text;
  }
}
