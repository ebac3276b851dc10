// `seiryu blame`: which documents made a training's loss jump, and which filter would have removed them.
import { dirname, join } from 'node:path';
import { Command, Option } from 'commander';
import { readRecord } from '../engine/record.ts';
import { printable } from '../inspect/terminal.ts';
import { loaders } from '../loaders.gen.ts';
import { loadPlan } from '../pipeline/load.ts';
import { loadRegistry } from '../pipeline/plugins.ts';
import type { Blame, Blamed } from '../trainer/blame/blame.ts';
import { type BackendName, backendName } from '../trainer/options.ts';
import { parsePositive, pipelineFile } from './arguments.ts';

interface BlameFlags {
  step: number;
  before?: number;
  top: number;
  pipeline?: string;
  backend: BackendName | 'auto';
  json: boolean;
}

/** Characters of a text and proposals that are shown; `--json` gives all. */
const SHOWN = { text: 120, proposals: 3 };

export const blameCommand = new Command('blame')
  .summary('which documents made the loss jump, and which filter would have removed them')
  .description(
    'Ranks the documents in the batches before a spike by their own loss and gradient norm under the last good checkpoint, and proposes a filter against each.',
  )
  .argument('<run>', 'folder of a run, e.g. runs/sample')
  .addOption(
    new Option('--step <n>', 'step of the spike; alarms stand in run.json')
      .argParser(parsePositive)
      .makeOptionMandatory(),
  )
  .addOption(
    new Option(
      '--before <n>',
      'batches up to that step to look into (default: those the rescue left out, or 8)',
    ).argParser(parsePositive),
  )
  .addOption(new Option('--top <n>', 'documents to name').argParser(parsePositive).default(10))
  .option('--pipeline <file>', 'its pipeline file, where that was moved since')
  .addOption(new Option('--backend <name>', 'what computes').choices(['auto', ...backendName.options]).default('auto'))
  .option('--json', 'everything, texts whole, as JSON', false)
  .action(async (run: string, flags: BlameFlags) => {
    // TensorFlow.js takes a second to load: only for those who use it.
    const [{ chooseBackend }, { blame }, { filtersToTry }] = await Promise.all([
      import('../trainer/backends.ts'),
      import('../trainer/blame/blame.ts'),
      import('../trainer/blame/propose.ts'),
    ]);
    const where = await placeOf(run, flags.pipeline);
    const registry = await loadRegistry(where.plugins, new Set(Object.keys(loaders.filter)));
    await chooseBackend(flags.backend);
    const found = await blame({
      ...{ dir: join(run, 'trainer'), step: flags.step, before: flags.before, top: flags.top },
      filters: filtersToTry(registry.filter.values(), where),
    });
    const output = flags.json ? [JSON.stringify(found, null, 2)] : blameLines(found);
    process.stdout.write(`${output.join('\n')}\n`);
  });

/** What filters are told of the run's pipeline. */
async function placeOf(run: string, given: string | undefined) {
  const record = await readRecord(run);
  if (given !== undefined) return loadPlan(pipelineFile(given));
  // A folder without a record, such as a copied trainer folder, can be blamed too.
  if (record === undefined) return { language: 'ja', baseDir: dirname(run), plugins: [] };
  return loadPlan(record.pipeline.file, record.pipeline.set);
}

export function blameLines({ step, steps, judge, rescue, documents, forgotten, blamed }: Blame): string[] {
  const span = steps.from === steps.to ? `step ${step}` : `steps ${steps.from} to ${steps.to}`;
  return [
    ...(rescue === null ? [] : [`step ${step}: ${rescue.message}`]),
    `${documents} documents in the batches of ${span}, judged by the checkpoint of step ${judge}${forgotten === 0 ? '' : `; of ${forgotten} more the text is no longer held`}`,
    ...blamed.flatMap(blamedLines),
  ];
}

function blamedLines({ rank, id, url, text, loss, gradientNorm, score, share, proposals }: Blamed): string[] {
  const begin = printable(text.slice(0, SHOWN.text).replaceAll('\n', ' '));
  return [
    '',
    `${String(rank).padStart(3)}  ${id}${url === null ? '' : `  ${printable(url)}`}`,
    `     loss ${loss.toFixed(3)}, gradient norm ${gradientNorm.toPrecision(3)}: ${score.toFixed(1)} deviations above the others; ${(100 * share).toFixed(1)} % of the tokens`,
    `     ${begin}${text.length > SHOWN.text ? '…' : ''}`,
    ...proposals
      .slice(0, SHOWN.proposals)
      .map(({ filter, effect, others, of }) => `     ${filter}  ${effect}; ${others} of ${of} usual documents too`),
    ...(proposals.length === 0 ? ['     no filter of the catalogue removes it'] : []),
  ];
}
