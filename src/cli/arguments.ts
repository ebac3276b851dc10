// What several commands share: finding the pipeline file, and options written the same way everywhere.
import { existsSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InvalidArgumentError } from 'commander';
import type { Plan } from '../pipeline/plan.ts';

/** The file as given, or the bundled one of that name when there is no such file here. */
export function pipelineFile(given: string): string {
  if (existsSync(given) || isAbsolute(given)) return given;
  const bundled = fileURLToPath(new URL(`../../${given}`, import.meta.url));
  const isBundled = /^(?:\.\/)?pipelines\/[\w.-]+\.ya?ml$/.test(given) && existsSync(bundled);
  return isBundled ? bundled : given;
}

export const collect = (value: string, before: string[]): string[] => [...before, value];

export function parseWorkers(value: string): number | 'auto' {
  if (value === 'auto') return value;
  const workers = Number(value);
  if (!Number.isInteger(workers) || workers < 1 || workers > 1024)
    throw new InvalidArgumentError('a number from 1, or auto');
  return workers;
}

export function parsePositive(value: string): number {
  const parsed = Number(value);
  if (!Number.isInteger(parsed) || parsed < 1) throw new InvalidArgumentError('a whole number from 1');
  return parsed;
}

export function parseWhole(value: string): number {
  const parsed = Number(value);
  if (!Number.isInteger(parsed) || parsed < 0) throw new InvalidArgumentError('a whole number from 0');
  return parsed;
}

/** Colours on a terminal, marks elsewhere. (https://no-color.org) */
export const look = (): 'colours' | 'marks' =>
  process.stdout.isTTY && (process.env.NO_COLOR ?? '') === '' ? 'colours' : 'marks';

/** Surveys act on what a pass over the corpus found; a look at a few documents has none, unless a file holds it. */
export function noteUncounted({ surveys }: Pick<Plan, 'surveys'>): void {
  for (const { name, label, options } of surveys) {
    if (options.file !== undefined) continue;
    process.stderr.write(
      `dedup.${label} does not act here: it needs a count of the corpus. Make one with \`seiryu ${name} PIPELINE --out FILE\` and give --set dedup.${label}.file=FILE.\n`,
    );
  }
}
