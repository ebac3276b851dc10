// What the surveys of a run found, for whoever decides about its documents again.
import { type Judged, readFindings } from '../engine/findings.ts';
import { runPaths } from '../engine/run-folder.ts';
import type { Plan } from '../pipeline/plan.ts';
import { loadRegistry } from '../pipeline/plugins.ts';

/** What the run's surveys found; undefined where its pass one did not end. */
export async function judgedIn({
  dir,
  plan,
}: {
  readonly dir: string;
  readonly plan: Plan;
}): Promise<readonly Judged[] | undefined> {
  if (plan.surveys.length === 0) return [];
  const registry = await loadRegistry(plan.plugins, new Set(plan.surveys.map(({ name }) => name)));
  return (await readFindings(plan, registry, runPaths(dir)))?.judged;
}
