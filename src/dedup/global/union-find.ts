// Disjoint sets of rows; the least row of a set is its root, so that the sets' names do not depend on the order of the joins.

/** 4 bytes a row. (Tarjan 1975, Efficiency of a Good But Not Linear Set Union Algorithm; path halving) */
export class UnionFind {
  readonly parents: Uint32Array;

  /** `parents`: those of an earlier one, to go on from. */
  constructor(rows: number, parents?: Uint32Array) {
    this.parents = parents ?? new Uint32Array(rows);
    if (parents === undefined) for (let row = 0; row < rows; row++) this.parents[row] = row;
  }

  find(row: number): number {
    const { parents } = this;
    let at = row;
    for (;;) {
      const parent = parents[at] ?? at;
      if (parent === at) return at;
      const above = parents[parent] ?? parent;
      parents[at] = above;
      at = above;
    }
  }

  /** Returns false when both were in one set before. */
  union(a: number, b: number): boolean {
    const x = this.find(a);
    const y = this.find(b);
    if (x === y) return false;
    if (x < y) this.parents[y] = x;
    else this.parents[x] = y;
    return true;
  }
}
