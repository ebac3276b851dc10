// Builds an index of any corpus: what a pipeline's filters keep, or the documents of files, or what a run kept.
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { IndexBuilder } from '../dedup/against/build-index.ts';
import type { IndexFooter } from '../dedup/against/index-footer.ts';
import { contextOf } from '../engine/context.ts';
import { indexRun } from '../engine/earlier-runs.ts';
import { keptSignatures } from '../engine/kept-signatures.ts';
import { openMatchings, openSigners } from '../engine/open-plugins.ts';
import { readRecords } from '../engine/read-records.ts';
import { PipelineError } from '../errors.ts';
import type { Context, Disk } from '../pipeline/define.ts';
import { loadPlan, parsePlan } from '../pipeline/load.ts';
import type { Plan } from '../pipeline/plan.ts';
import { loadRegistry } from '../pipeline/plugins.ts';
import { createTracer } from './trace.ts';

export interface IndexRequest {
  /** One run folder, one pipeline file, or files and patterns. */
  readonly inputs: readonly string[];
  /** The pipeline whose `dedup:` and filters are used, for files; without it `exact` and `minhash` as they are by default. */
  readonly pipeline: string | undefined;
  readonly set: readonly string[];
  readonly out: string;
  /** Current folder: patterns are relative to it. */
  readonly folder: string;
  readonly env: Context['env'];
  readonly signal: AbortSignal;
  readonly disk: Disk;
  onProgress?(documents: number): void;
}

/** Writes the index. Documents are signed in order in this process, and not deduplicated: an index may hold one twice. */
export async function indexCorpus(request: IndexRequest): Promise<IndexFooter> {
  const { inputs, out, disk } = request;
  const [only = ''] = inputs;
  if (inputs.length === 1 && (await isFolder(only))) {
    const kept = await keptSignatures(only);
    const registry = await loadRegistry([]);
    return indexRun(kept, only, out, registry, disk);
  }
  const plan = await planOf(request);
  if (plan.dedupers.length === 0) {
    throw new PipelineError(`${plan.file} has no dedupers, so there is nothing to sign documents with.`, {
      code: 'index.no_dedupers',
      fix: 'Add `dedup: { exact: true, minhash: true }` to it.',
    });
  }
  return signPlan(plan, request);
}

async function signPlan(plan: Plan, { out, env, signal, disk, onProgress }: IndexRequest): Promise<IndexFooter> {
  const registry = await loadRegistry(plan.plugins);
  const matchings = openMatchings(plan.dedupers, registry);
  const signers = await openSigners(plan.dedupers, registry);
  const dedupers = matchings.map((matching, index) => ({ deduper: plan.dedupers[index]?.name ?? '', matching }));
  const builder = new IndexBuilder({ path: out, dedupers, disk });
  const tracer = await createTracer({ ...plan, dedupers: [] });
  const signature = new Uint32Array(signers.reduce((sum, { words }) => sum + words, 0));
  builder.begin(plan.name);
  let documents = 0;
  try {
    for await (const record of readRecords(plan, contextOf(plan, { env, signal }))) {
      if (record.kind !== 'document') continue;
      const { outcome, text } = tracer.filter(record.document);
      if (outcome.decision !== 'keep') continue;
      let at = 0;
      for (const signer of signers) {
        signer.sign(text, signature, at);
        at += signer.words;
      }
      await builder.add(signature, 0, record.document.id);
      onProgress?.(++documents);
    }
    return await builder.finish();
  } finally {
    await builder.abandon();
  }
}

/** The plan of one pipeline file, or of files with the dedupers and filters of `pipeline`. */
async function planOf({ inputs, pipeline, set, folder }: IndexRequest): Promise<Plan> {
  const [only = ''] = inputs;
  if (inputs.length === 1 && /\.ya?ml$/u.test(only)) return loadPlan(only, set);
  const dedup = { exact: true, minhash: true };
  // JSON is YAML.
  const plain = JSON.stringify({ name: 'files', sources: [{ files: { glob: inputs } }], dedup });
  const files = await parsePlan(plain, join(folder, 'index.yaml'));
  if (pipeline === undefined) return files;
  const { filters, dedupers, plugins, language, stream } = await loadPlan(pipeline, set);
  return { ...files, filters, dedupers, plugins, language, stream };
}

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
