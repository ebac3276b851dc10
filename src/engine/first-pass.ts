// The first pass of the global mode, and the clustering: after it, every document of the stream is decided.
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { loadDuckDB } from '../dedup/global/buckets.ts';
import { cluster, groupingMemory } from '../dedup/global/cluster.ts';
import { checkedDecisions, DecisionFiles, type DecisionsHead, decide } from '../dedup/global/decisions.ts';
import { PipelineError } from '../errors.ts';
import type { Context, Matching } from '../pipeline/define.ts';
import type { Plan } from '../pipeline/plan.ts';
import type { Registry } from '../pipeline/plugins.ts';
import { Collector } from './collect.ts';
import { contextOf } from './context.ts';
import { DecidedGate } from './decided-gate.ts';
import type { Earlier } from './earlier-runs.ts';
import type { Findings } from './findings.ts';
import { passFolder, passJournal } from './first-pass-paths.ts';
import type { Governor } from './governor.ts';
import { JournalRows } from './journal-rows.ts';
import type { Logger } from './log.ts';
import { openMatchings } from './open-plugins.ts';
import { openSession } from './open-session.ts';
import type { Reporter } from './reporter.ts';
import { RewindError, Rewinds } from './rewind.ts';
import type { RunPaths } from './run-folder.ts';
import { interrupted, type Session } from './session.ts';
import { createSources, listShards } from './shards.ts';
import type { ListedShard } from './stream.ts';
import { type StreamOptions, streamSession } from './stream-session.ts';

export interface FirstPassParts {
  readonly plan: Plan;
  readonly paths: RunPaths;
  readonly registry: Registry;
  readonly governor: Governor;
  readonly log: Logger;
  readonly reporter: Reporter;
  readonly earlier: Earlier;
  readonly findings: Findings;
  readonly options: StreamOptions & Pick<Context, 'env'>;
}

export interface FirstPassed {
  /** Decides as the clustering did. */
  readonly gate: DecidedGate;
  /** What the second pass reads: the same shards. */
  readonly shards: readonly ListedShard[];
}

/** What of a plan the first pass does: everything up to the signatures, and nothing after. */
const signingPlan = (plan: Plan): Plan => ({
  ...plan,
  sinks: [],
  trainer: undefined,
  // Nothing is decided in it.
  dedup: { ...plan.dedup, matches: false },
});
/** The second pass needs no signatures. */
export const emittingPlan = (plan: Plan): Plan => ({ ...plan, dedupers: [] });

const passPaths = (paths: RunPaths): RunPaths => ({
  ...paths,
  journal: passJournal(paths),
  quarantine: join(passFolder(paths), 'quarantine.jsonl'),
});

/** Streams the corpus once, clusters it, and opens what was decided; goes on where an earlier session stopped. */
export async function firstPass(parts: FirstPassParts): Promise<FirstPassed> {
  const { plan, paths, registry, log, reporter } = parts;
  const dir = passFolder(paths);
  await mkdir(dir, { recursive: true });
  const matchings = openMatchings(plan.dedupers, registry);
  // Hours later would be the wrong moment to hear that it is missing, or that no corpus at all fits.
  await loadDuckDB();
  groupingMemory(plan.dedup.memory, 0, 0);
  const known = await checkedDecisions(dir, plan.identity);
  const shards = await signAll(parts, known !== undefined);
  const head = known ?? (await clusterAll(parts, matchings));
  log.info({ rows: head.rows, kept: head.kept, clusters: head.clusters }, 'global.decided');
  reporter.decided(head);
  const files = new DecisionFiles(dir);
  return { gate: new DecidedGate(head, files), shards };
}

