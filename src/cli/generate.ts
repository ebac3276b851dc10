// `seiryu generate`: continues a text with the model that a run trained.
import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { PipelineError } from '../errors.ts';
import { loadPlan } from '../pipeline/load.ts';
import { TOKENIZER_FILE } from '../trainer/checkpoint-cursor.ts';
import { type BackendName, backendName } from '../trainer/options.ts';
import { parsePositive, pipelineFile } from './arguments.ts';

interface GenerateFlags {
  out?: string;
  prompt: string;
  tokens: number;
  temperature: number;
  topK: number;
  seed: number;
  backend: BackendName | 'auto';
}

function parseNumber(value: string): number {
  const parsed = Number(value);
  if (value.trim() === '' || !Number.isFinite(parsed) || parsed < 0) throw new InvalidArgumentError('a number from 0');
  return parsed;
}

function parseCount(value: string): number {
  const parsed = parseNumber(value);
  if (!Number.isInteger(parsed)) throw new InvalidArgumentError('a whole number from 0');
  return parsed;
}

/** The folder of the run that is meant: itself, or the one that a pipeline file runs in. */
async function runFolder(given: string, out: string | undefined): Promise<string> {
  if (out !== undefined) return out;
  if (existsSync(given) && (await stat(given)).isDirectory()) return given;
  const plan = await loadPlan(pipelineFile(given));
  return join('runs', plan.name);
}

export const generateCommand = new Command('generate')
  .summary('continue a text with the model that a run trained')
  .description(
    'Loads the checkpoint of a run and continues a text with it. The text goes to stdout, everything else to stderr.',
  )
  .argument('<run>', 'folder of a run (runs/sample), or the pipeline file that it ran')
  .option('--out <dir>', 'folder of the run, when it is not runs/<name>')
  .option('--prompt <text>', 'text to continue; empty: the start of a document', '')
  .addOption(new Option('--tokens <n>', 'tokens to write at most').argParser(parsePositive).default(200))
  .addOption(
    new Option('--temperature <t>', '0 takes the likeliest token each time').argParser(parseNumber).default(0.8),
  )
  .addOption(
    new Option('--top-k <n>', 'choose among this many likeliest tokens; 0: among all')
      .argParser(parseCount)
      .default(40),
  )
  .addOption(new Option('--seed <n>', 'decides the choices').argParser(parseCount).default(1))
  .addOption(new Option('--backend <name>', 'what computes').choices(['auto', ...backendName.options]).default('auto'))
  .action(async (run: string, flags: GenerateFlags) => {
    const folder = join(await runFolder(run, flags.out), 'trainer');
    // TensorFlow.js takes a second to load: only for those who use it.
    const [{ chooseBackend }, { loadCheckpoint }, { Model }, { Random }, { sample }, { parseTokenizer }] =
      await Promise.all([
        import('../trainer/backends.ts'),
        import('../trainer/checkpoint.ts'),
        import('../trainer/model.ts'),
        import('../trainer/random.ts'),
        import('../trainer/sample.ts'),
        import('../trainer/tokenizer/file.ts'),
      ]);
    const checkpoint = await loadCheckpoint(folder);
    if (checkpoint === undefined) {
      throw new PipelineError(`${folder} holds no checkpoint.`, {
        code: 'checkpoint.none',
        fix: 'Give the folder of a run that has trained, e.g. runs/sample after `npm start`.',
      });
    }
    const tokenizerPath = join(folder, TOKENIZER_FILE);
    const tokenizer = parseTokenizer(await readFile(tokenizerPath, 'utf8'), tokenizerPath);
    const { name } = await chooseBackend(flags.backend);
    process.stderr.write(`${folder}: step ${checkpoint.state.step}, ${checkpoint.model.architecture} on ${name}\n`);
    const model = new Model(checkpoint.model, checkpoint.vocabulary, checkpoint.weights);
    process.stdout.write(flags.prompt);
    for await (const piece of sample(model, tokenizer, flags, new Random(flags.seed))) process.stdout.write(piece);
    process.stdout.write('\n');
    model.dispose();
  });
