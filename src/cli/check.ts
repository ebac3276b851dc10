// `seiryu check`: checks a pipeline file and explains the plan; touches no network.
import { resolve } from 'node:path';
import { Command } from 'commander';
import { tablesOf } from '../engine/shared-tables.ts';
import { PipelineError, SeiryuError } from '../errors.ts';
import { checkFilter } from '../inspect/conformance.ts';
import { hideLogins } from '../pipeline/hide-logins.ts';
import { loadPlan } from '../pipeline/load.ts';
import type { Plan, PlannedPlugin } from '../pipeline/plan.ts';
import { loadPluginFile, loadRegistry } from '../pipeline/plugins.ts';
import { formatBytes } from '../pipeline/units.ts';
import { collect, pipelineFile } from './arguments.ts';

const listed = (title: string, plugins: readonly PlannedPlugin[]): string[] => [
  `${title}${plugins.length === 0 ? ': none' : ''}`,
  ...plugins.map(
    ({ label, options }) => `  ${label}${Object.keys(options).length === 0 ? '' : ` ${JSON.stringify(options)}`}`,
  ),
];

export const checkCommand = new Command('check')
  .summary('check a pipeline file and explain the plan, touching no network')
  .description(
    'Checks a pipeline file (every problem in one go) and explains the plan. Touches no network and no disk.',
  )
  .argument('[pipeline]', 'pipeline file (YAML)')
  .option('--plugin <file>', 'instead: check the filters of a plugin file against their contract')
  .option('--set <a.b=c>', 'override an option of the file; may be given several times', collect, [])
  .option('--json', 'the plan as JSON', false)
  .action(async (file: string | undefined, flags: { plugin?: string; set: string[]; json: boolean }) => {
    if (flags.plugin !== undefined) {
      await checkPlugin(resolve(flags.plugin));
      return;
    }
    if (file === undefined) {
      throw new PipelineError('There is nothing to check.', {
        code: 'arguments.missing',
        fix: 'Give a pipeline file, or a plugin file with --plugin.',
      });
    }
    const plan = await loadPlan(pipelineFile(file), flags.set);
    if (flags.json) {
      process.stdout.write(`${hideLogins(JSON.stringify(plan, null, 2))}\n`);
      return;
    }
    const { stream, fetch, cache, disk, trainer } = plan;
    const lines = [
      `${plan.file}: valid`,
      `name ${plan.name}, language ${plan.language}, identity ${plan.identity.slice(0, 12)}`,
      ...listed('sources', plan.sources),
      `stream: ${stream.open} shards open, blocks of ${formatBytes(stream.block)}, records up to ${formatBytes(stream.record)}`,
      `fetch: given up on after ${fetch.attempts} failures in a row${fetch.bandwidth === undefined ? '' : `, at most ${formatBytes(fetch.bandwidth)}/s`}`,
      cache === undefined
        ? 'cache: none, nothing is written while fetching'
        : `cache: at most ${formatBytes(cache.budget)} in ${cache.dir}`,
      ...listed('filters', plan.filters),
      ...(await tableLines(plan)),
      ...listed('dedup', [...plan.surveys, ...plan.dedupers]),
      ...(plan.dedup.prefer === 'first' ? [] : [`  of several copies: ${plan.dedup.prefer}`]),
      ...listed('sinks', plan.sinks),
      `disk: at most ${formatBytes(disk.budget)}, and ${formatBytes(disk.reserve)} of the volume left to others`,
      trainer
        ? `trainer: ${trainer.model.architecture}, ${trainer.model.layers} layers, width ${trainer.model.width}, context ${trainer.model.context}; until ${trainer.until ? JSON.stringify(trainer.until) : 'the end of the stream'}`
        : 'trainer: none',
    ];
    process.stdout.write(`${hideLogins(lines.join('\n'))}\n`);
  });

/** What the filters' tables will take. */
async function tableLines(plan: Plan): Promise<string[]> {
  const registry = await loadRegistry(plan.plugins, new Set(plan.filters.map(({ name }) => name)));
  return [...tablesOf(plan, registry)].map(
    ([label, { bytes }]) => `  memory of ${label}: ${formatBytes(bytes)}, once for all workers`,
  );
}

/** Prints what each filter of the file passes; fails with exit 1 when one does not. */
async function checkPlugin(file: string): Promise<void> {
  const filters = (await loadPluginFile(file)).filter((plugin) => plugin.kind === 'filter');
  if (filters.length === 0) {
    throw new PipelineError(`${file} exports no filter.`, {
      code: 'plugin.none',
      fix: 'Export what define({ kind: "filter", … }) returns; other kinds have no checks of their own here.',
    });
  }
  let failed = 0;
  for (const filter of filters) {
    process.stdout.write(`filter ${filter.name}: ${filter.summary}\n`);
    for (const { check, problem } of checkFilter(filter)) {
      process.stdout.write(problem === undefined ? `  ✓ ${check}\n` : `  ✗ ${check}: ${problem}\n`);
      if (problem !== undefined) failed++;
    }
  }
  if (failed > 0) {
    throw new SeiryuError(`${failed} of the checks above failed.`, {
      code: 'plugin.contract',
      fix: 'docs/plugins.md tells what a filter must keep to, and why.',
    });
  }
}
