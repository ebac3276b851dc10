// Joins the documents of one bucket (those that share the key of a band) whose signatures agree.
import type { UnionFind } from './union-find.ts';

/**
 * Documents of its bucket that one is compared with. A bucket of a million documents that differ is a poor key, not a
 * cluster: without a bound it would cost the square of its size. Whoever is in the same set already is not compared.
 */
const COMPARISONS = 1000;

/**
 * `rows` ascending. Joins every pair that `agree` confirms. The sets are the components of those pairs, exactly, while no
 * document meets more than COMPARISONS that differ from it. `onJoin` hears of each join. At most COMPARISONS a row.
 */
export function joinBucket(
  rows: readonly number[],
  sets: UnionFind,
  agree: (a: number, b: number) => boolean,
  onJoin: (a: number, b: number) => void,
): void {
  /** The rows so far, those of one set together. */
  const groups: number[][] = [];
  for (const row of rows) {
    let left = COMPARISONS;
    let home: number[] | undefined;
    for (let at = 0; at < groups.length && left > 0; at++) {
      const group = groups[at] ?? [];
      const [first = row] = group;
      let isJoined = sets.find(first) === sets.find(row);
      for (let place = 0; !isJoined && place < group.length && left > 0; place++, left--) {
        const other = group[place] ?? row;
        if (!agree(other, row)) continue;
        sets.union(other, row);
        onJoin(other, row);
        isJoined = true;
      }
      if (!isJoined) continue;
      if (home === undefined) home = group;
      else {
        for (const each of group) home.push(each);
        groups.splice(at--, 1);
      }
    }
    if (home === undefined) groups.push([row]);
    else home.push(row);
  }
}
