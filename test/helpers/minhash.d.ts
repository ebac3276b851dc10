// The part of the npm package minhash that tests use as an oracle; it has no types of its own.
declare module 'minhash' {
  export class Minhash {
    constructor(config?: { numPerm?: number; seed?: number });
    /** A minimum a permutation. */
    readonly hashvalues: number[];
    readonly maxHash: number;
    update(value: string): void;
    jaccard(other: Minhash): number;
  }
}
