// The clusters of a run as text for a terminal.
import type { Cluster, ClusterMember, Clusters } from './clusters.ts';
import type { Segment } from './segments.ts';
import { type Look, printable, segmentLines } from './terminal.ts';

const number = new Intl.NumberFormat('en-US');
const plural = (count: number, one: string, many: string): string =>
  `${number.format(count)} ${count === 1 ? one : many}`;

/** `diffs`: of some clusters, from the kept document to the one least like it. */
export function clustersLines(
  clusters: Clusters,
  diffs: ReadonlyMap<Cluster, readonly Segment[]>,
  look: Look,
): string[] {
  const { documents, count, byDeduper, sizes, largest } = clusters;
  const dropped = Object.entries(byDeduper).map(([label, times]) => `${label} ${number.format(times)}`);
  return [
    `${plural(documents.duplicates, 'document', 'documents')} of ${number.format(documents.kept + documents.duplicates)} repeat ${number.format(count)} others${dropped.length === 0 ? '' : ` (${dropped.join(', ')})`}`,
    ...(count === 0 ? [] : ['', ...sizeLines(sizes)]),
    ...largest.flatMap((cluster, place) => ['', ...clusterLines(cluster, place + 1, diffs.get(cluster), look)]),
  ];
}

const WIDTH = 40;

function sizeLines(sizes: Clusters['sizes']): string[] {
  const most = Math.max(...sizes.map(({ clusters }) => clusters));
  const labels = sizes.map(({ from, to }) => (from === to ? `${from}` : `${number.format(from)}–${number.format(to)}`));
  const width = Math.max('duplicates'.length, ...labels.map(({ length }) => length));
  return [
    `${'duplicates'.padStart(width)}  clusters`,
    ...sizes.map(({ clusters }, index) => {
      const bar = '█'.repeat(clusters === 0 ? 0 : Math.max(1, Math.round((WIDTH * clusters) / most)));
      return `${(labels[index] ?? '').padStart(width)}  ${bar} ${number.format(clusters)}`;
    }),
  ];
}

function clusterLines(
  { kept, duplicates, members, leastAlike }: Cluster,
  place: number,
  diff: readonly Segment[] | undefined,
  look: Look,
): string[] {
  const more = duplicates - members.length;
  return [
    `${place}. ${printable(kept)}: ${plural(duplicates, 'duplicate', 'duplicates')}`,
    ...members.map((member) => `     ${memberText(member)}`),
    ...(more === 0 ? [] : [`     and ${number.format(more)} more`]),
    ...(diff === undefined
      ? []
      : [`   from the kept one to the least alike, ${memberText(leastAlike)}:`, ...diffLines(diff, look)]),
  ];
}

function diffLines(diff: readonly Segment[], look: Look): string[] {
  const lines = segmentLines(diff, look);
  return diff.every(({ kind }) => kind === 'kept') ? ['    the texts are the same'] : lines;
}

function memberText({ id, deduper, band, similarity }: ClusterMember): string {
  const facts = [
    deduper,
    ...(similarity === undefined ? [] : [`similarity ${similarity.toFixed(2)}`]),
    ...(band === undefined ? [] : [`band ${band}`]),
  ];
  return `${printable(id)}  ${facts.join(', ')}`;
}
