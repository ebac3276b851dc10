// The run's counts: a small JSON object that stands in every journal entry and ends in run.json.
import type { BlockResult, StageSeconds } from './process.ts';

export interface SourceTally {
  read: number;
  kept: number;
  dropped: number;
  quarantined: number;
}

export interface Tally {
  documents: { read: number; kept: number; dropped: Record<string, number>; quarantined: number };
  bytes: { fetched: number; decoded: number; kept: number };
  sources: Record<string, SourceTally>;
  /** Shards by how they compare with what was published: `verified`, `unpublished`, … */
  checks: Record<string, number>;
  /** Checks that dedupers made, by `<deduper>.<name>`: candidates compared and refused, sampled drops. */
  dedup: Record<string, number>;
}

export const emptyTally = (): Tally => ({
  documents: { read: 0, kept: 0, dropped: {}, quarantined: 0 },
  bytes: { fetched: 0, decoded: 0, kept: 0 },
  sources: {},
  checks: {},
  dedup: {},
});

export const sum = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((total, each) => total + each, 0);

/** read = kept + Σ dropped + quarantined, over all and per source. */
export function isBalanced({ documents, sources }: Pick<Tally, 'documents' | 'sources'>): boolean {
  const perSource = Object.values(sources);
  return (
    documents.read === documents.kept + sum(documents.dropped) + documents.quarantined &&
    perSource.every(({ read, kept, dropped, quarantined }) => read === kept + dropped + quarantined) &&
    perSource.reduce((total, { read }) => total + read, 0) === documents.read
  );
}

export interface BlockOutcome {
  readonly source: string;
  readonly fetched: number;
  readonly decoded: number;
  readonly result: Pick<BlockResult, 'read' | 'rejects' | 'dropped' | 'textBytes'>;
  /** Documents that the gate kept, ascending, and those it dropped, by reason. */
  readonly kept: readonly number[];
  readonly duplicates: Readonly<Record<string, number>>;
}

export function addBlock(tally: Tally, { source, fetched, decoded, result, kept, duplicates }: BlockOutcome): void {
  const { documents, bytes } = tally;
  documents.read += result.read;
  documents.kept += kept.length;
  documents.quarantined += result.rejects.length;
  for (const counts of [result.dropped, duplicates]) {
    for (const [reason, times] of Object.entries(counts))
      documents.dropped[reason] = (documents.dropped[reason] ?? 0) + times;
  }
  bytes.fetched += fetched;
  bytes.decoded += decoded;
  for (const index of kept) bytes.kept += result.textBytes[index] ?? 0;
  tally.sources[source] ??= { read: 0, kept: 0, dropped: 0, quarantined: 0 };
  const own = tally.sources[source];
  own.read += result.read;
  own.kept += kept.length;
  own.dropped += sum(result.dropped) + sum(duplicates);
  own.quarantined += result.rejects.length;
}

/** Seconds of work by stage; of this process only, so not part of the journal. */
export interface CpuSeconds extends StageSeconds {
  gate: number;
  sinks: number;
}

export const emptySeconds = (): CpuSeconds => ({ parse: 0, filters: {}, sign: 0, encode: 0, gate: 0, sinks: 0 });

export function addSeconds(total: CpuSeconds, block: StageSeconds): void {
  total.parse += block.parse;
  total.sign += block.sign;
  total.encode += block.encode;
  for (const [name, seconds] of Object.entries(block.filters))
    total.filters[name] = (total.filters[name] ?? 0) + seconds;
}
