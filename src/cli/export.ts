// `seiryu export`: the model that a run trained, as a folder that other libraries load.
import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { Command, Option } from 'commander';
import { type RunRecord, readRecord } from '../engine/record.ts';
import { PipelineError } from '../errors.ts';
import { loadPlan } from '../pipeline/load.ts';
import type { Plan } from '../pipeline/plan.ts';
import { loadRegistry } from '../pipeline/plugins.ts';
import { TOKENIZER_FILE } from '../trainer/checkpoint-cursor.ts';
import type { Provenance } from '../trainer/export/model-card.ts';
import { runFolder } from './run-folder.ts';

interface ExportFlags {
  to: 'hf';
  name?: string;
  json: boolean;
}

/** The pipeline that the run ran, when its file is still what it was. */
async function planOf(record: RunRecord): Promise<Plan | undefined> {
  try {
    return await loadPlan(record.pipeline.file, record.pipeline.set);
  } catch {
    // Moved or changed since: the record alone tells less, but nothing wrong.
    return undefined;
  }
}

async function provenanceOf(record: RunRecord, plan: Plan | undefined): Promise<Provenance> {
  const { source } = await loadRegistry(plan?.plugins ?? []);
  const inFile = plan?.identity === record.pipeline.identity ? plan : undefined;
  return {
    seiryu: record.seiryu,
    pipeline: record.pipeline,
    documents: record.documents,
    bytesKept: record.bytes.kept,
    sources: Object.entries(record.sources).map(([label, { read, kept }]) => {
      const named = inFile?.sources.find((planned) => planned.label === label)?.name ?? label.replace(/-\d+$/, '');
      const plugin = source.get(named);
      return { name: label, read, kept, licence: plugin?.licence, page: plugin?.reference };
    }),
    filters: inFile?.filters.map(({ name }) => name) ?? Object.keys(record.seconds.cpu.filters),
    dedupers: inFile?.dedupers.map(({ name }) => name) ?? [],
    unicode: record.versions.unicode,
  };
}

export const exportCommand = new Command('export')
  .summary('the model that a run trained, as a folder that other libraries load')
  .description(
    'Writes the model of a run in the layout of the Hugging Face hub: config.json, model.safetensors (in shards above 5 GB), tokenizer.json, generation_config.json and a model card with the data’s sources, counts, filters and licences. `transformers` loads it with no code of its own.',
  )
  .argument('<run>', 'folder of a run (runs/sample), or the pipeline file that it ran')
  .argument('[dir]', 'folder to write; default: hf inside the run’s folder')
  .addOption(new Option('--to <layout>', 'hf: the Hugging Face hub’s').choices(['hf']).default('hf'))
  .option('--name <name>', 'name of the model in its card; default: the pipeline’s')
  .option('--json', 'what was written, as JSON', false)
  .action(async (given: string, dir: string | undefined, flags: ExportFlags) => {
    const run = await runFolder(given);
    const folder = join(run, 'trainer');
    const [{ loadCheckpoint }, { parseTokenizer }, { exportHuggingFace }, { modelCard }] = await Promise.all([
      import('../trainer/checkpoint.ts'),
      import('../trainer/tokenizer/file.ts'),
      import('../trainer/export/hugging-face.ts'),
      import('../trainer/export/model-card.ts'),
    ]);
    const checkpoint = await loadCheckpoint(folder);
    if (checkpoint === undefined) {
      throw new PipelineError(`${folder} holds no checkpoint.`, {
        code: 'checkpoint.none',
        fix: 'Give the folder of a run that has trained, e.g. runs/sample after `npm start`.',
      });
    }
    const path = join(folder, TOKENIZER_FILE);
    const json = await readFile(path, 'utf8');
    const tokenizer = parseTokenizer(json, path);
    const endOfDocument = {
      number: tokenizer.endOfDocument,
      text: tokenizer.tokens[tokenizer.endOfDocument] ?? '',
    };
    const record = await readRecord(run);
    const plan = record === undefined ? undefined : await planOf(record);
    const target = dir ?? join(run, 'hf');
    const { model: options, vocabulary, weights, state } = checkpoint;
    const card = modelCard({
      name: flags.name ?? record?.pipeline.name ?? basename(resolve(run)),
      language: plan?.language,
      options,
      vocabulary,
      steps: state.step,
      tokens: state.tokens,
      perplexity: state.perplexity,
      beginsWith: endOfDocument.text,
      provenance: record === undefined ? undefined : await provenanceOf(record, plan),
    });
    const files = await exportHuggingFace(target, {
      options,
      vocabulary,
      weights,
      tokenizer: json,
      endOfDocument,
      card,
    });
    if (flags.json) process.stdout.write(`${JSON.stringify({ dir: target, files })}\n`);
    else process.stdout.write(`${target}: ${files.join(', ')}\n`);
  });
