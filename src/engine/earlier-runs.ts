// The runs before this one that `dedup.against` names, opened for the gate.

import type { EarlierLookup } from '../dedup/against/earlier.ts';
import type { Disk } from '../pipeline/define.ts';
import type { Plan } from '../pipeline/plan.ts';
import type { Registry } from '../pipeline/plugins.ts';
import type { RunPaths } from './run-folder.ts';

export interface Earlier {
  /** How many there are. */
  readonly count: number;
  /** One for each deduper of the plan; undefined where there are no earlier runs. */
  readonly lookups: readonly (EarlierLookup | undefined)[];
  close(): void;
}
export const NO_EARLIER: Earlier = { count: 0, lookups: [], close: () => undefined };

export async function openEarlier(plan: Plan, paths: RunPaths, registry: Registry, disk: Disk): Promise<Earlier> {
  void [plan, paths, registry, disk];
  return NO_EARLIER;
}
