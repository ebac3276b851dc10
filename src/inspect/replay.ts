// What became of one document in a finished run: read again from its shard, and decided again from the journal.
import type { Earlier, EarlierName } from '../engine/earlier-runs.ts';
import { type JournalEntry, type JournalHead, type JournalReader, readJournal } from '../engine/journal.ts';
import { readRecords } from '../engine/read-records.ts';
import { type RunRecord, readRecord } from '../engine/record.ts';
import { runPaths } from '../engine/run-folder.ts';
import { type ListedShard, type StreamCursor, startCursor } from '../engine/stream.ts';
import { sum } from '../engine/tally.ts';
import { PipelineError, SeiryuError } from '../errors.ts';
import { type Agreement, type Context, type Document, type Reject, SEEN_SOMEWHERE } from '../pipeline/define.ts';
import { loadPlan } from '../pipeline/load.ts';
import { nearestName } from '../pipeline/nearest-name.ts';
import type { Plan } from '../pipeline/plan.ts';
import { decideAgain, documentNumbered, openEarlierOf, type Replayed, type Stream } from './decide-again.ts';
import { decidedGlobally } from './explain-global.ts';
import { judgedIn } from './judged.ts';
import { createTracer, type Trace } from './trace.ts';

export type Explanation =
  | { readonly kind: 'reject'; readonly reject: Reject }
  /** No document by its format's rules, such as a redirect. */
  | { readonly kind: 'skipped' }
  /** The run ended before it came to the document. */
  | { readonly kind: 'unread'; readonly trace: Trace }
  | { readonly kind: 'dropped'; readonly trace: Trace }
  /** `of`: the earlier document with its text as the filters left it. */
  | {
      readonly kind: 'duplicate';
      readonly trace: Trace;
      readonly label: string;
      readonly agreement: Agreement;
      readonly of: Document;
    }
  /** `of`: the document of the earlier run, where that run can still be read. */
  | {
      readonly kind: 'earlier';
      readonly trace: Trace;
      readonly label: string;
      readonly name: EarlierName;
      readonly of: Document | undefined;
    }
  /** `number`: how many documents the run had kept before it. `shards`: where each sink put it. */
  | { readonly kind: 'kept'; readonly trace: Trace; readonly number: number; readonly shards: readonly string[] };

export interface Run {
  readonly dir: string;
  readonly plan: Plan;
  readonly record: RunRecord;
  readonly context: Context;
}

export interface Place {
  readonly listed: ListedShard;
  /** Index in the run's list of shards. */
  readonly shard: number;
  readonly ordinal: number;
}

/** Reads the document's shard up to it, and the stream of one commit or two around it. */
export async function explain(run: Run, id: string): Promise<Explanation> {
  const { plan } = run;
  const { head, entries } = await journalOf(run);
  const place = placeOf(id, head.shards);
  const found = await readOne(run, place);
  if (found === undefined) return { kind: 'skipped' };
  if ('reason' in found) return { kind: 'reject', reject: found };
  const trace = (await createTracer(plan, await judgedIn(run))).filter(found);
  const entry = entries.findIndex(({ checkpoint }) => hasPassed(checkpoint.cursor, place));
  if (entry < 0) return { kind: 'unread', trace };
  if (trace.outcome.decision !== 'keep') return { kind: 'dropped', trace };
  const stream = { run, shards: head.shards, entries };
  if (plan.dedup.mode === 'global') return explainedGlobally(stream, run.record, entry, trace);
  const earlierRuns = await openEarlierOf(run);
  try {
    const decision = await decideAgain(stream, entry, (document) => document.id === id, earlierRuns.lookups);
    return await explained(stream, entry, trace, decision, earlierRuns);
  } finally {
    earlierRuns.close();
  }
}

async function explained(
  stream: Stream & { readonly run: Run },
  entry: number,
  trace: Trace,
  decision: Replayed | undefined,
  earlierRuns: Earlier,
): Promise<Explanation> {
  const { run } = stream;
  if (decision === undefined) throw new Error(`the stream did not hold ${trace.document.id} where the journal says`);
  const { seen } = decision;
  if ('kept' in seen) return { kind: 'kept', trace, number: seen.kept, shards: shardsWith(run.record, seen.kept) };
  if ('before' in seen) {
    const name = earlierRuns.nameOf(seen.before);
    return { kind: 'earlier', trace, label: seen.label, name, of: await documentOfRun(name, run) };
  }
  if (seen.earlier === SEEN_SOMEWHERE) {
    throw new PipelineError(
      `${trace.document.id} was dropped by ${seen.label} as like an earlier document; in Bloom mode it does not keep which.`,
      {
        code: 'document.earlier_unknown',
        fix: 'With mode: exact (and full: spill where memory is short) every duplicate can be named.',
      },
    );
  }
  const earlier = await documentNumbered(stream, seen.earlier, entry);
  if (earlier === undefined) throw new Error(`no document has the number ${seen.earlier}`);
  return {
    kind: 'duplicate',
    trace,
    label: seen.label,
    agreement: seen.agreement,
    of: { ...earlier.document, text: earlier.text },
  };
}

