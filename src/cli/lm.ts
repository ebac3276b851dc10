// `seiryu lm`: trains a language model for the `perplexity` filter, reads one from ARPA, or measures texts with one.
import { open, rename } from 'node:fs/promises';
import { Command, InvalidArgumentError, Option } from 'commander';
import { writeAll } from '../durable-files.ts';
import { asDiskError, PipelineError } from '../errors.ts';
import { readArpa } from '../lm/arpa.ts';
import { MOST_ORDER } from '../lm/layout.ts';
import { entriesOf, type Model } from '../lm/model.ts';
import { encodeModel } from '../lm/model-file.ts';
import { openModel } from '../lm/open-model.ts';
import { Scorer } from '../lm/scorer.ts';
import { planOf, textsOf } from '../lm/texts.ts';
import type { TokenUnit } from '../lm/tokens.ts';
import { measured, quantilesOf, Trainer, type TrainOptions } from '../lm/train.ts';
import { formatBytes, parseBytes } from '../pipeline/units.ts';
import { collect, parsePositive } from './arguments.ts';

interface LmFlags {
  out?: string;
  measure?: string;
  calibrate: string[];
  order: number;
  unit: TokenUnit;
  memory: number;
  prune: number;
  smoothing: TrainOptions['smoothing'];
  json: boolean;
}

/** UTF-16 units of a text that are measured: what the filter looks at by default. */
const MEASURED = 20_000;

function parseMemory(value: string): number {
  const bytes = parseBytes(value);
  if (bytes === undefined || bytes < 1e6) throw new InvalidArgumentError('a size from 1MB, such as 2GB');
  return bytes;
}

function parseOrder(value: string): number {
  const order = parsePositive(value);
  if (order > MOST_ORDER) throw new InvalidArgumentError(`a whole number from 1 to ${MOST_ORDER}`);
  return order;
}

export const lmCommand = new Command('lm')
  .summary('train a language model for the perplexity filter, or measure texts with one')
  .description(
    'Trains an n-gram model on the documents of a pipeline file (its sources and filters) or of files, and writes it to one file for the perplexity filter. An .arpa file of KenLM is converted. With --measure, tells the perplexities of texts instead.',
  )
  .argument('<inputs...>', 'a pipeline file, an .arpa file, or files and patterns: texts/*.jsonl.gz wiki.txt')
  .option('--out <file>', 'where the model goes')
  .option('--measure <model>', 'measure the inputs with this model: perplexities below which 1 % … 99 % of them stay')
  .option(
    '--calibrate <files>',
    'texts whose terciles become the bounds of head and middle; may be given several times',
    collect,
    [],
  )
  .addOption(new Option('--order <n>', 'tokens of the longest n-gram').argParser(parseOrder).default(5))
  .addOption(
    new Option('--unit <unit>', 'what n-grams are made of').choices(['character', 'word']).default('character'),
  )
  .addOption(
    new Option('--memory <size>', 'what counting may hold; beyond it rare n-grams are forgotten')
      .argParser(parseMemory)
      .default(1e9, '1GB'),
  )
  .addOption(
    new Option('--prune <n>', 'occurrences that an n-gram of three tokens or more must have')
      .argParser(parsePositive)
      .default(2),
  )
  .addOption(
    new Option('--smoothing <method>', 'how counts become probabilities')
      .choices(['stupid-backoff', 'kneser-ney'])
      .default('stupid-backoff'),
  )
  .option('--json', 'what was made or measured as JSON', false)
  .action(async (inputs: string[], flags: LmFlags) => {
    if ((flags.out === undefined) === (flags.measure === undefined))
      throw new PipelineError('seiryu lm needs either --out FILE or --measure MODEL.', {
        code: 'arguments.lm',
        fix: 'For example: seiryu lm wiki.jsonl.gz --out ja.lm, then seiryu lm web.jsonl.gz --measure ja.lm',
      });
    if (flags.measure !== undefined) {
      const measured = await measure(inputs, flags.measure);
      process.stdout.write(flags.json ? jsonLine(measured) : measureText(measured));
      return;
    }
    const file = flags.out ?? '';
    const model = await makeModel(inputs, flags);
    const bytes = await writeModel(file, model);
    process.stdout.write(flags.json ? jsonLine({ file, bytes, ...model.header }) : modelText(file, bytes, model));
  });

const jsonLine = (value: object): string => `${JSON.stringify(value)}\n`;

function modelText(file: string, bytes: number, { header }: Model): string {
  const { orders, unit, smoothing, documents, quantiles } = header;
  const sizes = orders.map(({ entries }, at) => `${at + 1}: ${entries}`).join(', ');
  return `${file}: ${orders.length}-grams of ${unit}s, ${entriesOf(header)} of them from ${documents} documents, ${formatBytes(bytes)}\n  by length ${sizes}; ${smoothing}\n${boundsLine(quantiles)}`;
}

async function* documents(inputs: readonly string[]): AsyncGenerator<string> {
  yield* textsOf(await planOf(inputs, process.cwd()), process.env, new AbortController().signal);
}

async function makeModel(inputs: readonly string[], flags: LmFlags): Promise<Model> {
  const calibration: string[] = [];
  if (flags.calibrate.length > 0)
    for await (const text of documents(flags.calibrate)) calibration.push(text.slice(0, MEASURED));
  const [only = ''] = inputs;
  if (inputs.length === 1 && only.endsWith('.arpa')) return measured(readArpa(only), calibration);
  const { order, unit, memory, prune, smoothing } = flags;
  const trainer = new Trainer({ order, unit, memory, prune, smoothing });
  for await (const text of documents(inputs)) trainer.learn(text);
  return trainer.finish(calibration);
}

/** Beside the old one first, so that a model is whole or not there. Returns its bytes. */
async function writeModel(path: string, model: Model): Promise<number> {
  let bytes = 0;
  try {
    const file = await open(`${path}.part`, 'w');
    try {
      for (const piece of encodeModel(model)) {
        await writeAll(file, piece);
        bytes += piece.length;
      }
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(`${path}.part`, path);
  } catch (error) {
    throw asDiskError(error, path);
  }
  return bytes;
}

interface Measured {
  readonly documents: number;
  /** Perplexities that 1 %, 2 %, … 99 % of them stay below. */
  readonly quantiles: readonly number[];
}

async function measure(inputs: readonly string[], path: string): Promise<Measured> {
  const scorer = new Scorer(openModel(path).load());
  const values: number[] = [];
  for await (const text of documents(inputs)) values.push(scorer.perplexity(text, MEASURED));
  return { documents: values.length, quantiles: quantilesOf(values) };
}

function measureText({ documents, quantiles }: Measured): string {
  const rows = [1, 5, 10, 25, 33, 50, 66, 75, 90, 95, 99].map(
    (percent) => `${String(percent).padStart(3)} %  ${(quantiles[percent - 1] ?? Number.NaN).toFixed(1)}\n`,
  );
  return `${documents} documents\n${quantiles.length === 0 ? 'too few to tell\n' : rows.join('')}${boundsLine(quantiles)}`;
}

function boundsLine(quantiles: readonly number[]): string {
  const [head, middle] = [quantiles[32], quantiles[65]];
  return head === undefined || middle === undefined
    ? 'bounds: none measured; give head and middle to the filter\n'
    : `bounds: head ${head.toFixed(1)}, middle ${middle.toFixed(1)}\n`;
}
