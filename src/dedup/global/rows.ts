// What the clustering reads: every document of the first pass as a row of u32 words.

/** Words of a row after its signature: the shard that the document stands in, and its mark. */
export const EXTRA_WORDS = 1;
/** A row's last word holds the shard's index in the run's list in its lower bits, and the mark in the upper. */
const SHARD_BITS = 24;
export const MAX_SHARDS = 2 ** SHARD_BITS;

export const packExtra = (shard: number, mark: number): number => ((mark << SHARD_BITS) | shard) >>> 0;
export const shardOf = (extra: number): number => extra & (MAX_SHARDS - 1);
/** 0, or 1 + the number of the deduper that found the document in an earlier run. */
export const markOf = (extra: number): number => extra >>> SHARD_BITS;

/** Consecutive rows. (count × (words + EXTRA_WORDS)) */
export interface RowPiece {
  readonly first: number;
  readonly count: number;
  readonly words: Uint32Array;
}

export interface SignatureRows {
  /** Rows: documents that reached deduplication, in the order of the stream. */
  readonly count: number;
  /** Words of all dedupers' signatures of one document, side by side. */
  readonly words: number;
  /** All rows in order, in pieces that fit in memory. */
  scan(): AsyncIterable<RowPiece>;
  /** Copies the signatures of a row to `out[0 .. words)`. */
  read(row: number, out: Uint32Array): void;
}