async function explainedGlobally(stream: Stream, record: RunRecord, entry: number, trace: Trace): Promise<Explanation> {
  const decided = await decidedGlobally(stream, entry, trace.document.id);
  if (decided.kind === 'kept') return { ...decided, trace, shards: shardsWith(record, decided.number) };
  const label = decided.reason.slice(0, decided.reason.lastIndexOf('.'));
  if (decided.kind === 'duplicate') {
    const { document, text } = decided.of;
    return { kind: 'duplicate', trace, label, agreement: {}, of: { ...document, text } };
  }
  const { before: name } = decided;
  if (name === undefined) throw new Error('the earlier run does not hold the document any more');
  return { kind: 'earlier', trace, label, name, of: await documentOfRun(name, stream.run) };
}

/** The document of an earlier run, by streaming that again; undefined where its pipeline or its corpus is gone. */
async function documentOfRun({ input, number, id }: EarlierName, { context }: Pick<Run, 'context'>) {
  if (id !== undefined) return undefined;
  const record = await readRecord(input);
  if (record === undefined) return undefined;
  try {
    const plan = await loadPlan(record.pipeline.file, record.pipeline.set);
    if (plan.dedup.mode === 'global') return undefined;
    const run = { dir: input, plan, record, context };
    const { head, entries } = await journalOf(run);
    const found = await documentNumbered({ run, shards: head.shards, entries }, number, entries.length - 1);
    return found === undefined ? undefined : { ...found.document, text: found.text };
  } catch (error) {
    // The explanation stands without it: that run's files may have moved since.
    if (error instanceof SeiryuError) return undefined;
    throw error;
  }
}

/** The first entry of a run's journal. */
export async function journalHead(run: Pick<Run, 'dir' | 'plan'>): Promise<JournalHead> {
  const reader = await openJournal(run);
  await reader.close();
  return reader.head;
}

async function openJournal({ dir, plan }: Pick<Run, 'dir' | 'plan'>): Promise<JournalReader> {
  const reader = await readJournal(runPaths(dir).journal);
  if (reader === undefined) {
    throw new PipelineError(`${dir} holds no journal.`, {
      code: 'run.none',
      fix: 'Give the folder of a run that has begun, e.g. --run runs/sample.',
    });
  }
  const { head } = reader;
  if (head.identity === plan.identity) return reader;
  await reader.close();
  throw new PipelineError(`${dir} holds a run of another version of ${plan.file}.`, {
    code: 'run.other_pipeline',
    fix: 'Give the file as it was when the run began with --pipeline, and the same --set.',
  });
}

async function journalOf(run: Run): Promise<{ head: JournalHead; entries: JournalEntry[] }> {
  const reader = await openJournal(run);
  try {
    const entries: JournalEntry[] = [];
    for await (const entry of reader.entries()) entries.push(entry);
    return { head: reader.head, entries };
  } finally {
    await reader.close();
  }
}

/** `source/shard#ordinal` → where it is. */
export function placeOf(id: string, shards: readonly ListedShard[]): Place {
  const at = id.lastIndexOf('#');
  const ordinal = Number(id.slice(at + 1));
  const names = shards.map(({ source, shard }) => `${source}/${shard.id}`);
  const shard = names.indexOf(id.slice(0, at));
  const listed = shards[shard];
  if (at > 0 && Number.isInteger(ordinal) && ordinal >= 0 && listed !== undefined) return { listed, shard, ordinal };
  const nearest = nearestName(at < 0 ? id : id.slice(0, at), names);
  throw new PipelineError(`The run has no document "${id}".`, {
    code: 'document.unknown',
    fix: `An id is source/shard#ordinal, as in the JSONL sink, quarantine.jsonl and seiryu preview${nearest === undefined ? '' : `; did you mean ${nearest}#${Number.isInteger(ordinal) && at > 0 ? ordinal : 0}?`}`,
  });
}

/** The record of an ordinal; undefined when it is no document by its format's rules. */
export async function readOne(
  { plan, context }: Pick<Run, 'plan' | 'context'>,
  { listed, ordinal }: Place,
): Promise<Document | Reject | undefined> {
  let records = 0;
  for await (const record of readRecords(plan, context, { shards: [listed], cursor: startCursor(1) })) {
    if (record.kind === 'skipped') {
      records += sum(record.reasons);
      continue;
    }
    records++;
    const at = record.kind === 'reject' ? record.reject.ordinal : Number(record.document.id.split('#').at(-1));
    if (at === ordinal) return record.kind === 'reject' ? record.reject : record.document;
    if (at > ordinal) return undefined;
  }
  if (ordinal < records) return undefined;
  throw new PipelineError(`${listed.source}/${listed.shard.id} has no record ${ordinal}.`, {
    code: 'document.unknown',
    fix: 'Ordinals count the records of a shard from 0.',
  });
}

/** Whether the run had taken the document when it stood at `cursor`. */
function hasPassed(cursor: StreamCursor, { shard, ordinal }: Place): boolean {
  const open = cursor.slots.find((slot) => slot?.shard === shard);
  if (open !== undefined && open !== null) return open.ordinal > ordinal;
  return shard < cursor.next;
}

/** The shard of each sink that holds the kept document of this number. */
function shardsWith({ shards }: RunRecord, number: number): string[] {
  const ends = new Map<string, number>();
  return shards.flatMap(({ path, documents, retained }) => {
    const folder = path.slice(0, path.lastIndexOf('/'));
    const begin = ends.get(folder) ?? 0;
    ends.set(folder, begin + documents);
    if (number < begin || number >= begin + documents) return [];
    return [`${path}, document ${number - begin} of it${retained ? '' : ' (deleted: the trainer was done with it)'}`];
  });
}
