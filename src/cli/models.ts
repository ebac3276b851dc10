// `seiryu models`: the presets with their parameters, their memory, and what can train them.
import { Command, Option } from 'commander';
import { formatBytes } from '../pipeline/units.ts';
import { BEYOND_ONE_DEVICE, memoryNeed, smallestDevice } from '../trainer/memory-need.ts';
import { type Architecture, architectureNames, modelOptions } from '../trainer/model-options.ts';
import { presetNames } from '../trainer/presets.ts';
import { parameterCount } from '../trainer/weights.ts';
import { parsePositive } from './arguments.ts';

interface ModelsFlags {
  architecture: Architecture;
  vocab: number;
  batch: number;
  json: boolean;
}

export function presetTable(architecture: Architecture, vocabulary: number, sequences: number) {
  return presetNames.map((preset) => {
    const options = modelOptions.parse({ architecture, preset });
    const { layers, width, heads, context } = options;
    const memory = memoryNeed(options, vocabulary, sequences, 'never kept');
    const device = smallestDevice(memory.total);
    return {
      preset,
      layers,
      width,
      heads,
      context,
      parameters: parameterCount(options, vocabulary),
      memory,
      trains: device ?? BEYOND_ONE_DEVICE,
      oneDevice: device !== undefined,
    };
  });
}

const million = (count: number): string => `${(count / 1e6).toLocaleString('en-US', { maximumFractionDigits: 1 })}M`;

export const modelsCommand = new Command('models')
  .summary('sizes of model by name: parameters, memory, and what can train them')
  .description(
    'Lists the presets of `trainer.model.preset` with their exact parameter count, the memory that training takes (32-bit weights, gradients, AdamW’s moments, activations) and the smallest device that holds it.',
  )
  .addOption(new Option('--architecture <name>', 'which model').choices([...architectureNames]).default('gpt-neox'))
  .addOption(new Option('--vocab <n>', 'tokens in the vocabulary').argParser(parsePositive).default(32_000))
  .addOption(
    new Option('--batch <n>', 'sequences computed at a time (batch / accumulate)').argParser(parsePositive).default(1),
  )
  .option('--json', 'the table as JSON', false)
  .action(({ architecture, vocab, batch, json }: ModelsFlags) => {
    const table = presetTable(architecture, vocab, batch);
    if (json) {
      process.stdout.write(`${JSON.stringify(table, null, 2)}\n`);
      return;
    }
    const rows = table.map(({ preset, layers, width, heads, context, parameters, memory, trains }) => [
      preset,
      ...[layers, width, heads, context].map(String),
      million(parameters),
      formatBytes(memory.state),
      formatBytes(memory.total),
      trains,
    ]);
    const head = ['preset', 'layers', 'width', 'heads', 'context', 'parameters', 'state', 'in all', 'trains on'];
    const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
    const line = (cells: readonly string[]) =>
      cells
        .map((cell, column) =>
          column === 0 || column === cells.length - 1
            ? cell.padEnd(widths[column] ?? 0)
            : cell.padStart(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd();
    process.stdout.write(`${[head, ...rows].map(line).join('\n')}\n`);
  });
