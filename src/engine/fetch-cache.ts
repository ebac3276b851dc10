// The cache of fetched files as a part of a run: opened where the pipeline asks for it, and first to give room.
import { resolve, sep } from 'node:path';
import { PipelineError } from '../errors.ts';
import type { Plan } from '../pipeline/plan.ts';
import { Cache } from '../sources/fetch/cache.ts';
import type { Governor } from './governor.ts';
import type { RunPaths } from './run-folder.ts';

/** The cache of fetched files, where the pipeline asks for one; the governor may take from it what it needs. */
export async function openCache(plan: Plan, paths: RunPaths, governor: Governor): Promise<Cache | undefined> {
  if (plan.cache === undefined) return undefined;
  const { dir, budget } = plan.cache;
  if (`${dir}${sep}`.startsWith(`${resolve(paths.dir)}${sep}`)) {
    throw new PipelineError(`The cache ${dir} lies inside the run's folder ${paths.dir}.`, {
      code: 'cache.dir',
      fix: 'Choose another `cache.dir`: it is meant to outlive the run.',
    });
  }
  const cache = await Cache.open({ dir, budget, disk: governor });
  governor.spare = () => cache.evict();
  return cache;
}
