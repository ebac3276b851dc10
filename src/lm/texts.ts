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
  for await (const { text } of documentsOf(plan, env, signal)) yield text;
}

/** The same with where each text is from: the file, or with a pipeline file the source. */
export async function* fileTexts(
  inputs: readonly string[],
  folder: string,
  env: Context['env'],
): AsyncGenerator<{ source: string; text: string }> {
  const plan = await planOf(inputs, folder);
  const bySource = inputs.length === 1 && /\.ya?ml$/u.test(inputs[0] ?? '');
  for await (const { source, id, text } of documentsOf(plan, env, new AbortController().signal))
    yield { source: bySource ? source : id.slice(source.length + 1, id.lastIndexOf('#')), text };
}

async function* documentsOf(
  plan: Plan,
  env: Context['env'],
  signal: AbortSignal,
): AsyncGenerator<{ source: string; id: string; text: string }> {
  const tracer = await createTracer({ ...plan, dedupers: [] });
  for await (const record of readRecords(plan, contextOf(plan, { env, signal }))) {
    if (record.kind !== 'document') continue;
    const { outcome, text } = tracer.filter(record.document);
    if (outcome.decision === 'keep') yield { source: record.source, id: record.document.id, text };
  }
}
