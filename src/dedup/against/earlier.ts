// What a run asks about the runs before it.

/** A document of an earlier run. */
export interface EarlierDocument {
  /** Index in `dedup.against`. */
  readonly earlier: number;
  /** Number of the document in that run or index. */
  readonly row: number;
}

/** The earlier runs as one deduper sees them; read-only. */
export interface EarlierLookup {
  /** The first earlier document that the signature at `signatures[at .. at + words)` duplicates. */
  find(signatures: Uint32Array, at: number): EarlierDocument | undefined;
}
