// A stretch of a run's stream again: the documents of one commit, decided as they were.
import { join } from 'node:path';
import type { EarlierLookup } from '../dedup/against/earlier.ts';
import { type Earlier, openEarlier } from '../engine/earlier-runs.ts';
import type { Decided } from '../engine/gate.ts';
import type { JournalEntry } from '../engine/journal.ts';
import { readRecords } from '../engine/read-records.ts';
import { runPaths } from '../engine/run-folder.ts';
import { type ListedShard, startCursor } from '../engine/stream.ts';
import type { Context, Document } from '../pipeline/define.ts';
import type { Plan } from '../pipeline/plan.ts';
import { loadRegistry } from '../pipeline/plugins.ts';
import { judgedIn } from './judged.ts';
import { openSeen } from './seen.ts';
import { createTracer } from './trace.ts';

/** A run's plan, and all commits of its journal. */
export interface Stream {
  readonly run: { readonly dir: string; readonly plan: Plan; readonly context: Context };
  readonly shards: readonly ListedShard[];
  readonly entries: readonly JournalEntry[];
}

/** A document that the filters keep, with the text they leave. */
export interface Survivor {
  readonly document: Document;
  readonly text: string;
}

export interface Replayed extends Survivor {
  readonly seen: Decided;
}

/** All documents that the filters keep from the beginning of a commit on. */
export async function* survivorsFrom({ run, shards, entries }: Stream, entry: number): AsyncGenerator<Survivor> {
  const { plan, context } = run;
  const tracer = await createTracer({ ...plan, dedupers: [] }, await judgedIn(run));
  const cursor = entries[entry - 1]?.checkpoint.cursor ?? startCursor(plan.stream.open);
  for await (const record of readRecords(plan, context, { shards, cursor })) {
    if (record.kind !== 'document') continue;
    const { outcome, text } = tracer.filter(record.document);
    if (outcome.decision === 'keep') yield { document: record.document, text };
  }
}

/**
 * Streams again what the commit `entry` covers, with the index as it stood before, until `wanted` says so of a document
 * that the filters keep. Undefined when it never does.
 */
export async function decideAgain(
  stream: Stream,
  entry: number,
  wanted: (document: Document, decided: Decided) => boolean,
  before: readonly EarlierLookup[],
): Promise<Replayed | undefined> {
  const { plan } = stream.run;
  const seen = await openSeen(plan, await loadRegistry(plan.plugins), before);
  for (const { checkpoint, signatures } of stream.entries.slice(0, entry))
    seen.gate.restore(signatures, checkpoint.tally.documents.kept - seen.gate.admitted);
  for await (const { document, text } of survivorsFrom(stream, entry)) {
    const decided = seen.decide(text, document.url);
    if (wanted(document, decided)) return { document, text, seen: decided };
  }
  return undefined;
}

/** The kept document of a number. `latest`: the commit that holds it when none of those before does. */
export async function documentNumbered(stream: Stream, number: number, latest: number): Promise<Replayed | undefined> {
  const holding = stream.entries.findIndex(({ checkpoint }) => checkpoint.tally.documents.kept > number);
  const earlier = await openEarlierOf(stream.run);
  const isIt = (_: Document, decided: Decided): boolean => 'kept' in decided && decided.kept === number;
  try {
    return await decideAgain(stream, holding < 0 ? latest : holding, isIt, earlier.lookups);
  } finally {
    earlier.close();
  }
}

/** The earlier runs as the run saw them: it keeps the indexes that it derived. */
export async function openEarlierOf({ dir, plan }: Stream['run']): Promise<Earlier> {
  const free = { reserve: async () => undefined, release: () => undefined };
  return openEarlier(plan, await loadRegistry(plan.plugins), join(runPaths(dir).state, 'against'), free);
}
