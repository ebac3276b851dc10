// A mixture needs its sources side by side: the order of shards follows the weights and keeps each source's own.
import { describe, expect, it } from 'vitest';
import { interleave } from '../../src/engine/interleave.ts';
import type { ListedShard } from '../../src/engine/stream.ts';

const shard = (source: string, number: number, size?: number): ListedShard => ({
  source,
  shard: {
    id: `${source}/${number}`,
    path: `${number}`,
    format: 'jsonl',
    codec: 'none',
    ...(size === undefined ? {} : { size }),
  },
});
const ids = (listed: readonly ListedShard[]) => listed.map(({ shard: { id } }) => id);

describe('shards for a mixture', () => {
  const listed = [...[0, 1, 2, 3].map((n) => shard('wiki', n)), ...[0, 1, 2].map((n) => shard('web', n))];

  it('stay as they are without one', () => {
    expect(interleave(listed, undefined)).toEqual(listed);
  });

  it('come as the weights say, each source in its own order, the rest at the end', () => {
    expect(ids(interleave(listed, { wiki: 2 }))).toEqual([
      'wiki/0',
      'web/0',
      'wiki/1',
      'wiki/2',
      'web/1',
      'wiki/3',
      'web/2',
    ]);
  });

  it('count by bytes where all sizes are known', () => {
    const sized = [shard('wiki', 0, 100), shard('wiki', 1, 100), ...[0, 1, 2, 3].map((n) => shard('web', n, 25))];
    expect(ids(interleave(sized, {}))).toEqual(['wiki/0', 'web/0', 'web/1', 'web/2', 'web/3', 'wiki/1']);
  });
});
