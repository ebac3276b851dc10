// What only opening the filters can tell: expressions and files that are wrong, and what the user's files hold.
import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { resolve } from 'node:path';
import { errorMessage, PipelineError } from '../errors.ts';
import type { Context } from './define.ts';
import type { PlannedPlugin } from './plan.ts';
import type { Registry } from './plugins.ts';

/** A filter's refusal, by its place in the list. */
export interface Refusal {
  readonly index: number;
  readonly message: string;
}

/**
 * Opens every filter that may refuse its options once, so that a wrong expression or a missing list is told before a run instead of by its workers.
 * Errors that are no PipelineError are the workers' to meet: a filter may need what only a run has.
 */
export function refusalsOf(
  registry: Registry,
  filters: readonly PlannedPlugin[],
  context: Pick<Context, 'language' | 'baseDir'>,
): Refusal[] {
  const refusals: Refusal[] = [];
  for (const [index, { name, options }] of filters.entries()) {
    const plugin = registry.filter.get(name);
    // The others are left to the workers: their tables would stay in this process' heap for nothing.
    if (plugin?.refuses !== true) continue;
    try {
      plugin.create(plugin.options.parse(options), context);
    } catch (error) {
      if (error instanceof PipelineError)
        refusals.push({ index, message: `${error.message} ${error.fix ?? ''}`.trim() });
    }
  }
  return refusals;
}

/** sha256 of each file that the filters' options name, by name: with other contents a run would be another run. */
export function userFiles(
  registry: Registry,
  filters: readonly PlannedPlugin[],
  baseDir: string,
): Record<string, string> {
  const files: Record<string, string> = {};
  for (const { name, options } of filters) {
    const plugin = registry.filter.get(name);
    for (const file of plugin?.files?.(plugin.options.parse(options)) ?? [])
      files[file] = sha256Of(resolve(baseDir, file));
  }
  return files;
}

/** The same of what earlier counts found, where a survey is told to use it. Throws PipelineError when there is no such file. */
export function surveyFiles(
  registry: Registry,
  surveys: readonly PlannedPlugin[],
  baseDir: string,
): Record<string, string> {
  const files: Record<string, string> = {};
  for (const { name, label, options } of surveys) {
    const plugin = registry.survey.get(name);
    const file = plugin?.file?.(plugin.options.parse(options));
    if (file === undefined) continue;
    try {
      files[file] = sha256Of(resolve(baseDir, file));
    } catch (error) {
      throw new PipelineError(`dedup.${label}.file: ${file} cannot be read: ${errorMessage(error)}`, {
        code: 'survey.file',
        fix: `Make it with \`seiryu ${name} PIPELINE --out ${file}\`, or leave \`file\` out: then the run counts by itself.`,
        cause: error,
      });
    }
  }
  return files;
}

/** Piece by piece: a language model has gigabytes. */
function sha256Of(path: string): string {
  const hash = createHash('sha256');
  const piece = Buffer.allocUnsafe(1 << 20);
  const file = openSync(path, 'r');
  try {
    for (let read = readSync(file, piece); read > 0; read = readSync(file, piece)) hash.update(piece.subarray(0, read));
  } finally {
    closeSync(file);
  }
  return hash.digest('hex');
}
