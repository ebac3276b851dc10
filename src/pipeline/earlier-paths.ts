// Where the earlier runs of `dedup.against` lie.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

export interface EarlierPaths {
  /** Absolute, in the order of the file. */
  readonly found: readonly string[];
  readonly missing: readonly { readonly index: number; readonly message: string }[];
}

/**
 * Paths are relative to the pipeline file like all others; those that are not there may be relative to the current folder,
 * because that is where `seiryu run` puts runs/NAME. `dedup` as it stands in the file, checked or not.
 */
export function earlierPaths(dedup: unknown, baseDir: string): EarlierPaths {
  const listed: unknown = typeof dedup === 'object' && dedup !== null ? Reflect.get(dedup, 'against') : undefined;
  const paths = Array.isArray(listed) ? listed.filter((path) => typeof path === 'string') : [];
  const found: string[] = [];
  const missing: { index: number; message: string }[] = [];
  for (const [index, path] of paths.entries()) {
    const here = [resolve(baseDir, path), resolve(path)].find((candidate) => existsSync(candidate));
    if (here !== undefined) found.push(here);
    else {
      const message = `expected the folder of an earlier run or an index file, found nothing at ${resolve(baseDir, path)}`;
      missing.push({ index, message });
    }
  }
  return { found, missing };
}
