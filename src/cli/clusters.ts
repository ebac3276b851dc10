// `seiryu clusters`: which documents of a run repeat each other most.
import { Command } from 'commander';
import { contextOf } from '../engine/context.ts';
import { diffOf } from '../inspect/cluster-diff.ts';
import { type Cluster, readClusters } from '../inspect/clusters.ts';
import { clustersLines } from '../inspect/clusters-text.ts';
import type { Segment } from '../inspect/segments.ts';
import { collect, look, parsePositive, parseWhole } from './arguments.ts';
import { openRun } from './open-run.ts';

interface ClustersFlags {
  top: number;
  members: number;
  diff: number;
  json: boolean;
  pipeline?: string;
  set: string[];
}

export const clustersCommand = new Command('clusters')
  .summary('the largest clusters of duplicates in a run, with their members and a diff')
  .description(
    'Lists the documents of a run that were repeated most, what repeats them, which deduper and band found it and how alike they are, and shows how the least alike of a cluster differs from the document that was kept.',
  )
  .argument('[dir]', 'folder of the run (default: the newest in runs/)')
  .option('--top <n>', 'clusters to list', parsePositive, 10)
  .option('--members <n>', 'duplicates to name of each', parsePositive, 5)
  .option(
    '--diff <n>',
    'clusters to show a diff of, the largest first whose documents are not all equal; reads their shards again',
    parseWhole,
    1,
  )
  .option('--json', 'everything as JSON', false)
  .option('--pipeline <file>', 'its pipeline file, where that was moved since')
  .option('--set <a.b=c>', 'the overrides it was run with, with --pipeline', collect, [])
  .action(async (given: string | undefined, flags: ClustersFlags) => {
    const { dir, record, plan } = await openRun(given, flags);
    const clusters = await readClusters({ dir, plan }, flags);
    const abort = new AbortController();
    const context = contextOf(plan, { env: process.env, signal: abort.signal });
    const diffs = new Map<Cluster, Segment[]>();
    try {
      // Of equal texts there is nothing to see.
      const differing = clusters.largest.filter(({ leastAlike }) => leastAlike.similarity !== 1);
      for (const cluster of differing.slice(0, flags.diff))
        diffs.set(cluster, await diffOf({ dir, plan, record, context }, cluster.kept, cluster.leastAlike.id));
    } finally {
      abort.abort();
    }
    const largest = clusters.largest.map((cluster) => ({ ...cluster, diff: diffs.get(cluster) }));
    process.stdout.write(
      flags.json
        ? `${JSON.stringify({ ...clusters, largest }, null, 2)}\n`
        : `${clustersLines(clusters, diffs, look()).join('\n')}\n`,
    );
  });
