// The largest clusters of a run: a kept document and everything that was dropped as its duplicate.
import type { Fate } from '../engine/match-blocks.ts';
import { readMatches } from '../engine/matches.ts';
import { runPaths } from '../engine/run-folder.ts';
import type { ListedShard } from '../engine/stream.ts';
import { PipelineError } from '../errors.ts';
import { journalHead, type Run } from './replay.ts';

export interface ClusterMember {
  /** `source/shard#ordinal`. */
  readonly id: string;
  /** Label of the deduper that dropped it. */
  readonly deduper: string;
  readonly band?: number;
  /** Estimated Jaccard similarity to the kept document. */
  readonly similarity?: number;
}

export interface Cluster {
  /** Number of the kept document in the run. */
  readonly number: number;
  readonly kept: string;
  /** Documents dropped as its duplicates. */
  readonly duplicates: number;
  /** The first of them in the order of the run. */
  readonly members: readonly ClusterMember[];
  /** Of all duplicates, the one least like the kept document, or of which that is not known: the first place to look for a mistake. */
  readonly leastAlike: ClusterMember;
}

export interface Clusters {
  readonly documents: { readonly kept: number; readonly duplicates: number };
  /** Kept documents that have duplicates. */
  readonly count: number;
  readonly byDeduper: Readonly<Record<string, number>>;
  /** Clusters of 1, 2 to 3, 4 to 7, 8 to 15, … duplicates. */
  readonly sizes: readonly { readonly from: number; readonly to: number; readonly clusters: number }[];
  /** The largest first; of equals, the first read. */
  readonly largest: readonly Cluster[];
}

export interface ClustersOptions {
  /** Clusters to list. */
  readonly top: number;
  /** Members to name of each. */
  readonly members: number;
}

type Duplicate = Exclude<Fate, { kept: number }>;

/**
 * Reads the run's matches twice: linear in the run, about 50 bytes of memory for each kept document that has duplicates.
 * Throws PipelineError when the run keeps no matches.
 */
export async function readClusters(
  { dir, plan }: Pick<Run, 'dir' | 'plan'>,
  { top, members }: ClustersOptions,
): Promise<Clusters> {
  const paths = runPaths(dir);
  const { dedupers } = plan;
  const { shards } = await journalHead({ dir, plan });
  const labelOf = (deduper: number): string => dedupers[deduper]?.label ?? `deduper ${deduper}`;
  const duplicatesOf = new Map<number, number>();
  const byDeduper: Record<string, number> = {};
  let kept = 0;
  let duplicates = 0;
  for await (const { fates } of readMatches(paths.matches)) {
    for (const fate of fates) {
      if ('kept' in fate) {
        kept++;
        continue;
      }
      duplicates++;
      // In Bloom mode an index does not keep which document it was.
      if (fate.earlier >= 0) duplicatesOf.set(fate.earlier, (duplicatesOf.get(fate.earlier) ?? 0) + 1);
      byDeduper[labelOf(fate.deduper)] = (byDeduper[labelOf(fate.deduper)] ?? 0) + 1;
    }
  }
  if (kept + duplicates === 0) throw noMatches(dir);

  const wanted = new Map(largestOf(duplicatesOf, top).map(([number, count]) => [number, new Gathered(number, count)]));
  for await (const { shard, fates } of readMatches(paths.matches)) {
    for (const fate of fates) {
      const gathered = wanted.get('kept' in fate ? fate.kept : fate.earlier);
      if (gathered === undefined) continue;
      const id = idOf(shards, shard, fate.ordinal);
      if ('kept' in fate) gathered.kept = id;
      else gathered.add(memberOf(id, fate, labelOf(fate.deduper)), members);
    }
  }
  return {
    documents: { kept, duplicates },
    count: duplicatesOf.size,
    byDeduper,
    sizes: sizesOf(duplicatesOf.values()),
    largest: [...wanted.values()].map((gathered) => gathered.cluster()),
  };
}

class Gathered {
  kept: string;
  readonly #number: number;
  readonly #duplicates: number;
  readonly #members: ClusterMember[] = [];
  #leastAlike: ClusterMember | undefined;

  constructor(number: number, duplicates: number) {
    this.#number = number;
    this.#duplicates = duplicates;
    // A run that began without matches kept it before they were written down.
    this.kept = `document ${number} of the run`;
  }

  add(member: ClusterMember, most: number): void {
    if (this.#members.length < most) this.#members.push(member);
    if (this.#leastAlike === undefined || (member.similarity ?? 0) < (this.#leastAlike.similarity ?? 0))
      this.#leastAlike = member;
  }

  cluster(): Cluster {
    if (this.#leastAlike === undefined) throw new Error('a cluster has a duplicate');
    return {
      number: this.#number,
      kept: this.kept,
      duplicates: this.#duplicates,
      members: this.#members,
      leastAlike: this.#leastAlike,
    };
  }
}

/** The `top` entries of most duplicates, most first. Linear for a small `top`. */
function largestOf(duplicatesOf: ReadonlyMap<number, number>, top: number): [number, number][] {
  let least = 0;
  let held: [number, number][] = [];
  const cut = (): void => {
    held = held.sort(([a, m], [b, n]) => n - m || a - b).slice(0, top);
    least = held.length < top ? 0 : (held.at(-1)?.[1] ?? 0);
  };
  for (const entry of duplicatesOf) {
    if (entry[1] < least) continue;
    held.push(entry);
    if (held.length >= 2 * top + 1000) cut();
  }
  cut();
  return held;
}

function memberOf(id: string, { band, similarity }: Duplicate, deduper: string): ClusterMember {
  return {
    id,
    deduper,
    ...(band === undefined ? {} : { band }),
    ...(similarity === undefined ? {} : { similarity }),
  };
}

function sizesOf(counts: Iterable<number>): Clusters['sizes'] {
  const clusters: number[] = [];
  for (const count of counts) {
    const power = Math.floor(Math.log2(count));
    clusters[power] = (clusters[power] ?? 0) + 1;
  }
  return Array.from(clusters, (number = 0, power) => ({
    from: 2 ** power,
    to: 2 ** (power + 1) - 1,
    clusters: number,
  }));
}

const idOf = (shards: readonly ListedShard[], shard: number, ordinal: number): string => {
  const listed = shards[shard];
  return listed === undefined ? `shard ${shard}#${ordinal}` : `${listed.source}/${listed.shard.id}#${ordinal}`;
};

const noMatches = (dir: string): PipelineError =>
  new PipelineError(`${dir} does not say which document repeats which.`, {
    code: 'matches.none',
    fix: 'It was run without dedupers, with `matches: false` under `dedup`, or by an older version; run it again with --fresh.',
  });
