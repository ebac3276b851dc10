// The block stream: K shards open in a fixed round robin, so that a block's sequence number is a function of the inputs.
import { z } from 'zod';
import { PipelineError } from '../errors.ts';
import type { Shard } from '../pipeline/define.ts';
import type { Plan } from '../pipeline/plan.ts';
import type { SeekPoint } from '../sources/seek.ts';
import type { Cut } from './blocks.ts';

/** A shard of the run, with the source it belongs to. Plain data: it stands in the journal. */
export interface ListedShard {
  readonly source: string;
  readonly shard: Shard;
}

export const listedShardSchema: z.ZodType<ListedShard> = z.object({
  source: z.string(),
  shard: z.custom<ListedShard['shard']>((value) => typeof value === 'object' && value !== null),
});

export interface ShardCursor {
  /** Index into the run's list of shards. */
  readonly shard: number;
  /** Decoded byte at which the next block starts. */
  readonly offset: number;
  readonly ordinal: number;
  /** Compressed bytes read up to the last block. */
  readonly fetched: number;
  /** Nothing more will come of this shard. */
  readonly ended: boolean;
  /** Where reading can start so that the next block comes soon; without it, at the shard's first byte. */
  readonly point?: SeekPoint | undefined;
  /** CRC-32 of the decoded bytes before `offset`, where known: whoever resumes compares what it passes over. */
  readonly print?: number;
}

/** Where the stream stands between two blocks. */
export interface StreamCursor {
  /** Sequence number of the next block. */
  readonly seq: number;
  /** Slot whose turn it is. */
  readonly turn: number;
  /** Index of the next shard to open. */
  readonly next: number;
  readonly slots: readonly (ShardCursor | null)[];
}

export interface Block {
  readonly seq: number;
  readonly source: string;
  readonly shard: Shard;
  readonly cut: Cut;
  /** Compressed bytes of the shard read since its block before. */
  readonly fetched: number;
  /** Where the stream stands after this block. */
  readonly after: StreamCursor;
}

export interface OpenShard {
  readonly cuts: AsyncIterator<Cut>;
  /** Compressed bytes consumed so far. */
  fetched(): number;
  /** The last seek point before a decoded byte; absent where a shard can only be read from its start. Offsets grow. */
  pointBefore?(offset: number): SeekPoint | undefined;
}

export type ShardStart = Pick<ShardCursor, 'offset' | 'ordinal' | 'print' | 'point'>;

export type ShardOpener = (listed: ListedShard, from: ShardStart) => OpenShard;

export const startCursor = (open: number): StreamCursor => ({
  seq: 0,
  turn: 0,
  next: 0,
  slots: Array.from({ length: open }, () => null),
});

interface Slot {
  cursor: ShardCursor;
  opened: OpenShard;
  /** The next cut, read ahead: one per open shard, so memory is bounded by K blocks. */
  ahead: Promise<{ result: IteratorResult<Cut>; fetched: number }>;
}

/** `mixed`: the next source's shards are opened as soon as a slot is free. `apart`: once the source before has ended. */
export type SourceOrder = 'mixed' | 'apart';

/** A source that is preferred must have been read to its end before another may be kept. */
export const sourceOrder = ({ dedup }: Pick<Plan, 'dedup'>): SourceOrder =>
  dedup.prefer === 'source' ? 'apart' : 'mixed';

/**
 * Yields blocks in sequence from `cursor` on. The order depends only on the list, the shards' bytes, the number of
 * slots and `sources`. Each open shard is read one block ahead.
 */
export async function* streamBlocks(
  list: readonly ListedShard[],
  cursor: StreamCursor,
  open: ShardOpener,
  sources: SourceOrder = 'mixed',
): AsyncGenerator<Block> {
  let { seq, turn, next } = cursor;
  const inSlots = cursor.slots.filter((at) => at !== null);
  let openShards = inSlots.length;
  let source = inSlots[0] === undefined ? undefined : list[inSlots[0].shard]?.source;
  const listed = (index: number): ListedShard => {
    const found = list[index];
    if (found === undefined)
      throw new PipelineError(`The journal names shard ${index}, but the run has ${list.length}.`, {
        code: 'journal.shard',
      });
    return found;
  };
  const start = (at: ShardCursor): Slot => {
    const opened = open(listed(at.shard), at);
    return { cursor: at, opened, ahead: readAhead(opened) };
  };
  const openNext = (): Slot | null => {
    if (next >= list.length) return null;
    const from = listed(next).source;
    if (sources === 'apart' && openShards > 0 && from !== source) return null;
    source = from;
    openShards++;
    return start({ shard: next++, offset: 0, ordinal: 0, fetched: 0, ended: false });
  };

  // A slot whose shard ended stays until its turn comes, so that a resumed run opens shards in the same order.
  const slots: (Slot | null)[] = cursor.slots.map((at) =>
    at === null ? openNext() : at.ended ? ended(at) : start(at),
  );
  try {
    while (slots.some((slot) => slot !== null)) {
      const slot = slots[turn] ?? null;
      if (slot === null) {
        turn = (turn + 1) % slots.length;
        continue;
      }
      const { result, fetched } = await slot.ahead;
      if (result.done === true) {
        openShards--;
        slots[turn] = openNext();
        // The next source begins: the slots that waited for the end of this one get their shards too.
        for (const [index, waiting] of slots.entries()) if (waiting === null) slots[index] = openNext();
        continue;
      }
      const cut = result.value;
      const delta = Math.max(0, fetched - slot.cursor.fetched);
      const ordinal = cut.firstOrdinal + cut.records + (cut.reject === undefined ? 0 : 1);
      const { print } = cut;
      const point = slot.opened.pointBefore?.(cut.end);
      const cursor = { shard: slot.cursor.shard, offset: cut.end, ordinal, fetched, ended: cut.last, point };
      slot.cursor = print === undefined ? cursor : { ...cursor, print };
      slot.ahead = readAhead(slot.opened);
      turn = (turn + 1) % slots.length;
      const { source: from, shard } = listed(slot.cursor.shard);
      const after: StreamCursor = { seq: seq + 1, turn, next, slots: slots.map((each) => each?.cursor ?? null) };
      yield { seq, source: from, shard, cut, fetched: delta, after };
      seq++;
    }
  } finally {
    for (const slot of slots) {
      slot?.ahead.catch(() => undefined);
      void slot?.opened.cuts.return?.().catch(() => undefined);
    }
  }
}

function ended(cursor: ShardCursor): Slot {
  const result = { value: undefined, done: true } as const;
  const opened: OpenShard = { cuts: { next: async () => result }, fetched: () => cursor.fetched };
  return { cursor, opened, ahead: Promise.resolve({ result, fetched: cursor.fetched }) };
}

function readAhead(opened: OpenShard): Promise<{ result: IteratorResult<Cut>; fetched: number }> {
  const ahead = opened.cuts.next().then((result) => ({ result, fetched: opened.fetched() }));
  // A failure is reported when its turn comes; until then it must not count as unhandled.
  ahead.catch(() => undefined);
  return ahead;
}
