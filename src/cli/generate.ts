// `seiryu generate`: continues a text, or a file of them, with the model that a run trained.
import { Command, Option } from 'commander';
import { PipelineError } from '../errors.ts';
import type { BackendName } from '../trainer/options.ts';
import { parsePositive } from './arguments.ts';
import { addGenerationOptions, backendOption, type GenerationFlags, trainerFolder } from './trained-arguments.ts';

interface GenerateFlags extends GenerationFlags {
  run?: string;
  prompt?: string;
  prompts?: string;
  out?: string;
  batch: number;
  backend: BackendName | 'auto';
}

const command = new Command('generate')
  .summary('continue a text with the model that a run trained')
  .description(
    'Loads the checkpoint of a run and continues a text with it. The text goes to stdout as it is written, everything else to stderr.',
  )
  .argument('<run>', 'folder of a run (runs/sample) or of a checkpoint, or the pipeline file that it ran')
  .option('--run <dir>', 'folder of the run, when a pipeline file is given and it is not runs/<name>')
  .option('--prompt <text>', 'text to continue; without it: the start of a document')
  .option(
    '--prompts <file>',
    'continue each line of a file; of a .jsonl file, each `prompt` (or `text`), other fields are copied',
  )
  .option('--out <file>', 'with --prompts: where the continuations go, as JSON lines (default: stdout)')
  .addOption(new Option('--batch <n>', 'with --prompts: texts written at once').argParser(parsePositive).default(8));

export const generateCommand = addGenerationOptions(command, { tokens: 200 })
  .addOption(backendOption())
  .action(async (run: string, flags: GenerateFlags) => {
    checkFlags(flags);
    const folder = await trainerFolder(run, flags.run);
    // TensorFlow.js takes a second to load: only for those who use it.
    const [{ openTrained }, { generate, randomOf }, { continueFile }] = await Promise.all([
      import('../trainer/trained.ts'),
      import('../trainer/generation/generate.ts'),
      import('../trainer/generation/prompt-file.ts'),
    ]);
    const { model, tokenizer, state, backend } = await openTrained(folder, flags.backend);
    process.stderr.write(`${folder}: step ${state.step}, ${model.options.architecture} on ${backend.name}\n`);
    try {
      if (flags.prompts === undefined) {
        process.stdout.write(flags.prompt ?? '');
        const pieces = generate(model, tokenizer, flags.prompt ?? '', flags, randomOf(flags.seed, 0));
        for await (const piece of pieces) process.stdout.write(piece);
        process.stdout.write('\n');
      } else {
        const written = await continueFile({
          model,
          tokenizer,
          prompts: flags.prompts,
          out: flags.out,
          options: flags,
        });
        process.stderr.write(
          `${written.prompts} prompts, ${written.tokens} tokens${flags.out === undefined ? '' : `: ${flags.out}`}\n`,
        );
      }
    } finally {
      model.dispose();
    }
  });

function checkFlags({ prompt, prompts, out }: GenerateFlags): void {
  const wrong =
    prompt !== undefined && prompts !== undefined
      ? '--prompt and --prompts exclude each other.'
      : out !== undefined && prompts === undefined
        ? '--out takes the continuations of --prompts.'
        : undefined;
  if (wrong === undefined) return;
  throw new PipelineError(wrong, {
    code: 'arguments.generate',
    fix: 'For example: seiryu generate runs/sample --prompts prompts.txt --out texts.jsonl; the folder of a pipeline file’s run is given with --run.',
  });
}
