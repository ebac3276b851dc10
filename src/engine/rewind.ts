// Going back behind blocks that turned out wrong: a network lied, and it was noticed after they had been committed.
import { truncate } from 'node:fs/promises';
import { SeiryuError, SourceError } from '../errors.ts';
import { readJournal } from './journal.ts';
import type { ListedShard, StreamCursor } from './stream.ts';

/** Not a failure: the run goes on from an earlier checkpoint. */
export class RewindError extends SeiryuError {
  readonly listed: ListedShard;
  /** Decoded byte of the shard from which what was delivered is wrong. */
  readonly offset: number;
  constructor(listed: ListedShard, offset: number) {
    super(`From byte ${offset} on, ${listed.shard.id} was read wrongly before; the run goes back behind it.`, {
      code: 'run.rewind',
      place: { source: listed.source, shard: listed.shard.id, offset },
    });
    this.listed = listed;
    this.offset = offset;
  }
}

/** Bytes of a shard that a checkpoint holds; infinite once the shard has ended. */
function delivered({ slots, next }: StreamCursor, index: number): number {
  const slot = slots.find((each) => each?.shard === index);
  if (slot) return slot.ended ? Number.POSITIVE_INFINITY : slot.offset;
  return index >= next ? 0 : Number.POSITIVE_INFINITY;
}

/**
 * Cuts the journal at `path` back to the last checkpoint that holds nothing of what is wrong. `consumed`: documents that a
 * trainer has learned for good; it cannot unlearn them, so going back behind them is a SourceError. Linear in the journal.
 */
async function rewind(path: string, { listed, offset }: RewindError, consumed: number): Promise<void> {
  const reader = await readJournal(path);
  if (reader === undefined) return;
  let end = reader.headBytes;
  let kept = 0;
  try {
    const index = reader.head.shards.findIndex(
      ({ source, shard }) => source === listed.source && shard.id === listed.shard.id,
    );
    for await (const entry of reader.entries()) {
      if (delivered(entry.checkpoint.cursor, index) > offset) break;
      end = entry.end;
      kept = entry.checkpoint.tally.documents.kept;
    }
  } finally {
    await reader.close();
  }
  if (consumed > kept) {
    throw new SourceError(
      `${listed.shard.id} was read wrongly from byte ${offset} on, and the model has been trained on it: ${consumed} documents, ${kept} of them from before.`,
      {
        code: 'source.damaged',
        fix: 'The network changed what was sent, and only a checksum told. Begin anew with --fresh, over https or from another mirror.',
        place: { source: listed.source, shard: listed.shard.id, offset },
      },
    );
  }
  await truncate(path, end);
}

/** Times that a run goes back behind one shard: more, and what it is sent cannot be trusted at all. */
const MOST = 3;

/** The rewinds of a run. */
export class Rewinds {
  readonly #of = new Map<string, number>();

  /** Goes back in the journal at `path`; returns `to`, or why it cannot be done. */
  async to(path: string, to: RewindError, consumed: number): Promise<unknown> {
    const { source, shard } = to.listed;
    const key = `${source}/${shard.id}`;
    const times = (this.#of.get(key) ?? 0) + 1;
    this.#of.set(key, times);
    if (times > MOST) {
      return new SourceError(`${shard.id} was read wrongly ${times} times; each time it was noticed late.`, {
        code: 'source.unsteady',
        fix: 'Something between the server and this machine changes what is sent. Use https or another mirror; then run the same command again.',
        place: { source, shard: shard.id, offset: to.offset },
      });
    }
    try {
      await rewind(path, to, consumed);
      return to;
    } catch (error) {
      return error;
    }
  }
}
