import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joinBucket } from '../../../src/dedup/global/join-bucket.ts';
import { type MemberKey, type Precedes, sourceOrder } from '../../../src/dedup/global/survivor.ts';
import { UnionFind } from '../../../src/dedup/global/union-find.ts';

/** The member that a policy leaves, whatever order they come in. */
function chooseSurvivor(members: Iterable<MemberKey>, precedes: Precedes = sourceOrder): MemberKey {
  let best: MemberKey | undefined;
  for (const member of members) if (best === undefined || precedes(member, best)) best = member;
  if (best === undefined) throw new RangeError('a cluster has members');
  return best;
}

const ROWS = 12;
const pair = fc.tuple(fc.nat(ROWS - 1), fc.nat(ROWS - 1));

/** The least row that each can be reached from. */
function components(pairs: readonly (readonly [number, number])[]): number[] {
  const least = Array.from({ length: ROWS }, (_, row) => row);
  for (let round = 0; round < ROWS; round++) {
    for (const [a, b] of pairs) {
      const both = Math.min(least[a] ?? a, least[b] ?? b);
      least[a] = both;
      least[b] = both;
    }
  }
  return least;
}

describe('a bucket', () => {
  it('joins the components of the pairs that agree, whatever was joined before', () => {
    fc.assert(
      fc.property(fc.array(pair, { maxLength: 20 }), fc.array(pair, { maxLength: 6 }), (agreeing, joined) => {
        const sets = new UnionFind(ROWS);
        for (const [a, b] of joined) sets.union(a, b);
        const agree = (a: number, b: number): boolean =>
          agreeing.some(([x, y]) => (x === a && y === b) || (x === b && y === a));
        joinBucket(
          Array.from({ length: ROWS }, (_, row) => row),
          sets,
          agree,
          () => undefined,
        );
        expect(Array.from({ length: ROWS }, (_, row) => sets.find(row))).toEqual(components([...agreeing, ...joined]));
      }),
    );
  });

  it('of a hundred thousand copies is compared once a document', () => {
    const rows = Array.from({ length: 100_000 }, (_, row) => row);
    let looks = 0;
    joinBucket(
      rows,
      new UnionFind(rows.length),
      () => ++looks > 0,
      () => undefined,
    );
    expect(looks).toBe(rows.length - 1);
  });

  it('of documents that all differ costs no more than a bound for each', () => {
    const rows = Array.from({ length: 4000 }, (_, row) => row);
    let looks = 0;
    const differ = (): boolean => ++looks < 0;
    joinBucket(rows, new UnionFind(rows.length), differ, () => undefined);
    expect(looks).toBeLessThanOrEqual(1000 * rows.length);
  });
});

describe('who stays of a cluster', () => {
  const member = fc.record({ shard: fc.nat(5), row: fc.nat(50) });

  it('is the first in source order, however the members come', () => {
    fc.assert(
      fc.property(fc.uniqueArray(member, { minLength: 1, selector: ({ row }) => row }), fc.nat(), (members, seed) => {
        const sorted = [...members].sort((a, b) => a.shard - b.shard || a.row - b.row);
        const turned = members
          .map((_, index) => members[(index + seed) % members.length])
          .filter((each) => each !== undefined);
        expect(chooseSurvivor(turned)).toEqual(sorted[0]);
      }),
    );
  });

  it('may be chosen by another order', () => {
    const last = (a: MemberKey, b: MemberKey): boolean => sourceOrder(b, a);
    const members = [
      { shard: 0, row: 3 },
      { shard: 2, row: 1 },
      { shard: 1, row: 9 },
    ];
    expect(chooseSurvivor(members, last)).toEqual({ shard: 2, row: 1 });
    expect(() => chooseSurvivor([])).toThrow(RangeError);
  });
});
