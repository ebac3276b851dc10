// What the commands that use a trained model share: finding it, and the options of generation.
import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { loadPlan } from '../pipeline/load.ts';
import type { GenerateOptions } from '../trainer/generation/generate.ts';
import { backendName } from '../trainer/options.ts';
import { collect, parsePositive, parseWhole, pipelineFile } from './arguments.ts';

/** The folder that holds the checkpoint: of a run, of a pipeline file's run, or the one given (or that of the file given). */
export async function trainerFolder(given: string, out: string | undefined): Promise<string> {
  if (out !== undefined) return join(out, 'trainer');
  if (!existsSync(given)) return runOf(given);
  if ((await stat(given)).isDirectory()) return (await holdsCheckpoint(given)) ? given : join(given, 'trainer');
  return given.endsWith('.safetensors') ? dirname(given) : runOf(given);
}

const holdsCheckpoint = async (dir: string): Promise<boolean> =>
  (await readdir(dir)).some((name) => name.startsWith('checkpoint') && name.endsWith('.safetensors'));

async function runOf(pipeline: string): Promise<string> {
  const plan = await loadPlan(pipelineFile(pipeline));
  return join('runs', plan.name, 'trainer');
}

const numberWithin =
  (least: number, most: number, expected: string) =>
  (value: string): number => {
    const parsed = Number(value);
    if (value.trim() === '' || !(parsed >= least && parsed <= most)) throw new InvalidArgumentError(expected);
    return parsed;
  };

export interface GenerationFlags extends Omit<GenerateOptions, 'stop'> {
  stop: string[];
  seed: number;
}

/** Adds the options of generation, the same for every command that generates. */
export function addGenerationOptions(command: Command, defaults: { readonly tokens: number }): Command {
  return command
    .addOption(new Option('--tokens <n>', 'tokens to write at most').argParser(parsePositive).default(defaults.tokens))
    .addOption(
      new Option('--temperature <t>', '0 takes the likeliest token each time')
        .argParser(numberWithin(0, 10, 'a number from 0 to 10'))
        .default(0.8),
    )
    .addOption(
      new Option('--top-k <n>', 'choose among this many likeliest tokens; 0: among all')
        .argParser(parseWhole)
        .default(40),
    )
    .addOption(
      new Option('--top-p <p>', 'choose among the likeliest tokens whose probabilities together reach this')
        .argParser(numberWithin(Number.MIN_VALUE, 1, 'a number above 0, to 1'))
        .default(1),
    )
    .addOption(
      new Option('--repetition-penalty <x>', 'makes tokens that occurred less likely; 1: no')
        .argParser(numberWithin(Number.MIN_VALUE, 10, 'a number above 0, to 10'))
        .default(1),
    )
    .addOption(
      new Option('--no-repeat-ngram <n>', 'no run of this many tokens occurs twice; 0: they may')
        .argParser(parseWhole)
        .default(0),
    )
    .option('--stop <text>', 'a string that ends the text; may be given several times', collect, [])
    .addOption(new Option('--seed <n>', 'decides the choices').argParser(parseWhole).default(1));
}

export const backendOption = (): Option =>
  new Option('--backend <name>', 'what computes').choices(['auto', ...backendName.options]).default('auto');
