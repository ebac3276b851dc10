// Which document of a cluster stays.

/** What a policy knows of a document. */
export interface MemberKey {
  /** Index of its shard in the run's list: sources in the order of the pipeline file, their shards in reading order. */
  readonly shard: number;
  /** Number of the document in the stream; ascending within a shard. */
  readonly row: number;
}

/** A total order: whether `a` rather than `b` stays. */
export type Precedes = (a: MemberKey, b: MemberKey) => boolean;

/** The first in source order: the sources as listed, then their shards, then the place in the shard. */
export const sourceOrder: Precedes = (a, b) => (a.shard === b.shard ? a.row < b.row : a.shard < b.shard);
