// `seiryu explain`: follows one document through a finished run.
import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Command } from 'commander';
import fastGlob from 'fast-glob';
import { contextOf } from '../engine/context.ts';
import { readRecord } from '../engine/record.ts';
import { PipelineError } from '../errors.ts';
import { type Explanation, explain } from '../inspect/replay.ts';
import { sharedShingles } from '../inspect/similarity.ts';
import { type Look, printable, traceLines } from '../inspect/terminal.ts';
import { loadPlan } from '../pipeline/load.ts';
import { collect, look, pipelineFile } from './arguments.ts';

interface ExplainFlags {
  run?: string;
  pipeline?: string;
  set: string[];
}

export const explainCommand = new Command('explain')
  .summary('what became of one document in a run, duplicates included')
  .description(
    'Follows one document through a run: reads it again from its shard, shows what each rule did, and names the earlier document that a duplicate repeats.',
  )
  .argument('<id>', 'document: source/shard#ordinal, as in the JSONL sink, quarantine.jsonl and preview')
  .option('--run <dir>', 'folder of the run (default: the newest in runs/)')
  .option('--pipeline <file>', 'its pipeline file, where that was moved since')
  .option('--set <a.b=c>', 'the overrides it was run with, with --pipeline', collect, [])
  .action(async (id: string, flags: ExplainFlags) => {
    const dir = flags.run ?? (await newestRun());
    const record = await readRecord(dir);
    if (record === undefined) throw noRun(dir);
    const { file, set } = record.pipeline;
    const plan = await (flags.pipeline === undefined
      ? loadPlan(file, set)
      : loadPlan(pipelineFile(flags.pipeline), flags.set));
    const abort = new AbortController();
    const context = contextOf(plan, { env: process.env, signal: abort.signal });
    try {
      const lines = explanationLines(id, await explain({ dir, plan, record, context }, id), look());
      process.stdout.write(`${lines.join('\n')}\n`);
    } finally {
      abort.abort();
    }
  });

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

function explanationLines(id: string, explanation: Explanation, style: Look): string[] {
  switch (explanation.kind) {
    case 'skipped':
      return [
        id,
        '  no document by its format’s rules (a redirect, a disambiguation or another page that is no article)',
      ];
    case 'reject': {
      const { reason, detail, excerpt, offset } = explanation.reject;
      return [
        id,
        `  quarantined: ${reason}. ${printable(detail)}`,
        `  at decoded byte ${offset}: ${printable(excerpt)}`,
      ];
    }
    case 'dropped':
      return traceLines(explanation.trace, style);
    case 'unread':
      return [
        ...traceLines(explanation.trace, style),
        '  The run ended before it came to this document; above is what the filters make of it.',
      ];
    case 'kept': {
      const { trace, number, shards } = explanation;
      return [
        ...traceLines(trace, style),
        `  kept document ${number} of the run`,
        ...shards.map((shard) => `  in ${join(shard)}`),
      ];
    }
    case 'earlier': {
      const { trace, label, name, of } = explanation;
      const [head = id, , ...rest] = traceLines(trace, style);
      const known = of?.id ?? name.id;
      const from = name.path === name.input ? name.path : `${name.path} (${name.input})`;
      const begins = of === undefined ? [] : [`  that begins: ${printable(of.text.slice(0, 100))}`];
      return [
        head,
        `  dropped by ${label}: an earlier run holds it: ${from}, document ${name.number}${known === undefined ? '' : `, ${known}`}`,
        ...begins,
        ...rest,
      ];
    }
    case 'duplicate': {
      const { trace, label, of } = explanation;
      const [head = id, , ...rest] = traceLines(trace, style);
      const alike = sharedShingles(trace.text, of.text);
      return [
        head,
        `  dropped by ${label}: a duplicate of ${of.id}${of.url === undefined ? '' : ` (${printable(of.url)})`}`,
        `  the two share ${(100 * alike).toFixed(1)} % of their 5-character shingles; the earlier one begins: ${printable(of.text.slice(0, 100))}`,
        ...rest,
      ];
    }
  }
}
