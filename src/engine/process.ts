// One block's work: parse, filter, encode, sign. A pure function of the block and the plan; it runs in the workers.
import { performance } from 'node:perf_hooks';
import type { FieldMap, Format, FormatName, JsonObject, Reject, SinkView } from '../pipeline/define.ts';
import type { PlannedPlugin } from '../pipeline/plan.ts';
import { loadRegistry, type Registry } from '../pipeline/plugins.ts';
import { formats } from '../sources/parse/index.ts';
import { applyFilter } from './apply-filter.ts';
import { type Judged, openJudged } from './findings.ts';
import { openFilters, openSigners } from './open-plugins.ts';
import { createEncoder, type EncodedView } from './views.ts';

/** What the workers need to know; plain data. */
export interface ProcessorPlan {
  readonly language: string;
  readonly baseDir: string;
  readonly plugins: readonly string[];
  readonly filters: readonly PlannedPlugin[];
  readonly dedupers: readonly PlannedPlugin[];
  readonly views: readonly SinkView[];
  /** Most UTF-16 units that one document's filters may be given. */
  readonly work: number;
  /** By the filters' labels, tables that all workers read in one place. */
  readonly shared?: Readonly<Record<string, unknown>> | undefined;
  /** What earlier passes found, to be applied after the filters. */
  readonly judged?: readonly Judged[];
  /** Set in pass one: the workers observe for these instead of processing. */
  readonly observing?: readonly PlannedPlugin[];
}

export interface BlockTask {
  readonly source: string;
  readonly shard: string;
  readonly format: FormatName;
  readonly fields: FieldMap | undefined;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly offset: number;
  readonly firstOrdinal: number;
  readonly records: number;
}

export interface StageSeconds {
  parse: number;
  filters: Record<string, number>;
  sign: number;
  encode: number;
}

/** The block after its filters: `count` documents that only deduplication may still drop. */
export interface BlockResult {
  readonly read: number;
  readonly rejects: readonly Reject[];
  /** By `<filter>.<reason>` or `<source>.<reason>`. */
  readonly dropped: Readonly<Record<string, number>>;
  readonly count: number;
  /** UTF-8 bytes of each document's text. (count) */
  readonly textBytes: Uint32Array<ArrayBuffer>;
  /** Ordinal of each document in its shard. (count) */
  readonly ordinals: Uint32Array<ArrayBuffer>;
  /** (count × words), the dedupers' signatures side by side. */
  readonly signatures: Uint32Array<ArrayBuffer>;
  readonly views: Partial<Record<SinkView, EncodedView>>;
  readonly seconds: StageSeconds;
}

interface Candidate {
  readonly id: string;
  readonly ordinal: number;
  readonly offset: number;
  readonly url?: string;
  readonly meta: JsonObject;
  text: string;
  /** UTF-16 units that its filters were given so far. */
  spent: number;
}

export type Processor = (task: BlockTask) => BlockResult;

export const namedIn = ({ filters, dedupers, judged = [] }: ProcessorPlan): string[] =>
  [...filters, ...dedupers, ...judged.map(({ survey }) => survey)].map(({ name }) => name);

interface Cleaned {
  /** What all filters kept, in order. */
  readonly alive: readonly Candidate[];
  readonly rejects: Reject[];
  readonly dropped: Record<string, number>;
  readonly seconds: Pick<StageSeconds, 'parse' | 'filters'>;
}

/** The first half of a block's work: parse and filter. Opens the filters once, then each call is pure. */
export function createCleaner(plan: ProcessorPlan, registry: Registry): (task: BlockTask) => Cleaned {
  const filters = [...openFilters(plan, registry, plan.shared), ...openJudged(plan.judged ?? [], registry)];
  return (task) => {
    const clock = stopwatch();
    const { candidates, rejects, dropped } = parseBlock(formats[task.format], task);
    const seconds: Cleaned['seconds'] = { parse: clock(), filters: {} };
    let alive = candidates;
    for (const labelled of filters) {
      const { label } = labelled;
      alive = alive.filter((candidate) => {
        const result = applyFilter(labelled, candidate, { spent: candidate.spent, budget: plan.work });
        candidate.spent += candidate.text.length;
        if ('keep' in result) {
          candidate.text = result.keep;
          return true;
        }
        if ('drop' in result) count(dropped, `${label}.${result.drop}`, 1);
        else {
          const { ordinal, offset, text } = candidate;
          rejects.push({
            ordinal,
            offset,
            reason: result.quarantine,
            detail: result.detail,
            excerpt: text.slice(0, 200),
          });
        }
        return false;
      });
      seconds.filters[label] = clock();
    }
    rejects.sort((a, b) => a.ordinal - b.ordinal);
    return { alive, rejects, dropped, seconds };
  };
}

/** Builds the work function of a plan: opens filters and signers once, then each call is pure. */
export async function createProcessor(plan: ProcessorPlan): Promise<Processor> {
  const registry = await loadRegistry(plan.plugins, new Set(namedIn(plan)));
  const clean = createCleaner(plan, registry);
  const signers = await openSigners(plan.dedupers, registry);
  const words = signers.reduce((sum, signer) => sum + signer.words, 0);
  const encode = createEncoder(plan.views);

  return (task) => {
    const { alive, rejects, dropped, seconds: cleaning } = clean(task);
    const clock = stopwatch();
    const signatures = new Uint32Array(alive.length * words);
    for (const [index, { text, url }] of alive.entries()) {
      let at = index * words;
      for (const signer of signers) {
        signer.sign(text, signatures, at, url);
        at += signer.words;
      }
    }
    const sign = clock();

    const { views, textBytes } = encode(task.source, alive);
    const seconds: StageSeconds = { ...cleaning, sign, encode: clock() };
    const ordinals = Uint32Array.from(alive, ({ ordinal }) => ordinal);
    const count = alive.length;
    return { read: task.records, rejects, dropped, count, textBytes, ordinals, signatures, views, seconds };
  };
}

function parseBlock(
  format: Format,
  task: BlockTask,
): { candidates: Candidate[]; rejects: Reject[]; dropped: Record<string, number> } {
  const { firstOrdinal, offset, fields } = task;
  const parsed = format.parse(task.bytes, { firstOrdinal, offset, fields });
  const dropped: Record<string, number> = {};
  let seen = parsed.documents.length + parsed.rejects.length;
  for (const [reason, times] of Object.entries(parsed.skipped)) {
    count(dropped, `${task.source}.${reason}`, times);
    seen += times;
  }
  if (seen !== task.records) {
    throw new Error(
      `The format ${format.name} made ${seen} of ${task.records} records in ${task.source}/${task.shard} at byte ${offset}.`,
    );
  }
  const candidates = parsed.documents.map(
    (document): Candidate => ({
      id: `${task.source}/${task.shard}#${document.ordinal}`,
      ...document,
      spent: 0,
    }),
  );
  return { candidates, rejects: [...parsed.rejects], dropped };
}

function count(counts: Record<string, number>, key: string, times: number): void {
  counts[key] = (counts[key] ?? 0) + times;
}

/** Seconds since the call before. */
function stopwatch(): () => number {
  let last = performance.now();
  return () => {
    const now = performance.now();
    const seconds = (now - last) / 1000;
    last = now;
    return seconds;
  };
}
