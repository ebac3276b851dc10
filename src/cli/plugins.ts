// `seiryu plugins`: every source, filter, deduper and sink with its options, from their declarations.
import { Command } from 'commander';
import { PipelineError } from '../errors.ts';
import { optionRows } from '../pipeline/describe.ts';
import { optionsSchema } from '../pipeline/json-schema.ts';
import { nearestName } from '../pipeline/nearest-name.ts';

export const pluginsCommand = new Command('plugins')
  .summary('list sources, filters, dedupers and sinks; with a name, its options')
  .description('Lists every source, filter, deduper and sink; with a name, tells its options.')
  .argument('[name]', 'a plugin, e.g. minhash')
  .action(async (name: string | undefined) => {
    const { plugins } = await import('../registry.gen.ts');
    if (name === undefined) {
      const lines = plugins.map((plugin) => `${plugin.kind.padEnd(9)}${plugin.name.padEnd(14)}${plugin.summary}`);
      process.stdout.write(`${lines.join('\n')}\n`);
      return;
    }
    const found = plugins.filter((plugin) => plugin.name === name);
    if (found.length === 0) {
      const nearest = nearestName(
        name,
        plugins.map((plugin) => plugin.name),
      );
      throw new PipelineError(`There is no plugin "${name}".`, {
        code: 'plugin.unknown',
        fix: nearest === undefined ? '`seiryu plugins` lists all.' : `Did you mean ${nearest}?`,
      });
    }
    for (const plugin of found) {
      const rows = optionRows(optionsSchema(plugin)).map(
        ({ name: option, type, standard, description }) =>
          `  ${option}  ${type.replaceAll('\\|', '|')}${standard === '' ? '' : ` (default ${standard})`}\n      ${description}`,
      );
      process.stdout.write(`${plugin.kind} ${plugin.name}: ${plugin.summary}\n${rows.join('\n')}\n`);
    }
  });
