// `seiryu preview`: the first documents, before and after, with the rule that acted.
import { writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { contextOf } from '../engine/context.ts';
import { PipelineError } from '../errors.ts';
import { previewPage } from '../inspect/page.ts';
import { preview } from '../inspect/preview.ts';
import { previewText } from '../inspect/terminal.ts';
import { loadPlan } from '../pipeline/load.ts';
import { nearestName } from '../pipeline/nearest-name.ts';
import type { Plan } from '../pipeline/plan.ts';
import { collect, look, noteUncounted, parsePositive, parseWhole, pipelineFile } from './arguments.ts';

interface PreviewFlags {
  documents: number;
  only?: string;
  dropped: boolean;
  sample?: number;
  seed: number;
  html?: string;
  set: string[];
}

export const previewCommand = new Command('preview')
  .summary('the first documents, before and after, with the rule that acted')
  .description(
    'Reads the first documents of each source of a pipeline, and shows what each rule changed and dropped. Writes nothing but the page asked for.',
  )
  .argument('<pipeline>', 'pipeline file (YAML)')
  .option('--documents <n>', 'records to read, shared evenly among the sources', parsePositive, 200)
  .option('--only <rule>', 'show only documents that this filter or deduper changed or dropped')
  .option('--dropped', 'show only documents that were dropped', false)
  .option('--sample <n>', 'show so many of them, chosen by --seed', parsePositive)
  .option('--seed <s>', 'chooses the sample', parseWhole, 1)
  .option('--html <file>', 'write a page to look at in a browser')
  .option('--set <a.b=c>', 'override an option of the file; may be given several times', collect, [])
  .action(async (file: string, flags: PreviewFlags) => {
    const plan = await loadPlan(pipelineFile(file), flags.set);
    noteUncounted(plan);
    if (flags.only !== undefined) checkRule(plan, flags.only);
    const abort = new AbortController();
    const { documents, seed, only, sample } = flags;
    try {
      const result = await preview(plan, contextOf(plan, { env: process.env, signal: abort.signal }), {
        documents,
        seed,
        show: flags.dropped ? 'dropped' : 'changed',
        ...(only === undefined ? {} : { only }),
        ...(sample === undefined ? {} : { sample }),
      });
      if (flags.html === undefined) process.stdout.write(`${previewText(result, look())}\n`);
      else {
        await writeFile(flags.html, previewPage(plan.name, result));
        process.stdout.write(`${result.shown.length} documents in ${flags.html}\n`);
      }
    } finally {
      abort.abort();
    }
  });

function checkRule({ filters, surveys, dedupers }: Plan, rule: string): void {
  const labels = [...filters, ...surveys, ...dedupers].map(({ label }) => label);
  if (labels.includes(rule)) return;
  const nearest = nearestName(rule, labels);
  throw new PipelineError(`The pipeline has no rule "${rule}".`, {
    code: 'plugin.unknown',
    fix: nearest === undefined ? `It has: ${labels.join(', ')}.` : `Did you mean ${nearest}?`,
  });
}
