// Reads the lists that a user keeps beside the pipeline file: one entry a line.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { errorMessage, PipelineError } from '../../errors.ts';

/**
 * The text of a file of the user's, relative to the pipeline file's folder. Throws PipelineError `filter.file` when it
 * cannot be read. Read once, when a worker opens its filters.
 */
export function readUserFile(baseDir: string, name: string): string {
  const path = resolve(baseDir, name);
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new PipelineError(`The file ${name} of a filter cannot be read: ${errorMessage(error)}`, {
      code: 'filter.file',
      fix: 'Give its path relative to the folder of the pipeline file.',
      cause: error,
    });
  }
}

/** Entries of lists: lines without those that are blank or begin with `#`, trimmed, in order. */
export const readLists = (baseDir: string, names: readonly string[]): string[] =>
  names.flatMap((name) =>
    readUserFile(baseDir, name)
      .replace(/^\ufeff/u, '')
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '' && !line.startsWith('#')),
  );
