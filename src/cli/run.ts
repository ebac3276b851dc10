// `seiryu run`: streams a pipeline to its end.
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { runPipeline } from '../engine/run.ts';
import { loadPlan } from '../pipeline/load.ts';
import type { Plan } from '../pipeline/plan.ts';
import { reportLines } from '../watch/report.ts';
import { openWatch } from '../watch/terminal.ts';
import { collect, parseWorkers, pipelineFile } from './arguments.ts';

export interface RunFlags {
  out?: string;
  workers: number | 'auto';
  set: string[];
  fresh: boolean;
  json: boolean;
}

export const runCommand = new Command('run')
  .summary('stream a pipeline to its end; run it again to go on after a stop')
  .description('Streams a pipeline to its end. The same command goes on where a stopped run left off.')
  .argument('<pipeline>', 'pipeline file (YAML); bundled ones run by name: pipelines/sample.yaml')
  .option('--out <dir>', 'folder of the run (default: runs/<name>)')
  .addOption(
    new Option('--workers <n>', 'worker threads; the output does not depend on it')
      .argParser(parseWorkers)
      .default('auto'),
  )
  .option('--set <a.b=c>', 'override an option of the file; may be given several times', collect, [])
  .option('--fresh', 'begin anew: deletes what the folder holds of an earlier run', false)
  .option('--json', 'progress as JSON lines on stdout', false)
  .action(async (file: string, flags: RunFlags) => runPlan(await loadPlan(pipelineFile(file), flags.set), flags));

/** Runs a plan to its end, with everything that a person watching it needs. */
export async function runPlan(plan: Plan, flags: Omit<RunFlags, 'set'>): Promise<void> {
  const dir = flags.out ?? join('runs', plan.name);
  const watch = openWatch(plan.name, flags.json ? 'json' : process.stdout.isTTY ? 'live' : 'plain');
  const interrupt = new AbortController();
  const onSignal = (signal: NodeJS.Signals): void => {
    if (interrupt.signal.aborted) process.exit(130);
    watch.print(`${signal}: finishing the block in hand and committing; once more to leave at once`);
    interrupt.abort(signal);
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  let started = false;
  try {
    const record = await runPipeline(plan, {
      dir,
      workers: flags.workers,
      fresh: flags.fresh,
      env: process.env,
      interrupt: interrupt.signal,
      onStart: (progress) => {
        started = true;
        watch.start(progress);
      },
      onEvent: (event) => watch.event(event),
      onNotice: (line) => watch.print(line),
    });
    watch.stop();
    if (!started) watch.print(`${dir} holds this run, complete. Begin anew with --fresh.`);
    if (flags.json) process.stdout.write(`${JSON.stringify({ type: 'record', ...record })}\n`);
    else watch.print(['', ...reportLines(record), '', `Everything is in ${dir}`].join('\n'));
  } finally {
    watch.stop();
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
}
