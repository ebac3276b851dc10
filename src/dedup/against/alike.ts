// Whether signatures of two places can be compared, and what differs when they cannot.
import { PipelineError } from '../../errors.ts';
import type { Matching } from '../../pipeline/define.ts';
import type { IndexFooter, IndexSection } from './index-footer.ts';

/** The section with a deduper's parameters. Throws PipelineError that names both values of each that differs. */
export function sectionFor(
  { path, footer }: { readonly path: string; readonly footer: IndexFooter },
  deduper: string,
  { parameters }: Pick<Matching, 'parameters'>,
): IndexSection {
  const section = footer.sections.find((each) => each.deduper === deduper);
  if (section === undefined) {
    const names = footer.sections.map((each) => each.deduper).join(', ') || 'nothing';
    throw new PipelineError(`The index ${path} holds ${names}, and no signatures of ${deduper}.`, {
      code: 'index.no_deduper',
      fix: `Build it again with ${deduper} among the dedupers of its pipeline, or leave ${deduper} out of this one.`,
    });
  }
  const differences = differencesOf(section.parameters, parameters);
  if (differences.length === 0) return section;
  throw new PipelineError(
    `The signatures of ${deduper} in ${path} cannot be compared with this pipeline's: ${differences.join('; ')}.`,
    {
      code: 'index.parameters',
      fix: 'Use the same options here, or build the index again with these: `seiryu index build CORPUS --pipeline THIS.yaml --out FILE`.',
    },
  );
}

/** `rows: 8 in the index, 4 here`, for each parameter that differs. */
export function differencesOf(
  there: Readonly<Record<string, unknown>>,
  here: Readonly<Record<string, unknown>>,
  names: readonly [string, string] = ['in the index', 'here'],
): string[] {
  const shown = (value: unknown): string => (value === undefined ? 'unset' : JSON.stringify(value));
  return [...new Set([...Object.keys(there), ...Object.keys(here)])]
    .filter((key) => JSON.stringify(there[key]) !== JSON.stringify(here[key]))
    .map((key) => `${key} is ${shown(there[key])} ${names[0]} and ${shown(here[key])} ${names[1]}`);
}