/** Reads the stream to its end, again from an earlier point where it turns out wrong. */
async function signAll(parts: FirstPassParts, isDecided: boolean): Promise<readonly ListedShard[]> {
  const rewinds = new Rewinds();
  const paths = passPaths(parts.paths);
  for (;;) {
    try {
      return await signOnce(parts, paths, isDecided);
    } catch (thrown) {
      if (!(thrown instanceof RewindError)) throw thrown;
      const error = await rewinds.to(paths.journal, thrown, 0);
      if (!(error instanceof RewindError)) throw error;
      parts.log.warn({ ...error.place, message: error.message }, 'run.rewind');
    }
  }
}

async function signOnce(parts: FirstPassParts, paths: RunPaths, isDecided: boolean): Promise<readonly ListedShard[]> {
  const { registry, governor, log, reporter, earlier, findings, options } = parts;
  const plan = signingPlan(parts.plan);
  const abort = new AbortController();
  const context = contextOf(plan, { env: options.env, signal: abort.signal, interrupt: options.interrupt });
  let session: Session | undefined;
  // Until the session listens, only this ends a listing that hangs.
  const onInterrupt = (): void => {
    if (session === undefined) abort.abort();
  };
  options.interrupt.addEventListener('abort', onInterrupt);
  try {
    const sources = createSources(plan, registry, context);
    for (const [label, { transport }] of sources) if (transport.once === true) throw readOnce(label);
    const gate = new Collector(
      openMatchings(plan.dedupers, registry).map(({ words }, index) => ({ words, before: earlier.lookups[index] })),
      earlier.fingerprints,
    );
    const opened = await openSession(
      plan,
      paths,
      registry,
      governor,
      log,
      findings,
      () => listShards(sources, parts.plan),
      gate,
    );
    session = opened.session;
    reporter.begin(session, opened.shards, 'signing');
    if (isDecided) return opened.shards;
    await reporter.write('running', {});
    await streamSession(plan, { ...options, onEvent: () => undefined }, paths, opened, sources, abort, reporter);
    reporter.signed();
    return opened.shards;
  } catch (error) {
    throw session === undefined && options.interrupt.aborted ? interrupted(String(options.interrupt.reason)) : error;
  } finally {
    options.interrupt.removeEventListener('abort', onInterrupt);
    abort.abort();
    await session?.parts.quarantine.close();
    await session?.parts.journal.close();
    // The second pass quarantines the same records again, for good.
    await rm(paths.quarantine, { force: true });
  }
}

async function clusterAll(parts: FirstPassParts, matchings: readonly Matching[]): Promise<DecisionsHead> {
  const { plan, paths, governor, reporter, options } = parts;
  const dir = passFolder(paths);
  reporter.phase = 'clustering';
  const words = matchings.reduce((sum, matching) => sum + matching.words, 0);
  const rows = await JournalRows.open(passPaths(paths).journal, words);
  const stop = new AbortController();
  const onInterrupt = (): void => stop.abort(interrupted(String(options.interrupt.reason)));
  options.interrupt.addEventListener('abort', onInterrupt);
  if (options.interrupt.aborted) onInterrupt();
  try {
    const clusters = await cluster({
      rows,
      matchings,
      dir,
      memory: plan.dedup.memory,
      // Half of what is left, so that keys and decisions have room; never more than a generous multiple of a band.
      spill: () => Math.max(0, Math.min((governor.budget - governor.used) / 2, 64 * rows.count)),
      disk: governor,
      signal: stop.signal,
    });
    const labels = plan.dedupers.map(({ label }) => label);
    const head = await decide({
      ...{ dir, identity: plan.identity, labels, clusters, words },
      pieces: rows.blocks(),
      disk: governor,
    });
    const sets = join(dir, 'sets.bin');
    await rm(sets, { force: true });
    return head;
  } finally {
    options.interrupt.removeEventListener('abort', onInterrupt);
    rows.close();
  }
}

const readOnce = (label: string): PipelineError =>
  new PipelineError(`The global mode reads the corpus twice, and the source ${label} can be read once only.`, {
    code: 'dedup.read_once',
    fix: 'Use files instead of standard input, or leave out `mode: global`.',
    place: { source: label },
  });
