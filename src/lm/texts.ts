// The texts that a language model learns from: what a pipeline's sources and filters give, or the user's own files.
import { join } from 'node:path';
import { z } from 'zod';
import { createProcessor } from '../engine/process.ts';
import { createSources, listShards, shardOpener } from '../engine/shards.ts';
import { startCursor, streamBlocks } from '../engine/stream.ts';
import type { Context } from '../pipeline/define.ts';
import { loadPlan, parsePlan } from '../pipeline/load.ts';
import type { Plan } from '../pipeline/plan.ts';
import { loadRegistry } from '../pipeline/plugins.ts';
import { decodeBz2Stream } from '../sources/decode/bz2-stream.ts';

const entry = z.object({ text: z.string() });

/** The plan of one pipeline file, or of files and patterns (.jsonl, .txt, .parquet, .xml; compressed or not). Throws PipelineError. */
export function planOf(inputs: readonly string[], folder: string): Promise<Plan> {
  const [only = ''] = inputs;
  if (inputs.length === 1 && /\.ya?ml$/u.test(only)) return loadPlan(only);
  // JSON is YAML.
  return parsePlan(JSON.stringify({ name: 'lm', sources: [{ files: { glob: inputs } }] }), join(folder, 'lm.yaml'));
}

/** Texts of all documents that the plan's filters keep, in the order of a run, not deduplicated. Memory is bounded by the open shards' blocks. */
export async function* textsOf(plan: Plan, env: Context['env'], signal: AbortSignal): AsyncGenerator<string> {
  const { language, baseDir, plugins, filters, stream } = plan;
  const registry = await loadRegistry(plugins);
  const sources = createSources(plan, registry, { language, baseDir, env, signal });
  const { work } = stream;
  const process = await createProcessor({ language, baseDir, plugins, filters, dedupers: [], views: ['json'], work });
  const open = shardOpener({
    sources,
    limits: stream,
    signal,
    runTask: async ({ bytes }) => decodeBz2Stream(bytes),
    onOpen: () => undefined,
  });
  for await (const { source, shard, cut } of streamBlocks(await listShards(sources), startCursor(stream.open), open)) {
    const { bytes, offset, firstOrdinal, records } = cut;
    if (records === 0) continue;
    const { format, fields } = shard;
    const { views } = process({ source, shard: shard.id, format, fields, bytes, offset, firstOrdinal, records });
    for (const line of Buffer.from(views.json?.bytes ?? [])
      .toString('utf8')
      .split('\n'))
      if (line !== '') yield entry.parse(JSON.parse(line)).text;
  }
}
