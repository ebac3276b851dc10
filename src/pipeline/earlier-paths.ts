// Where the earlier runs of `dedup.against` lie.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

import type { Path } from './problems.ts';

export interface EarlierPaths {
  /** Absolute, in the order of the file. */
  readonly found: readonly string[];
  readonly problems: readonly { readonly path: Path; readonly message: string }[];
}

/**
 * Paths are relative to the pipeline file like all others; those that are not there may be relative to the current folder,
 * because that is where `seiryu run` puts runs/NAME. `dedup` as it stands in the file, checked or not, with so many dedupers.
 */
export function earlierPaths(dedup: unknown, baseDir: string, dedupers: number): EarlierPaths {
  if (typeof dedup !== 'object' || dedup === null) return { found: [], problems: [] };
  const listed: unknown = Reflect.get(dedup, 'against');
  const paths = Array.isArray(listed) ? listed.filter((path) => typeof path === 'string') : [];
  const found: string[] = [];
  const problems: { path: Path; message: string }[] = [];
  for (const [index, path] of paths.entries()) {
    const here = [resolve(baseDir, path), resolve(path)].find((candidate) => existsSync(candidate));
    if (here !== undefined) found.push(here);
    else {
      const message = `expected the folder of an earlier run or an index file, found nothing at ${resolve(baseDir, path)}`;
      problems.push({ path: ['dedup', 'against', index], message });
    }
  }
  // Clusters and earlier documents are found by signatures, which dedupers make.
  const asks = Reflect.get(dedup, 'mode') === 'global' ? 'mode' : paths.length > 0 ? 'against' : undefined;
  if (dedupers === 0 && asks !== undefined) {
    const message = 'expected dedupers beside it, found none: add `exact: true` or `minhash: true`';
    problems.push({ path: ['dedup', asks], message });
  }
  return { found, problems };
}
