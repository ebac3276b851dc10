// One run: builds the parts, resumes or begins, streams, and leaves a record; side effects begin and end here.
import { rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileSize } from '../durable-files.ts';
import { DiskError, PipelineError, SeiryuError } from '../errors.ts';
import { hideLogins } from '../pipeline/hide-logins.ts';
import type { Plan } from '../pipeline/plan.ts';
import { loadRegistry, type Registry } from '../pipeline/plugins.ts';
import { retryChannel } from '../sources/fetch/retry.ts';
import { checkpointDocuments } from '../trainer/checkpoint-cursor.ts';
import type { TrainerEvent } from '../trainer/protocol.ts';
import { contextOf } from './context.ts';
import type { Decider } from './decider.ts';
import { type Earlier, openEarlier } from './earlier-runs.ts';
import { FaultCounts } from './faults.ts';
import { emittingPlan, type FirstPassed, firstPass } from './first-pass.ts';
import { Gate } from './gate.ts';
import { Governor } from './governor.ts';
import { openLog } from './log.ts';
import { openIndexes } from './open-plugins.ts';
import { openSession } from './open-session.ts';
import type { Progress } from './progress.ts';
import { type RunRecord, readRecord } from './record.ts';
import { Reporter } from './reporter.ts';
import { RewindError, Rewinds } from './rewind.ts';
import { clearRun, lockRun, type RunPaths, runPaths } from './run-folder.ts';
import { interrupted, type Session } from './session.ts';
import { createSources, listShards } from './shards.ts';
import { openTables } from './shared-tables.ts';
import type { ListedShard } from './stream.ts';
import { streamSession } from './stream-session.ts';
import { surveyCorpus } from './survey-pass.ts';

export interface RunOptions {
  /** The run's folder. */
  readonly dir: string;
  readonly workers: number | 'auto';
  /** Begin anew: deletes what the folder holds of an earlier run. */
  readonly fresh: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted by SIGINT or SIGTERM; the reason names the signal. */
  readonly interrupt: AbortSignal;
  /** Called once, with a function that tells how the run stands now. */
  onStart?(progress: () => Progress): void;
  onEvent?(event: TrainerEvent): void;
  /** Told, in a sentence, what the user should know: before the stream begins and while it runs. */
  onNotice?(line: string): void;
}

const workerCount = ({ workers }: RunOptions): number => (workers === 'auto' ? availableParallelism() : workers);

/** Runs a plan to its end. Returns the record, also on disk; a run that stopped early throws why, with the record written. */
export async function runPipeline(plan: Plan, options: RunOptions): Promise<RunRecord> {
  const paths = runPaths(options.dir);
  const wanted = new Set(
    [...plan.sources, ...plan.filters, ...plan.dedupers, ...plan.surveys, ...plan.sinks].map(({ name }) => name),
  );
  const registry = await loadRegistry(plan.plugins, wanted);
  const unlock = await lockRun(paths);
  try {
    if (options.fresh) await clearRun(paths);
    const before = await readRecord(paths.dir);
    if (before?.status === 'done' && before.pipeline.identity === plan.identity) return before;
    return await runThrough(plan, options, paths, registry, before);
  } finally {
    await unlock();
  }
}

/** Goes back and on as often as blocks turn out wrong after they were committed, within reason. */
async function runThrough(
  plan: Plan,
  options: RunOptions,
  paths: RunPaths,
  registry: Registry,
  before: RunRecord | undefined,
): Promise<RunRecord> {
  const faults = new FaultCounts(before?.faults);
  const stopListening = faults.listen();
  const rewinds = new Rewinds();
  let progress: (() => Progress) | undefined;
  const onStart = (latest: () => Progress): void => {
    const isFirst = progress === undefined;
    progress = latest;
    if (isFirst) options.onStart?.(() => (progress ?? latest)());
  };
  try {
    for (;;) {
      try {
        return await runLocked(plan, { ...options, onStart }, paths, registry, before, faults, rewinds);
      } catch (error) {
        if (!(error instanceof RewindError)) throw error;
      }
    }
  } finally {
    stopListening();
  }
}

