// `seiryu ablate`: what each part of a pipeline is worth to a model that trains on its output.
import { join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { ablate } from '../ablation/ablate.ts';
import { markdownTable, summaryRows } from '../ablation/summary.ts';
import { replaceFile } from '../durable-files.ts';
import { loadPlan } from '../pipeline/load.ts';
import { formatBytes, parseBytes } from '../pipeline/units.ts';
import { alignedRows } from '../trainer/evaluation/table.ts';
import { type BackendName, parseCount } from '../trainer/options.ts';
import { collect, parsePositive, pipelineFile } from './arguments.ts';
import { backendOption } from './trained-arguments.ts';

interface AblateFlags {
  drop: string[];
  tokens: number;
  seeds: number;
  model: 'small' | 'file';
  heldOut: number;
  samples: number;
  out?: string;
  set: string[];
  backend: BackendName | 'auto';
  json: boolean;
  markdown: boolean;
}

function parseTokens(value: string): number {
  const parsed = parseCount(value);
  if (parsed === undefined) throw new InvalidArgumentError('a number above 0, such as 200K or 5M');
  return parsed;
}

function parseHeldOut(value: string): number {
  const parsed = parseBytes(value);
  if (parsed === undefined || parsed < 1000) throw new InvalidArgumentError('a size from 1KB, such as 16KB');
  return parsed;
}

const splitNames = (value: string, before: string[]): string[] => [
  ...before,
  ...value
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== ''),
];

export const ablateCommand = new Command('ablate')
  .summary('what each part of a pipeline is worth to a model')
  .description(
    'Trains the same small model on the same number of tokens, with the whole pipeline and without each named part, and prints what that changes: perplexity on held-out text as the whole pipeline cleans it (the same text for all, and nothing that overlaps it is trained on), how many samples loop or hold boilerplate, with the spread over seeds. The same command goes on where a stopped one left off.',
  )
  .argument('<pipeline>', 'pipeline file (YAML); bundled ones run by name: pipelines/sample.yaml')
  .requiredOption(
    '--drop <names>',
    'filters and dedupers to leave out, one at a time: breadcrumbs,minhash',
    splitNames,
    [],
  )
  .addOption(
    new Option('--tokens <n>', 'tokens that every arm trains on').argParser(parseTokens).default(300_000, '300K'),
  )
  .addOption(
    new Option('--seeds <n>', 'first weights to try; the spread is over them').argParser(parsePositive).default(3),
  )
  .addOption(
    new Option('--model <which>', 'small: 0.2 M parameters, 2000 tokens; file: what trainer: of the pipeline file says')
      .choices(['small', 'file'])
      .default('small'),
  )
  .addOption(
    new Option('--held-out <size>', 'text of each source to measure on')
      .argParser(parseHeldOut)
      .default(16_000, '16KB'),
  )
  .addOption(new Option('--samples <n>', 'texts that each model writes').argParser(parsePositive).default(64))
  .option('--out <dir>', 'folder of the ablation (default: runs/<name>-ablation)')
  .option('--set <a.b=c>', 'override an option of the file in every arm; may be given several times', collect, [])
  .addOption(backendOption())
  .option('--json', 'the whole result as JSON', false)
  .option('--markdown', 'the table as Markdown', false)
  .action(async (file: string, flags: AblateFlags) => {
    const path = pipelineFile(file);
    const dir = flags.out ?? join('runs', `${(await loadPlan(path, flags.set)).name}-ablation`);
    const interrupt = new AbortController();
    const onSignal = (signal: NodeJS.Signals): void => {
      if (interrupt.signal.aborted) process.exit(130);
      process.stderr.write(`${signal}: saving; once more to leave at once\n`);
      interrupt.abort(signal);
    };
    process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
    try {
      const { tokens, seeds, model, heldOut, samples, backend, set } = flags;
      const found = await ablate({
        file: path,
        drop: flags.drop,
        dir,
        settings: { tokens, seeds, model, heldOut, samples, sampleTokens: 100, backend, set },
        env: process.env,
        interrupt: interrupt.signal,
        say: (line) => process.stderr.write(`${line}\n`),
      });
      await replaceFile(join(dir, 'ablation.json'), Buffer.from(`${JSON.stringify(found, null, 2)}\n`));
      const rows = summaryRows(found.arms);
      if (flags.json) process.stdout.write(`${JSON.stringify(found, null, 2)}\n`);
      else if (flags.markdown) process.stdout.write(`${markdownTable(rows).join('\n')}\n`);
      else
        process.stdout.write(
          [
            '',
            ...alignedRows(rows),
            '',
            `${found.tokens} tokens an arm, ${seeds} seed${seeds === 1 ? '' : 's'}; measured on ${found.heldOut.documents} documents, ${formatBytes(found.heldOut.bytes)}. Against all: above 0, the model is worse without the part.`,
            `Everything is in ${dir}`,
            '',
          ].join('\n'),
        );
    } finally {
      process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
    }
  });
