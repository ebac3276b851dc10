// `seiryu lines`: counts lines that recur, for the `file` of `dedup.lines`.
import { availableParallelism } from 'node:os';
import { Command, Option } from 'commander';
import { countLines } from '../inspect/count-lines.ts';
import { loadPlan } from '../pipeline/load.ts';
import { formatBytes } from '../pipeline/units.ts';
import { collect, parseWorkers, pipelineFile } from './arguments.ts';

interface LinesFlags {
  out: string;
  workers: number | 'auto';
  json: boolean;
  set: string[];
}

export const linesCommand = new Command('lines')
  .summary('count lines that recur across documents, for the `file` of `dedup.lines`')
  .description(
    'Reads the corpus of a pipeline once, as its filters leave it, and writes which lines recur as its `dedup.lines` says. Runs that name the file read their corpus once. The same command goes on where it was stopped.',
  )
  .argument('<pipeline>', 'pipeline file (YAML) with `lines` under `dedup`')
  .requiredOption('--out <file>', 'file to write')
  .addOption(
    new Option('--workers <n>', 'worker threads; the file does not depend on it')
      .argParser(parseWorkers)
      .default('auto'),
  )
  .option('--json', 'what was counted as JSON', false)
  .option('--set <a.b=c>', 'override an option of the file; may be given several times', collect, [])
  .action(async (file: string, { out, workers, json, set }: LinesFlags) => {
    const plan = await loadPlan(pipelineFile(file), set);
    const interrupt = new AbortController();
    const onSignal = (signal: NodeJS.Signals): void => interrupt.abort(signal);
    process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
    let ticking: NodeJS.Timeout | undefined;
    try {
      const facts = await countLines(plan, {
        out,
        workers: workers === 'auto' ? availableParallelism() : workers,
        env: process.env,
        interrupt: interrupt.signal,
        onCounting: (shards, counted) => {
          const tell = (): void => {
            process.stderr.write(
              `${counted.read} records, ${formatBytes(counted.decoded)} of ${shards.length} shards\n`,
            );
          };
          ticking = setInterval(tell, 10_000);
        },
      });
      const { documents, lines, falseShare } = facts;
      process.stdout.write(
        json
          ? `${JSON.stringify({ out, ...facts })}\n`
          : `${lines} lines of ${documents} documents counted in ${out}; the chance that it takes a line away that was seen once is ${Number(falseShare).toExponential(1)}\nUse it with --set dedup.lines.file=${out} (relative to the pipeline file), and look with seiryu preview --only lines.\n`,
      );
    } finally {
      clearInterval(ticking);
      process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
    }
  });
