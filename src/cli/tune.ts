// `seiryu tune`: how similar a corpus' documents are, and what choices of bands and rows would drop.
import { writeFile } from 'node:fs/promises';
import { Command, InvalidArgumentError } from 'commander';
import { contextOf } from '../engine/context.ts';
import type { Choice } from '../inspect/s-curve.ts';
import { tune } from '../inspect/tune.ts';
import { tuneSvg } from '../inspect/tune-svg.ts';
import { tuneLines } from '../inspect/tune-text.ts';
import { MAX_PERMUTATIONS } from '../kernels/minhash.ts';
import { loadPlan } from '../pipeline/load.ts';
import { collect, look, noteUncounted, parsePositive, parseWhole, pipelineFile } from './arguments.ts';

interface TuneFlags {
  documents: number;
  read?: number;
  seed: number;
  choice: Choice[];
  svg?: string;
  json: boolean;
  set: string[];
}

/** From strict to generous, about as many values as the standard 14 × 8. */
const CHOICES: readonly Choice[] = [
  { bands: 9, rows: 13 },
  { bands: 14, rows: 8 },
  { bands: 20, rows: 6 },
  { bands: 25, rows: 5 },
  { bands: 32, rows: 4 },
];

function parseChoice(value: string, before: Choice[]): Choice[] {
  const [, bands = 0, rows = 0] = /^(\d{1,4})[x×](\d{1,2})$/.exec(value)?.map(Number) ?? [];
  if (bands < 1 || rows < 1 || rows > 64 || bands * rows > MAX_PERMUTATIONS)
    throw new InvalidArgumentError(`bands x rows, e.g. 20x6, at most ${MAX_PERMUTATIONS} in all`);
  return [...before, { bands, rows }];
}

export const tuneCommand = new Command('tune')
  .summary('how similar the documents of a corpus are, and what bands × rows would drop')
  .description(
    'Compares documents of a pipeline with each other, as its filters leave them, and plots the S-curve of several bands × rows over their similarities, with what each would drop. Writes nothing but the drawing asked for.',
  )
  .argument('<pipeline>', 'pipeline file (YAML)')
  .option('--documents <n>', 'documents to compare, each with each', parsePositive, 2000)
  .option(
    '--read <n>',
    'records to choose them from, shared evenly among the sources (default: as many)',
    parsePositive,
  )
  .option('--seed <s>', 'chooses them', parseWhole, 1)
  .option('--choice <bands x rows>', 'compare with this choice; may be given several times', parseChoice, [])
  .option('--svg <file>', 'write the plot as a drawing')
  .option('--json', 'everything as JSON', false)
  .option('--set <a.b=c>', 'override an option of the file; may be given several times', collect, [])
  .action(async (file: string, flags: TuneFlags) => {
    const plan = await loadPlan(pipelineFile(file), flags.set);
    noteUncounted(plan);
    const abort = new AbortController();
    try {
      const tuning = await tune(plan, contextOf(plan, { env: process.env, signal: abort.signal }), {
        documents: flags.documents,
        read: flags.read ?? flags.documents,
        seed: flags.seed,
        choices: flags.choice.length === 0 ? CHOICES : flags.choice,
      });
      if (flags.svg !== undefined) await writeFile(flags.svg, tuneSvg(plan.name, tuning));
      process.stdout.write(
        flags.json ? `${JSON.stringify(tuning, null, 2)}\n` : `${tuneLines(tuning, look()).join('\n')}\n`,
      );
    } finally {
      abort.abort();
    }
  });
