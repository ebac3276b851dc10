// `seiryu eval`: perplexity of a trained model on held-out text or on files, and what is wrong with what it writes.
import { Command, Option } from 'commander';
import { PipelineError } from '../errors.ts';
import { fileTexts } from '../lm/texts.ts';
import type { MeasuredText } from '../trainer/evaluation/perplexity.ts';
import type { BackendName } from '../trainer/options.ts';
import { parsePositive, parseWhole } from './arguments.ts';
import { addGenerationOptions, backendOption, type GenerationFlags, trainerFolder } from './trained-arguments.ts';

interface EvalFlags extends GenerationFlags {
  run?: string;
  samples: number;
  batch: number;
  language: string;
  json: boolean;
  backend: BackendName | 'auto';
}

const command = new Command('eval')
  .summary('perplexity of a trained model, by source or on files, and what is wrong with its texts')
  .description(
    'Measures the perplexity of a trained model on the held-out text of its run, by source, or on the documents of files (.jsonl, .txt with a blank line between documents, .parquet, compressed or not) or of a pipeline file, cleaned as it says. Per byte it compares between tokenizers. Then lets the model write, and counts repetition, loops and boilerplate.',
  )
  .argument('<run>', 'folder of a run (runs/sample) or of a checkpoint, or the pipeline file that it ran')
  .argument('[files...]', 'files and patterns, or one pipeline file; without any: the run’s held-out text')
  .option('--run <dir>', 'folder of the run, when a pipeline file is given and it is not runs/<name>')
  .addOption(new Option('--samples <n>', 'texts to let the model write; 0: none').argParser(parseWhole).default(32))
  .addOption(new Option('--batch <n>', 'texts written at once').argParser(parsePositive).default(16))
  .option('--language <code>', 'language of what it writes', 'ja')
  .option('--json', 'the measures as JSON', false);

export const evalCommand = addGenerationOptions(command, { tokens: 100 })
  .addOption(backendOption())
  .action(async (run: string, files: string[], flags: EvalFlags) => {
    const folder = await trainerFolder(run, flags.run);
    const [{ openTrained }, { collectAll }, { diagnose }, heldOut, perplexity, table] = await Promise.all([
      import('../trainer/trained.ts'),
      import('../trainer/generation/generate.ts'),
      import('../trainer/evaluation/diagnose.ts'),
      import('../trainer/evaluation/held-out-texts.ts'),
      import('../trainer/evaluation/perplexity.ts'),
      import('../trainer/evaluation/table.ts'),
    ]);
    const { model, tokenizer, state, backend } = await openTrained(folder, flags.backend);
    process.stderr.write(`${folder}: step ${state.step}, ${model.options.architecture} on ${backend.name}\n`);
    try {
      const texts: Iterable<MeasuredText> | AsyncIterable<MeasuredText> =
        files.length === 0 ? await heldOut.readHeldOut(folder) : fileTexts(files, process.cwd(), process.env);
      const measures = await perplexity.measureTexts(model, tokenizer, texts);
      if (perplexity.totalOf(measures).tokens === 0) throw nothingToMeasure(folder, files);
      const prompts = Array.from({ length: flags.samples }, () => '');
      const samples = await collectAll(model, tokenizer, prompts, flags, flags);
      const found = samples.length === 0 ? undefined : diagnose(samples, flags.language);
      if (flags.json) {
        const sources = Object.fromEntries(
          Array.from(measures, ([source, measure]) => [source, { ...measure, ...perplexity.perplexityOf(measure) }]),
        );
        const total = perplexity.totalOf(measures);
        const all = { ...total, ...perplexity.perplexityOf(total) };
        const report = { folder, step: state.step, sources, all, ...(found === undefined ? {} : { samples: found }) };
        process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
        return;
      }
      const lines = table.perplexityTable(measures);
      if (found !== undefined) lines.push('', ...table.diagnosticsTable(found));
      process.stdout.write(`${lines.join('\n')}\n`);
    } finally {
      model.dispose();
    }
  });

const nothingToMeasure = (folder: string, files: readonly string[]) =>
  new PipelineError(
    files.length === 0 ? `${folder} holds no held-out text.` : `There is no text in ${files.join(', ')}.`,
    {
      code: 'eval.nothing',
      fix:
        files.length === 0
          ? 'Name files to measure on, or train with trainer.heldOut above 0.'
          : 'Check the files: JSON lines need a field `text`.',
    },
  );
