// What a plan does to the first documents of its corpora: totals by rule, and the documents worth a look.

import { type Reading, readRecords } from '../engine/read-records.ts';
import type { Context } from '../pipeline/define.ts';
import type { Plan } from '../pipeline/plan.ts';
import { Random } from '../trainer/random.ts';
import { segmentsOf } from './segments.ts';
import { createTracer, type Trace } from './trace.ts';

export interface PreviewOptions {
  /** Records to read, shared evenly among the sources. */
  readonly documents: number;
  /** Show only documents that this filter or deduper changed or dropped. */
  readonly only?: string;
  readonly show: 'changed' | 'dropped';
  /** Show so many of them, chosen by `seed`; all without it. */
  readonly sample?: number;
  readonly seed: number;
}

export interface RuleTotals {
  changed: number;
  /** UTF-16 units of the original removed, and units put in. */
  removed: number;
  inserted: number;
  dropped: Record<string, number>;
  seconds: number;
}

export interface Preview {
  readonly read: number;
  readonly kept: number;
  readonly quarantined: readonly { readonly place: string; readonly reason: string; readonly detail: string }[];
  /** Records that are no documents by their format's rules, by `<source>.<reason>`. */
  readonly skipped: Readonly<Record<string, number>>;
  /** UTF-16 units of all texts as read. */
  readonly units: number;
  /** By filter and deduper, in the plan's order. */
  readonly rules: ReadonlyMap<string, RuleTotals>;
  readonly slowest: readonly Trace[];
  /** Documents to show, in order. */
  readonly shown: readonly Trace[];
  /** How many there were to choose from. */
  readonly shownOf: number;
}

const SLOWEST = 5;
const WARM_UP = 20;

export async function preview(plan: Plan, context: Context, options: PreviewOptions): Promise<Preview> {
  const tracer = await createTracer(plan);
  const rules = new Map(
    [...plan.filters, ...plan.surveys, ...plan.dedupers].map(({ label }): [string, RuleTotals] => [
      label,
      { changed: 0, removed: 0, inserted: 0, dropped: {}, seconds: 0 },
    ]),
  );
  const chosen = new Reservoir(options.sample ?? Number.POSITIVE_INFINITY, options.seed);
  const skipped: Record<string, number> = {};
  const quarantined: { place: string; reason: string; detail: string }[] = [];
  let slowest: { trace: Trace; seconds: number }[] = [];
  let read = 0;
  let kept = 0;
  let units = 0;
  for await (const record of firstRecords(plan, context, options.documents)) {
    if (record.kind === 'skipped') {
      for (const [reason, times] of Object.entries(record.reasons))
        skipped[`${record.source}.${reason}`] = (skipped[`${record.source}.${reason}`] ?? 0) + times;
      continue;
    }
    read++;
    if (record.kind === 'reject') {
      const { ordinal, reason, detail } = record.reject;
      quarantined.push({ place: `${record.source}/${record.shard}#${ordinal}`, reason, detail });
      continue;
    }
    // The first documents would be told as slow for the compiling that they cause.
    if (read <= WARM_UP) tracer.filter(record.document);
    const trace = tracer.trace(record.document);
    units += record.document.text.length;
    if (trace.outcome.decision === 'keep') kept++;
    addTotals(rules, trace);
    const seconds = trace.seconds.reduce((sum, each) => sum + each.seconds, 0);
    slowest = [...slowest, { trace, seconds }].sort((a, b) => b.seconds - a.seconds).slice(0, SLOWEST);
    if (isShown(trace, options)) chosen.offer(trace);
  }
  return {
    read,
    kept,
    quarantined,
    skipped,
    units,
    rules,
    slowest: slowest.map(({ trace }) => trace),
    shown: chosen.chosen(),
    shownOf: chosen.offered,
  };
}

/** The first records of each source: a run reads them much later where a large source comes first. */
async function* firstRecords(plan: Plan, context: Context, documents: number): AsyncGenerator<Reading> {
  const share = Math.ceil(documents / plan.sources.length);
  for (const source of plan.sources) {
    let read = 0;
    for await (const record of readRecords({ ...plan, sources: [source] }, context)) {
      yield record;
      if (record.kind !== 'skipped' && ++read >= share) break;
    }
  }
}

function addTotals(rules: ReadonlyMap<string, RuleTotals>, trace: Trace): void {
  for (const { filter, seconds } of trace.seconds) {
    const totals = rules.get(filter);
    if (totals !== undefined) totals.seconds += seconds;
  }
  for (const { filter, result } of trace.steps) {
    const totals = rules.get(filter);
    if (totals !== undefined && 'keep' in result) totals.changed++;
  }
  for (const segment of segmentsOf(trace)) {
    if (segment.kind === 'kept') continue;
    const totals = rules.get(segment.by);
    if (totals !== undefined) totals[segment.kind] += segment.text.length;
  }
  const { outcome } = trace;
  if (outcome.decision !== 'drop') return;
  const { rule, reason } = splitReason(outcome.reason);
  const totals = rules.get(rule);
  if (totals !== undefined) totals.dropped[reason] = (totals.dropped[reason] ?? 0) + 1;
}

/** `length.short` → the rule and its reason. */
export function splitReason(counted: string): { rule: string; reason: string } {
  const dot = counted.indexOf('.');
  return { rule: counted.slice(0, dot), reason: counted.slice(dot + 1) };
}

function isShown({ steps, outcome }: Trace, { only, show }: PreviewOptions): boolean {
  const dropped = outcome.decision !== 'keep';
  if (show === 'dropped' && !dropped) return false;
  if (only === undefined) return steps.length > 0 || dropped;
  return (
    steps.some(({ filter }) => filter === only) ||
    (outcome.decision === 'drop' && splitReason(outcome.reason).rule === only)
  );
}

/** A sample of fixed size, every item as likely, in the order they came (Vitter 1985, algorithm R). */
class Reservoir {
  readonly #size: number;
  readonly #random: Random;
  readonly #held: { trace: Trace; number: number }[] = [];
  #offered = 0;

  constructor(size: number, seed: number) {
    this.#size = size;
    this.#random = new Random(seed);
  }

  get offered(): number {
    return this.#offered;
  }

  offer(trace: Trace): void {
    const number = this.#offered++;
    if (this.#held.length < this.#size) this.#held.push({ trace, number });
    else {
      const place = Math.floor(this.#random.next() * this.#offered);
      if (place < this.#size) this.#held[place] = { trace, number };
    }
  }

  chosen(): Trace[] {
    return [...this.#held].sort((a, b) => a.number - b.number).map(({ trace }) => trace);
  }
}
