// Pass one's work on a block, in the workers: parse, filter, and what the surveys want to know of what is left.
import type { PlannedPlugin } from '../pipeline/plan.ts';
import { loadRegistry } from '../pipeline/plugins.ts';
import { type BlockTask, createCleaner, namedIn, type ProcessorPlan } from './process.ts';

export interface Observed {
  readonly read: number;
  /** What each survey's observer made of the block's documents, in the plan's order. */
  readonly words: readonly Uint32Array<ArrayBuffer>[];
}

/** A pure function of the block and the plan. */
export async function createObserving(
  plan: ProcessorPlan,
  surveys: readonly PlannedPlugin[],
): Promise<(task: BlockTask) => Observed> {
  const registry = await loadRegistry(plan.plugins, new Set([...namedIn(plan), ...surveys.map(({ name }) => name)]));
  const clean = createCleaner(plan, registry);
  const observers = surveys.map(({ name, options }) => {
    const plugin = registry.survey.get(name);
    if (plugin === undefined) throw new Error(`the plan names an unknown survey: ${name}`);
    return plugin.createObserver(plugin.options.parse(options));
  });
  return (task) => {
    const { alive } = clean(task);
    const words = observers.map((observer) => {
      const out: number[] = [];
      for (const document of alive) observer.observe(document, out);
      return Uint32Array.from(out);
    });
    return { read: task.records, words };
  };
}
