// Tables of filters that are held once for all workers: opened here before they start, not copied into each.
import type { SharedTables } from '../pipeline/define.ts';
import type { Plan } from '../pipeline/plan.ts';
import type { Registry } from '../pipeline/plugins.ts';

/** By the label of the filter. Reads no more of the files than their heads. Throws PipelineError. */
export function tablesOf(
  { filters, language, baseDir }: Pick<Plan, 'filters' | 'language' | 'baseDir'>,
  registry: Registry,
): Map<string, SharedTables> {
  const tables = new Map<string, SharedTables>();
  for (const { name, label, options } of filters) {
    const plugin = registry.filter.get(name);
    const found = plugin?.share?.(plugin.options.parse(options), { language, baseDir });
    if (found !== undefined) tables.set(label, found);
  }
  return tables;
}

export interface OpenTables {
  /** By the label of the filter: what the workers are given. */
  readonly shared: Readonly<Record<string, unknown>>;
  /** Of memory. */
  readonly bytes: number;
}

/** Reads them all, once for all passes of a run. Throws PipelineError. */
export function openTables(plan: Pick<Plan, 'filters' | 'language' | 'baseDir'>, registry: Registry): OpenTables {
  const tables = [...tablesOf(plan, registry)];
  return {
    shared: Object.fromEntries(tables.map(([label, { open }]) => [label, open()])),
    bytes: tables.reduce((sum, [, { bytes }]) => sum + bytes, 0),
  };
}
