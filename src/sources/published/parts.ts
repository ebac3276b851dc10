// Corpora in numbered parts: their names, their order, and what to say when there are none.
import { SourceError } from '../../errors.ts';
import type { ListedFile } from '../../pipeline/define.ts';

export const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** A file listed with the number that stands in its name. */
export interface Part extends ListedFile {
  readonly name: string;
  readonly number: number;
}

/**
 * The files whose name `pattern` matches, by the number in its first group (0 without one): part_2 comes before part_10.
 */
export function partsOf(files: readonly ListedFile[], pattern: RegExp): Part[] {
  const parts = files.flatMap((file): Part[] => {
    const name = baseName(file.path);
    const match = pattern.exec(name);
    return match === null ? [] : [{ ...file, name, number: Number(match[1] ?? 0) }];
  });
  return parts.sort((a, b) => a.number - b.number || (a.path < b.path ? -1 : 1));
}

export function noParts(what: string, base: string, folder: string, fix: string): SourceError {
  return new SourceError(`${what}: ${base.replace(/\/?$/, '/')}${folder} holds no such file.`, {
    code: 'source.empty',
    fix,
  });
}
