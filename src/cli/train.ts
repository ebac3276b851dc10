// `seiryu train`: trains on what a run has kept, or runs a pipeline with another model to begin from.
import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { Command, Option } from 'commander';
import { stringify } from 'yaml';
import { replaceFile } from '../durable-files.ts';
import { type RunRecord, readRecord } from '../engine/record.ts';
import { PipelineError } from '../errors.ts';
import { loadPlan } from '../pipeline/load.ts';
import { backendName } from '../trainer/options.ts';
import { collect, parsePositive, parseWorkers, pipelineFile } from './arguments.ts';
import { type RunFlags, runPlan } from './run.ts';

interface TrainFlags extends RunFlags {
  from?: string;
  context?: number;
  backend?: string;
  steps?: number;
}

/** The flags of this command as overrides of the pipeline file; those given with --set come after and win. */
function overrides({ from, context, backend, steps, set }: TrainFlags): string[] {
  return [
    ...(from === undefined ? [] : [`trainer.from=${JSON.stringify({ path: resolve(from), context })}`]),
    ...(backend === undefined ? [] : [`trainer.backend=${backend}`]),
    ...(steps === undefined ? [] : [`trainer.until.steps=${steps}`]),
    ...set,
  ];
}

/** The shards of a run that are still there, as patterns of the source `files`. */
function keptShards(run: string, record: RunRecord): string[] {
  const paths = record.shards.filter(({ retained, path }) => retained && existsSync(join(run, path)));
  if (paths.length > 0) return paths.map(({ path }) => path);
  throw new PipelineError(`${run} holds no shards to train on.`, {
    code: 'train.no_shards',
    fix: 'Run its pipeline with a text or jsonl sink that says `retain: all`, or give the pipeline file itself: it trains while it streams.',
  });
}

/** The `trainer:` section of the pipeline that the run ran, as written there; nothing when the file is gone. */
async function trainerOf(record: RunRecord): Promise<object> {
  try {
    const { trainer } = await loadPlan(record.pipeline.file, record.pipeline.set);
    return trainer ?? {};
  } catch {
    return {};
  }
}

/** Writes a pipeline file that trains on the shards of a run into its folder; returns its path. */
async function pipelineOf(run: string): Promise<string> {
  const record = await readRecord(run);
  if (record === undefined) {
    throw new PipelineError(`${run} holds no record of a run (run.json).`, {
      code: 'train.no_run',
      fix: 'Give the folder of a run, such as runs/ja-gpt, or a pipeline file.',
    });
  }
  const pipeline = {
    name: `${record.pipeline.name}-train`,
    sources: [{ files: { glob: keptShards(run, record) } }],
    trainer: await trainerOf(record),
  };
  const path = join(run, 'train.yaml');
  const note = '# Written by `seiryu train`: trains on the shards of this run, which are clean already.\n';
  await replaceFile(path, Buffer.from(note + stringify(pipeline), 'utf8'));
  return path;
}

const isFolder = async (path: string): Promise<boolean> => existsSync(path) && (await stat(path)).isDirectory();

export const trainCommand = new Command('train')
  .summary('train on what a run has kept, or go on from another model')
  .description(
    'With a pipeline file: runs it, as `seiryu run` does, with the options given here. With the folder of a run: trains on its shards, as its pipeline’s `trainer:` says. --from goes on from another model instead of random weights. The same command goes on where a stopped training left off.',
  )
  .argument('<pipeline|run>', 'pipeline file, or folder of a run that kept its shards')
  .option('--from <dir>', 'go on from this model: folder of a run, or GPT-2 or GPT-NeoX in the hub’s layout')
  .addOption(
    new Option(
      '--context <n>',
      'tokens in a sequence, with --from: less than the model’s own needs less memory',
    ).argParser(parsePositive),
  )
  .addOption(new Option('--steps <n>', 'stop after this many steps').argParser(parsePositive))
  .addOption(new Option('--backend <name>', 'what computes').choices(['auto', ...backendName.options]))
  .option('--out <dir>', 'folder of the training (default: runs/<name>)')
  .addOption(
    new Option('--workers <n>', 'worker threads; the output does not depend on it')
      .argParser(parseWorkers)
      .default('auto'),
  )
  .option('--set <a.b=c>', 'override an option of the file; may be given several times', collect, [])
  .option('--fresh', 'begin anew: deletes what the folder holds of an earlier training', false)
  .option('--json', 'progress as JSON lines on stdout', false)
  .action(async (given: string, flags: TrainFlags) => {
    const file = (await isFolder(given)) ? await pipelineOf(given) : pipelineFile(given);
    const plan = await loadPlan(file, overrides(flags));
    if (plan.trainer === undefined || plan.trainer === null) {
      throw new PipelineError(`${basename(file)} has no trainer.`, {
        code: 'train.no_trainer',
        fix: 'Add a `trainer:` section (an empty one, `trainer: {}`, takes the defaults), or use `seiryu run`.',
      });
    }
    await runPlan(plan, flags);
  });
