// One document through a plan's filters and dedupers, step by step: what preview, apply and explain show.
import { performance } from 'node:perf_hooks';
import { applyFilter, type FilterResult } from '../engine/apply-filter.ts';
import { findingsInFiles, type Judged, openJudged } from '../engine/findings.ts';
import { type LabelledFilter, openFilters } from '../engine/open-plugins.ts';
import type { Document } from '../pipeline/define.ts';
import type { Plan } from '../pipeline/plan.ts';
import { loadRegistry } from '../pipeline/plugins.ts';
import { openSeen } from './seen.ts';

/** A filter that changed the text, dropped the document or failed on it. */
export interface Step {
  readonly filter: string;
  /** The text as the filter got it. */
  readonly before: string;
  readonly result: FilterResult;
}

export type Outcome =
  | { readonly decision: 'keep' }
  /** `reason` as run.json counts it, e.g. `length.short`. */
  | { readonly decision: 'drop'; readonly reason: string }
  | { readonly decision: 'drop'; readonly reason: string; readonly duplicateOf: string }
  | { readonly decision: 'quarantine'; readonly reason: string; readonly detail: string };

export interface Trace {
  readonly document: Document;
  readonly steps: readonly Step[];
  /** The text after the last filter that kept it. */
  readonly text: string;
  readonly outcome: Outcome;
  /** Of each filter, in the plan's order. */
  readonly seconds: readonly { readonly filter: string; readonly seconds: number }[];
}

export interface Tracer {
  /** Traces documents in order: a duplicate is one of an earlier document given to the same tracer. */
  trace(document: Document): Trace;
  /** The filters alone. */
  filter(document: Document): Trace;
}

/** `judged`: what the plan's surveys found; without it, what their files hold, and no others act. */
export async function createTracer(plan: Plan, judged?: readonly Judged[]): Promise<Tracer> {
  const registry = await loadRegistry(plan.plugins);
  const found = judged ?? (await findingsInFiles(plan, registry));
  const filters = [...openFilters(plan, registry), ...openJudged(found, registry)];
  const seen = await openSeen(plan, registry);
  const ids: string[] = [];
  const filter = (document: Document): Trace => throughFilters(filters, document, plan.stream.work);
  return {
    filter,
    trace(document) {
      const trace = filter(document);
      if (trace.outcome.decision !== 'keep') return trace;
      const decision = seen.decide(trace.text, document.url);
      if ('kept' in decision) {
        ids.push(document.id);
        return trace;
      }
      const { label } = decision;
      if ('before' in decision) return { ...trace, outcome: { decision: 'drop', reason: `${label}.earlier-run` } };
      const { earlier } = decision;
      const duplicateOf = ids[earlier] ?? `document ${earlier}`;
      return { ...trace, outcome: { decision: 'drop', reason: `${label}.duplicate`, duplicateOf } };
    },
  };
}

function throughFilters(filters: readonly LabelledFilter[], document: Document, budget: number): Trace {
  const steps: Step[] = [];
  const seconds: { filter: string; seconds: number }[] = [];
  let text = document.text;
  const end = (outcome: Outcome): Trace => ({ document, steps, text, outcome, seconds });
  let spent = 0;
  for (const labelled of filters) {
    const { label } = labelled;
    const start = performance.now();
    const result = applyFilter(labelled, { ...document, text }, { spent, budget });
    spent += text.length;
    seconds.push({ filter: label, seconds: (performance.now() - start) / 1000 });
    if ('keep' in result && result.keep === text) continue;
    steps.push({ filter: label, before: text, result });
    if ('drop' in result) return end({ decision: 'drop', reason: `${label}.${result.drop}` });
    if ('quarantine' in result)
      return end({ decision: 'quarantine', reason: result.quarantine, detail: result.detail });
    text = result.keep;
  }
  return end({ decision: 'keep' });
}