async function runLocked(
  plan: Plan,
  options: RunOptions,
  paths: RunPaths,
  registry: Registry,
  before: RunRecord | undefined,
  faults: FaultCounts,
  rewinds: Rewinds,
): Promise<RunRecord> {
  const governor = new Governor({ dir: paths.dir, budget: plan.disk.budget, reserve: plan.disk.reserve });
  const { log, close: closeLog } = openLog(paths.log, (await fileSize(paths.log)) ?? 0, governor);
  const abort = new AbortController();
  const { env, interrupt } = options;
  const context = contextOf(plan, { env, signal: abort.signal, interrupt });
  const reporter = new Reporter(plan, paths, governor, before?.sessions ?? 0, workerCount(options));
  reporter.faults = faults.counts;
  options.onStart?.(() => reporter.progress());
  let session: Session | undefined;
  let earlier: Earlier | undefined;
  let first: FirstPassed | undefined;
  let gate: Decider | undefined;
  const onInterrupt = (): void => {
    if (session === undefined) abort.abort();
  };
  options.interrupt.addEventListener('abort', onInterrupt);
  const onRetry = (retry: unknown): void => {
    reporter.retries++;
    log.warn(retry, 'fetch.retry');
  };
  retryChannel.subscribe(onRetry);
  try {
    log.info({ pipeline: plan.name, identity: plan.identity, pid: process.pid }, 'run.start');
    const sources = createSources(plan, registry, context);
    const { shared, bytes } = openTables(plan, registry);
    reporter.tables = bytes;
    const streaming = { ...options, workers: workerCount(options), shared };
    const findings = await surveyCorpus({
      plan,
      paths,
      registry,
      sources,
      governor,
      log,
      workers: streaming.workers,
      shared,
      interrupt,
      signal: abort.signal,
      onCounting: (shards, counted) => reporter.counting(shards, counted),
    });
    reporter.surveys = findings.facts;
    earlier = await openEarlier(plan, registry, join(paths.state, 'against'), governor);
    const passParts = { plan, paths, registry, governor, log, reporter, earlier, findings, options: streaming };
    first = plan.dedup.mode === 'global' ? await firstPass(passParts) : undefined;
    const shards = first?.shards;
    const decider = first?.gate ?? (await openGate(plan, registry, paths, governor, earlier));
    gate = decider;
    const list = async (): Promise<readonly ListedShard[]> => shards ?? listShards(sources, plan);
    const passPlan = first === undefined ? plan : emittingPlan(plan);
    const opened = await openSession(passPlan, paths, registry, governor, log, findings, list, decider);
    session = opened.session;
    reporter.begin(session, opened.shards, 'streaming');
    session.onNotice = (line) => {
      log.warn({ message: line }, 'run.notice');
      options.onNotice?.(line);
    };
    for (const line of [...opened.notices, ...reporter.outlook()]) session.onNotice(line);
    // From the start on, so that a run that is killed has a record too, and its sessions are counted.
    await reporter.write('running', {});
    await streamSession(passPlan, streaming, paths, opened, sources, abort, reporter);
    const record = await reporter.write(
      'done',
      session.stopped?.note === undefined ? {} : { note: session.stopped.note },
    );
    log.info({ kept: session.tally.documents.kept }, 'run.done');
    return record;
  } catch (thrown) {
    const error =
      thrown instanceof RewindError
        ? await rewinds.to(paths.journal, thrown, plan.trainer ? await checkpointDocuments(paths.trainer) : 0)
        : thrown;
    if (error instanceof RewindError) {
      log.warn({ ...error.place, message: error.message }, 'run.rewind');
      throw error;
    }
    log.error(
      { code: error instanceof SeiryuError ? error.code : 'bug', message: hideLogins(String(error)) },
      'run.stopped',
    );
    const reason =
      session === undefined && options.interrupt.aborted ? interrupted(String(options.interrupt.reason)) : error;
    // What is refused before it began leaves the record of the run that the folder holds.
    const isRefused = session === undefined && before !== undefined && reason instanceof PipelineError;
    if (!isRefused) await leaveResumable(paths, session, reason, reporter);
    throw reason;
  } finally {
    options.interrupt.removeEventListener('abort', onInterrupt);
    retryChannel.unsubscribe(onRetry);
    abort.abort();
    await session?.training?.close();
    await session?.parts.quarantine.close();
    await session?.parts.matches?.close();
    await session?.parts.journal.close();
    gate?.close();
    earlier?.close();
    closeLog();
  }
}

/** The gate of one pass, empty; what an earlier session's indexes had put on disk is gone. */
async function openGate(
  plan: Plan,
  registry: Registry,
  paths: RunPaths,
  governor: Governor,
  earlier: Earlier,
): Promise<Gate> {
  await rm(paths.index, { recursive: true, force: true });
  const room = (label: string) => ({ dir: join(paths.index, label), disk: governor });
  return new Gate(openIndexes(plan.dedupers, registry, { before: earlier.lookups, room }), earlier.fingerprints);
}

/** Leaves the folder so that the same command goes on: uncommitted bytes are cut off, and the record says what happened. */
async function leaveResumable(
  paths: RunPaths,
  session: Session | undefined,
  error: unknown,
  reporter: Reporter,
): Promise<void> {
  if (error instanceof DiskError) {
    await rm(paths.ballast, { force: true });
    for (const { sink } of session?.parts.sinks ?? []) await sink.rollback().catch(() => undefined);
  }
  await reporter.writeStopped(error).catch(() => undefined);
}
