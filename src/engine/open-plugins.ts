// Turns a plan's filters and dedupers into working ones.
import type { EarlierLookup } from '../dedup/against/earlier.ts';
import { PipelineError } from '../errors.ts';
import type { DedupIndex, Filter, IndexRoom, Matching, Signer } from '../pipeline/define.ts';
import type { Plan, PlannedPlugin } from '../pipeline/plan.ts';
import type { Registry } from '../pipeline/plugins.ts';

export interface LabelledFilter {
  readonly label: string;
  readonly filter: Filter;
}

/** `shared`: by label, what `shareTables` gave the filter. */
export function openFilters(
  { filters, language, baseDir }: Pick<Plan, 'filters' | 'language' | 'baseDir'>,
  registry: Registry,
  shared: Readonly<Record<string, unknown>> = {},
): LabelledFilter[] {
  return filters.map(({ name, label, options }) => {
    const plugin = registry.filter.get(name);
    if (plugin === undefined) throw new Error(`the plan names an unknown filter: ${name}`);
    const context = { language, baseDir, shared: shared[label] };
    return { label, filter: plugin.create(plugin.options.parse(options), context) };
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

/** What indexes are opened with beside their options. */
export interface IndexParts {
  /** What the dedupers know of earlier runs, in their order. */
  readonly before?: readonly (EarlierLookup | undefined)[];
  /** Where each may put what memory has no room for, by its label; without it, memory is all there is. */
  room?(label: string): IndexRoom;
}

export function openIndexes(
  dedupers: readonly PlannedPlugin[],
  registry: Registry,
  { before = [], room }: IndexParts = {},
): { readonly label: string; readonly index: DedupIndex; readonly before: EarlierLookup | undefined }[] {
  return dedupers.map(({ name, label, options }, number) => {
    const plugin = registry.deduper.get(name);
    if (plugin === undefined) throw new Error(`the plan names an unknown deduper: ${name}`);
    return { label, index: plugin.createIndex(plugin.options.parse(options), room?.(label)), before: before[number] };
  });
}

/** How the dedupers' signatures are compared across runs and in the global mode. Throws PipelineError for one that cannot be. */
export function openMatchings(dedupers: readonly PlannedPlugin[], registry: Registry): Matching[] {
  return dedupers.map(({ name, options }) => {
    const plugin = registry.deduper.get(name);
    if (plugin === undefined) throw new Error(`the plan names an unknown deduper: ${name}`);
    if (plugin.matching !== undefined) return plugin.matching(plugin.options.parse(options));
    const able = [...registry.deduper.values()].filter(({ matching }) => matching !== undefined);
    throw new PipelineError(
      `The deduper ${name} compares documents within one pass only: it works neither with \`mode: global\` nor with \`against:\`.`,
      {
        code: 'dedup.no_matching',
        fix: `Leave it out there, or use one that does: ${able.map((each) => each.name).join(', ')}.`,
      },
    );
  });
}
