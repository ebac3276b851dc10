// Rebuilding a run's state from its journal: nothing lost, nothing doubled.
import { PipelineError } from '../errors.ts';
import type { ShardRecord } from '../pipeline/define.ts';
import type { Plan } from '../pipeline/plan.ts';
import type { Decider } from './decider.ts';
import { type Checkpoint, type LostTail, readJournal } from './journal.ts';
import type { ListedShard } from './stream.ts';

export interface Resumed {
  readonly shards: readonly ListedShard[];
  /** The checkpoint to go on from; undefined when the run had not committed anything. */
  readonly checkpoint: Checkpoint | undefined;
  /** Finished shards of each sink up to the checkpoint. */
  readonly finished: readonly (readonly ShardRecord[])[];
  /** Bytes of the journal to keep. */
  readonly journalBytes: number;
  /** What followed the last good entry and is not believed. */
  readonly lost: LostTail | undefined;
}

const otherPipeline = (): PipelineError =>
  new PipelineError(
    'The run folder holds a run of another pipeline: sources, filters, dedup, sinks or stream differ.',
    {
      code: 'run.other_pipeline',
      fix: 'Use another --out, or begin anew with --fresh (it deletes what the folder holds).',
    },
  );

/** Throws PipelineError when the journal at `path` is of a run of another plan: before a pass over the corpus, not after. */
export async function refuseOtherRun(path: string, { identity }: Pick<Plan, 'identity'>): Promise<void> {
  const reader = await readJournal(path);
  await reader?.close();
  if (reader !== undefined && reader.head.identity !== identity) throw otherPipeline();
}

/**
 * Reads the journal at `path` up to the last checkpoint with at most `maxDocuments` kept documents (what the trainer
 * has durably consumed: it must be sent all that follows) and re-admits their signatures. Undefined when there is no
 * journal.
 */
export async function resumeRun(
  path: string,
  plan: Plan,
  gate: Decider,
  maxDocuments: number,
): Promise<Resumed | undefined> {
  const reader = await readJournal(path);
  if (reader === undefined) return undefined;
  try {
    const { head } = reader;
    if (head.identity !== plan.identity || head.words !== gate.words) {
      throw otherPipeline();
    }
    if ((head.earlier ?? []).join() !== gate.earlier.join()) {
      throw new PipelineError('What `dedup.against` names has changed since the run began.', {
        code: 'run.other_earlier',
        fix: 'Bring back the earlier runs and index files as they were, or begin anew with --fresh.',
      });
    }
    let checkpoint: Checkpoint | undefined;
    let journalBytes: number | undefined;
    const finished: ShardRecord[][] = plan.sinks.map(() => []);
    for await (const entry of reader.entries()) {
      const { kept } = entry.checkpoint.tally.documents;
      if (kept > maxDocuments) break;
      await gate.settle(kept - gate.admitted);
      gate.restore(entry.signatures, kept - gate.admitted);
      for (const [index, sink] of entry.checkpoint.sinks.entries()) finished[index]?.push(...sink.finished);
      checkpoint = entry.checkpoint;
      journalBytes = entry.end;
    }
    return {
      shards: head.shards,
      checkpoint,
      finished,
      journalBytes: journalBytes ?? reader.headBytes,
      lost: reader.lost,
    };
  } finally {
    await reader.close();
  }
}
