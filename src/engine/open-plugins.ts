// Turns a plan's filters and dedupers into working ones.
import type { DedupIndex, Filter, IndexRoom, Signer } from '../pipeline/define.ts';
import type { Plan, PlannedPlugin } from '../pipeline/plan.ts';
import type { Registry } from '../pipeline/plugins.ts';

export interface LabelledFilter {
  readonly label: string;
  readonly filter: Filter;
}

export function openFilters(
  { filters, language, baseDir }: Pick<Plan, 'filters' | 'language' | 'baseDir'>,
  registry: Registry,
): LabelledFilter[] {
  return filters.map(({ name, label, options }) => {
    const plugin = registry.filter.get(name);
    if (plugin === undefined) throw new Error(`the plan names an unknown filter: ${name}`);
    return { label, filter: plugin.create(plugin.options.parse(options), { language, baseDir }) };
  });
}

export function openSigners(dedupers: readonly PlannedPlugin[], registry: Registry): Promise<Signer[]> {
  return Promise.all(
    dedupers.map(async ({ name, options }) => {
      const plugin = registry.deduper.get(name);
      if (plugin === undefined) throw new Error(`the plan names an unknown deduper: ${name}`);
      return plugin.createSigner(plugin.options.parse(options));
    }),
  );
}

/** `room`: where each may put what memory has no room for, by its label; without it, memory is all there is. */
export function openIndexes(
  dedupers: readonly PlannedPlugin[],
  registry: Registry,
  room?: (label: string) => IndexRoom,
): { readonly label: string; readonly index: DedupIndex }[] {
  return dedupers.map(({ name, label, options }) => {
    const plugin = registry.deduper.get(name);
    if (plugin === undefined) throw new Error(`the plan names an unknown deduper: ${name}`);
    return { label, index: plugin.createIndex(plugin.options.parse(options), room?.(label)) };
  });
}
