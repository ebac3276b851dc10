// What several commands share: finding the pipeline file, and options written the same way everywhere.
import { existsSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InvalidArgumentError } from 'commander';

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
