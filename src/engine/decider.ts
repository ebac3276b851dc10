// What a session asks of whoever decides about documents: the gate of one pass, or those of the global mode.
import type { GateDecision, LabelledIndex } from './gate.ts';
import type { Block } from './stream.ts';

/** Which block the documents come from. */
export interface BlockFacts {
  readonly seq: number;
  /** Index of its shard in the run's list. */
  readonly shard: number;
  /** CRC-32 of the shard's decoded bytes up to the block's end; 0 where unknown. */
  readonly print: number;
}

export interface Decider {
  /** u32 words of all signatures of a document. */
  readonly words: number;
  /** Fingerprints of the earlier runs that it compares with. */
  readonly earlier: readonly string[];
  /** Documents kept over the whole run. */
  readonly admitted: number;
  /** Bytes of memory. */
  readonly bytes: number;
  /** The dedupers' indexes; none where it was decided before. */
  readonly indexes: readonly LabelledIndex[];
  /** Checks made by the indexes since they were opened, by `<deduper>.<name>`. */
  readonly counts: Readonly<Record<string, number>>;
  /** Bytes that the next journal entry takes. */
  readonly pendingBytes: number;
  /** Makes room for `documents` more; to be called before `decide`. Throws MemoryError when an index is full. */
  settle(documents: number): Promise<void>;
  /** Decides about the `count` documents of one block, in order. (signatures: count × words) */
  decide(count: number, signatures: Uint32Array, block: BlockFacts): GateDecision;
  /** Rebuilds what the journal holds, entry by entry; `documents` were kept. */
  restore(signatures: Uint32Array, documents: number): void;
  /** What the journal must hold of the blocks decided since the call before. */
  takePending(): Uint32Array;
  close(): void;
}

/** The block's shard holds the slot whose turn it was. */
export function factsOf({ seq, cut, after }: Pick<Block, 'seq' | 'cut' | 'after'>): BlockFacts {
  const slot = after.slots[(after.turn + after.slots.length - 1) % after.slots.length];
  if (slot === undefined || slot === null) throw new Error(`block ${seq} belongs to no open shard`);
  return { seq, shard: slot.shard, print: cut.print ?? 0 };
}
