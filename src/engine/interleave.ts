// The order of shards for a mixture: those of several sources side by side, so that none has to wait for another's end.
import type { ListedShard } from './stream.ts';

/**
 * Shards in the order in which their sources' bytes come in proportion to `weights` (a source that is not named weighs 1;
 * shards count alike where a size is not known); each source's own order stays. Without weights, nothing changes. O(shards ×
 * sources).
 */
export function interleave(
  listed: readonly ListedShard[],
  weights: Readonly<Record<string, number>> | undefined,
): ListedShard[] {
  if (weights === undefined) return [...listed];
  const sized = listed.every(({ shard }) => shard.size !== undefined);
  const queues = new Map<string, { progress: number; readonly shards: ListedShard[] }>();
  for (const one of listed) {
    const queue = queues.get(one.source) ?? { progress: 0, shards: [] };
    queues.set(one.source, queue);
    queue.shards.push(one);
  }
  const at = new Map<string, number>();
  return listed.map(() => {
    const waiting = [...queues].filter(([source, { shards }]) => (at.get(source) ?? 0) < shards.length);
    const [source, queue] = waiting.reduce((a, b) => (b[1].progress < a[1].progress ? b : a));
    const next = at.get(source) ?? 0;
    at.set(source, next + 1);
    const shard = queue.shards[next];
    if (shard === undefined) throw new Error('a queue of shards ended early');
    queue.progress += (sized ? (shard.shard.size ?? 1) : 1) / (weights[source] ?? 1);
    return shard;
  });
}
