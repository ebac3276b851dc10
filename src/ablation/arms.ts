// The arms of an ablation: the pipeline whole, and without each named part; as overrides of the same pipeline file.
import { PipelineError } from '../errors.ts';
import type { JsonObject } from '../pipeline/define.ts';
import { nearestName } from '../pipeline/nearest-name.ts';
import type { Plan } from '../pipeline/plan.ts';

export interface Arm {
  /** `all`, or `without X`. */
  readonly name: string;
  /** For folders. */
  readonly folder: string;
  /** Label of the filter or deduper that is left out. */
  readonly dropped: string | undefined;
}

export const WHOLE: Arm = { name: 'all', folder: 'all', dropped: undefined };

/** @throws PipelineError `ablate.unknown_part` for a name that is neither a filter nor a deduper of the plan. */
export function armsOf(plan: Plan, dropped: readonly string[]): Arm[] {
  const parts = [...plan.filters, ...plan.dedupers].map(({ label }) => label);
  const names = [...new Set(dropped)];
  const unknown = names.filter((name) => !parts.includes(name));
  if (unknown.length > 0) {
    const nearest = unknown.map((name) => nearestName(name, parts)).find((name) => name !== undefined);
    throw new PipelineError(`${plan.file} has no part named ${unknown.join(', ')}.`, {
      code: 'ablate.unknown_part',
      fix: `${nearest === undefined ? '' : `Did you mean ${nearest}? `}Its filters and dedupers: ${parts.join(', ')}.`,
    });
  }
  return [WHOLE, ...names.map((name) => ({ name: `without ${name}`, folder: `without-${name}`, dropped: name }))];
}

/** The `--set` overrides that leave a part out and add filters at the end. Sinks are left out: an ablation keeps no text. */
export function overridesOf(plan: Plan, { dropped }: Pick<Arm, 'dropped'>, added: readonly JsonObject[]): string[] {
  const kept = plan.filters.filter(({ label }) => label !== dropped).map(({ name, options }) => ({ [name]: options }));
  const dedup = plan.dedupers.filter(({ label }) => label !== dropped).map(({ name, options }) => [name, options]);
  return [
    `filters=${JSON.stringify([...kept, ...added])}`,
    `dedup=${JSON.stringify(Object.fromEntries(dedup))}`,
    'sinks=[]',
  ];
}
