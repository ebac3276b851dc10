// One filter on one document: what it decides, or why the document goes to quarantine.
import { errorMessage } from '../errors.ts';
import type { Decision, Document } from '../pipeline/define.ts';
import type { LabelledFilter } from './open-plugins.ts';

export type FilterResult = Decision | { readonly quarantine: string; readonly detail: string };

/**
 * `spent` are the UTF-16 units that this document's filters were given before, `budget` the most they may be given in
 * all: counted, not timed, so that the decision is the same on every machine.
 */
export function applyFilter(
  { label, filter }: LabelledFilter,
  document: Document,
  { spent, budget }: { readonly spent: number; readonly budget: number },
): FilterResult {
  if (spent + document.text.length > budget) {
    return {
      quarantine: 'filter.budget',
      detail: `The filters before ${label} were given ${spent} characters of this document, and ${document.text.length} more would be above ${budget} (stream.work).`,
    };
  }
  try {
    return filter.apply(document);
  } catch (error) {
    return { quarantine: 'filter.failed', detail: `The filter ${label} failed: ${errorMessage(error)}` };
  }
}
