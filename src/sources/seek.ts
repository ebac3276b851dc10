// Places inside a shard at which reading can start afresh: what a resumed run needs instead of the shard's beginning.

/** A place between two streams, frames, blocks or row groups of a shard. Plain data: it stands in the journal. */
export interface SeekPoint {
  /** Published bytes before the place. */
  readonly compressed: number;
  /** Decoded bytes before the place. */
  readonly decoded: number;
  /** Numbers that the shard's decoder needs besides, by names of its own. */
  readonly detail?: Readonly<Record<string, number>> | undefined;
}

/** A point nearer than this (in decoded bytes) to the one before is not kept: the list stays short whatever the file's streams. */
const APART = 64 * 1024;

/** The points of one shard that a cursor may still need, in order. Holds one for each APART decoded bytes read ahead. */
export class SeekPoints {
  readonly #points: SeekPoint[];

  constructor(from: SeekPoint | undefined) {
    this.#points = from === undefined ? [] : [from];
  }

  add(point: SeekPoint): void {
    const last = this.#points.at(-1)?.decoded ?? 0;
    if (point.decoded - last >= APART) this.#points.push(point);
  }

  /**
   * The last point before the decoded byte `offset`; undefined: the shard's beginning. Strictly before it, so that a
   * resumed run reads at least one byte that was there, and notices a shard that has become shorter. Calls come with
   * growing offsets; earlier points are forgotten.
   */
  before(offset: number): SeekPoint | undefined {
    while ((this.#points[1]?.decoded ?? Number.POSITIVE_INFINITY) < offset) this.#points.shift();
    const [first] = this.#points;
    return first !== undefined && first.decoded < offset ? first : undefined;
  }
}
