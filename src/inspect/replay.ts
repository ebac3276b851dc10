// What became of one document in a finished run: read again from its shard, and decided again from the journal.
import type { EarlierDocument } from '../dedup/against/earlier.ts';
import type { Decided } from '../engine/gate.ts';
import { type JournalEntry, readJournal } from '../engine/journal.ts';
import { readRecords } from '../engine/read-records.ts';
import type { RunRecord } from '../engine/record.ts';
import { runPaths } from '../engine/run-folder.ts';
import { type ListedShard, type StreamCursor, startCursor } from '../engine/stream.ts';
import { sum } from '../engine/tally.ts';
import { PipelineError } from '../errors.ts';
import type { Context, Document, Reject } from '../pipeline/define.ts';
import { nearestName } from '../pipeline/nearest-name.ts';
import type { Plan } from '../pipeline/plan.ts';
import { loadRegistry } from '../pipeline/plugins.ts';
import { openSeen } from './seen.ts';
import { createTracer, type Trace } from './trace.ts';

export type Explanation =
  | { readonly kind: 'reject'; readonly reject: Reject }
  /** No document by its format's rules, such as a redirect. */
  | { readonly kind: 'skipped' }
  /** The run ended before it came to the document. */
  | { readonly kind: 'unread'; readonly trace: Trace }
  | { readonly kind: 'dropped'; readonly trace: Trace }
  /** `of`: the earlier document with its text as the filters left it. */
  | { readonly kind: 'duplicate'; readonly trace: Trace; readonly label: string; readonly of: Document }
  /** `before`: the document of an earlier run. */
  | { readonly kind: 'earlier'; readonly trace: Trace; readonly label: string; readonly before: EarlierDocument }
  /** `number`: how many documents the run had kept before it. `shards`: where each sink put it. */
  | { readonly kind: 'kept'; readonly trace: Trace; readonly number: number; readonly shards: readonly string[] };

export interface Run {
  readonly dir: string;
  readonly plan: Plan;
  readonly record: RunRecord;
  readonly context: Context;
}

interface Place {
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
  const trace = (await createTracer(plan)).filter(found);
  const entry = entries.findIndex(({ checkpoint }) => hasPassed(checkpoint.cursor, place));
  if (entry < 0) return { kind: 'unread', trace };
  if (trace.outcome.decision !== 'keep') return { kind: 'dropped', trace };
  const decision = await decideAgain(run, head.shards, entries, entry, (document) => document.id === id);
  if (decision === undefined) throw new Error(`the stream did not hold ${id} where the journal says`);
  const { seen } = decision;
  if ('kept' in seen) return { kind: 'kept', trace, number: seen.kept, shards: shardsWith(run.record, seen.kept) };
  if ('before' in seen) return { kind: 'earlier', trace, label: seen.label, before: seen.before };
  const holding = entries.findIndex(({ checkpoint }) => checkpoint.tally.documents.kept > seen.earlier);
  const earlier = await decideAgain(
    run,
    head.shards,
    entries,
    holding < 0 ? entry : holding,
    (_, decided) => 'kept' in decided && decided.kept === seen.earlier,
  );
  if (earlier === undefined) throw new Error(`no document has the number ${seen.earlier}`);
  return { kind: 'duplicate', trace, label: seen.label, of: { ...earlier.document, text: earlier.text } };
}

async function journalOf({ dir, plan }: Run) {
  const reader = await readJournal(runPaths(dir).journal);
  if (reader === undefined) {
    throw new PipelineError(`${dir} holds no journal.`, {
      code: 'run.none',
      fix: 'Give the folder of a run that has begun, e.g. --run runs/sample.',
    });
  }
  try {
    const { head } = reader;
    if (head.identity !== plan.identity) {
      throw new PipelineError(`${dir} holds a run of another version of ${plan.file}.`, {
        code: 'run.other_pipeline',
        fix: 'Give the file as it was when the run began with --pipeline, and the same --set.',
      });
    }
    const entries: JournalEntry[] = [];
    for await (const entry of reader.entries()) entries.push(entry);
    return { head, entries };
  } finally {
    await reader.close();
  }
}

/** `source/shard#ordinal` → where it is. */
function placeOf(id: string, shards: readonly ListedShard[]): Place {
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
async function readOne({ plan, context }: Run, { listed, ordinal }: Place): Promise<Document | Reject | undefined> {
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

/**
 * Streams again what the commit `entry` covers, with the index as it stood before, until `wanted` says so of a document
 * that the filters keep. Undefined when it never does.
 */
async function decideAgain(
  { plan, context }: Run,
  shards: readonly ListedShard[],
  entries: readonly JournalEntry[],
  entry: number,
  wanted: (document: Document, decided: Decided) => boolean,
): Promise<{ document: Document; text: string; seen: Decided } | undefined> {
  const registry = await loadRegistry(plan.plugins);
  const seen = await openSeen(plan, registry);
  const tracer = await createTracer(plan);
  for (const { checkpoint, signatures } of entries.slice(0, entry))
    seen.gate.restore(signatures, checkpoint.tally.documents.kept - seen.gate.admitted);
  const cursor = entries[entry - 1]?.checkpoint.cursor ?? startCursor(plan.stream.open);
  for await (const record of readRecords(plan, context, { shards, cursor })) {
    if (record.kind !== 'document') continue;
    const { outcome, text } = tracer.filter(record.document);
    if (outcome.decision !== 'keep') continue;
    const decided = seen.decide(text);
    if (wanted(record.document, decided)) return { document: record.document, text, seen: decided };
  }
  return undefined;
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
