// One run: builds the parts, resumes or begins, streams, and leaves a record; side effects begin and end here.
import { rm, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { Piscina } from 'piscina';
import { compiledFile } from '../compiled.ts';
import { fileSize } from '../durable-files.ts';
import { DiskError, SeiryuError } from '../errors.ts';
import type { Context } from '../pipeline/define.ts';
import { hideLogins } from '../pipeline/hide-logins.ts';
import type { Plan } from '../pipeline/plan.ts';
import { loadRegistry, type Registry } from '../pipeline/plugins.ts';
import { retryChannel } from '../sources/fetch/retry.ts';
import { fetchSettings } from '../sources/fetch/settings.ts';
import { checkpointDocuments } from '../trainer/checkpoint-cursor.ts';
import type { TrainerEvent } from '../trainer/protocol.ts';
import { FaultCounts } from './faults.ts';
import { openCache } from './fetch-cache.ts';
import { Gate } from './gate.ts';
import { Governor } from './governor.ts';
import { Journal } from './journal.ts';
import { type Logger, openLog } from './log.ts';
import { mapOrdered } from './map-ordered.ts';
import { openIndexes } from './open-plugins.ts';
import { blockProcessor, processorPlan } from './pool.ts';
import type { Progress } from './progress.ts';
import { Quarantine } from './quarantine.ts';
import { type RunRecord, readRecord } from './record.ts';
import { Reporter } from './reporter.ts';
import { type Resumed, resumeRun } from './resume.ts';
import { RewindError, Rewinds } from './rewind.ts';
import { adoptFolder, BALLAST_BYTES, clearRun, lockRun, type RunPaths, runPaths } from './run-folder.ts';
import { interrupted, type PlannedSink, Session } from './session.ts';
import { createSources, listShards, shardOpener } from './shards.ts';
import { type ListedShard, startCursor, streamBlocks } from './stream.ts';
import { emptyTally } from './tally.ts';
import { Training } from './training.ts';

/** The log takes one step of so many: it must stay small over millions of them. */
const STEPS_A_LOG_LINE = 20;

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
}

const workerCount = ({ workers }: RunOptions): number => (workers === 'auto' ? availableParallelism() : workers);

/** Runs a plan to its end. Returns the record, also on disk; a run that stopped early throws why, with the record written. */
export async function runPipeline(plan: Plan, options: RunOptions): Promise<RunRecord> {
  const paths = runPaths(options.dir);
  const registry = await loadRegistry(plan.plugins);
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
  const context: Context = {
    language: plan.language,
    baseDir: plan.baseDir,
    env,
    signal: abort.signal,
    interrupt,
    fetch: fetchSettings(plan.fetch, plan.stream.open),
  };
  const reporter = new Reporter(plan, paths, governor, before?.sessions ?? 0, workerCount(options));
  reporter.faults = faults.counts;
  options.onStart?.(() => reporter.progress());
  let session: Session | undefined;
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
    const opened = await openSession(plan, paths, registry, governor, log, () => listShards(sources));
    session = opened.session;
    reporter.begin(session, opened.shards);
    // From the start on, so that a run that is killed has a record too, and its sessions are counted.
    await reporter.write('running', {});
    await stream(plan, options, paths, opened, sources, abort, reporter);
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
    await leaveResumable(paths, session, reason, reporter);
    throw reason;
  } finally {
    options.interrupt.removeEventListener('abort', onInterrupt);
    retryChannel.unsubscribe(onRetry);
    abort.abort();
    await session?.training?.close();
    await session?.parts.quarantine.close();
    await session?.parts.journal.close();
    closeLog();
  }
}

interface Opened {
  readonly session: Session;
  readonly shards: readonly ListedShard[];
}

async function openSession(
  plan: Plan,
  paths: RunPaths,
  registry: Registry,
  governor: Governor,
  log: Logger,
  list: () => Promise<ListedShard[]>,
): Promise<Opened> {
  const gate = new Gate(openIndexes(plan.dedupers, registry));
  const sinks = plan.sinks.map(({ name, label, options }): PlannedSink => {
    const plugin = registry.sink.get(name);
    if (plugin === undefined) throw new Error(`the plan names an unknown sink: ${name}`);
    const folder = label === name ? 'shards' : `shards-${label.slice(name.length + 1)}`;
    return {
      label,
      view: plugin.view,
      sink: plugin.create(plugin.options.parse(options), { dir: paths.dir, folder, disk: governor }),
    };
  });
  const quarantine = new Quarantine(paths.quarantine, governor);
  const readable = plan.trainer ? await checkpointDocuments(paths.trainer) : Number.POSITIVE_INFINITY;
  const resumed: Resumed | undefined = await resumeRun(paths.journal, plan, gate, readable);
  const shards = resumed?.shards ?? (await list());
  const journal =
    resumed === undefined
      ? await Journal.create(
          paths.journal,
          { version: 1, identity: plan.identity, words: gate.words, shards },
          governor,
        )
      : await Journal.reopen(paths.journal, resumed.journalBytes, governor);
  const checkpoint = resumed?.checkpoint;
  for (const [index, { sink }] of sinks.entries())
    await sink.restore(checkpoint?.sinks[index]?.state, resumed?.finished[index] ?? []);
  await quarantine.restore(checkpoint?.quarantine ?? 0);
  await rm(paths.ballast, { force: true });
  governor.forget();
  await adoptFolder(paths, governor);
  await governor.reserve(BALLAST_BYTES, 'ballast');
  await writeFile(paths.ballast, Buffer.alloc(BALLAST_BYTES));
  log.info({ shards: shards.length, resumedAt: checkpoint?.cursor.seq ?? null, documents: gate.admitted }, 'run.open');
  const tally = checkpoint === undefined ? emptyTally() : structuredClone(checkpoint.tally);
  const cursor = checkpoint?.cursor ?? startCursor(plan.stream.open);
  return {
    session: new Session({ governor, gate, sinks, quarantine, journal, log, tally, cursor }, checkpoint),
    shards,
  };
}

async function stream(
  plan: Plan,
  options: RunOptions,
  paths: RunPaths,
  { session, shards }: Opened,
  sources: ReturnType<typeof createSources>,
  abort: AbortController,
  reporter: Reporter,
): Promise<void> {
  const { log, governor, sinks } = session.parts;
  const onInterrupt = (): void => session.stop({ error: interrupted(String(options.interrupt.reason)) });
  options.interrupt.addEventListener('abort', onInterrupt);
  if (options.interrupt.aborted) onInterrupt();
  const workers = workerCount(options);
  const pool = new Piscina({
    filename: compiledFile('engine/worker.js'),
    minThreads: workers,
    maxThreads: workers,
    // The next block waits in the worker, not in the main thread's event loop.
    concurrentTasksPerWorker: 2,
    workerData: processorPlan(
      plan,
      sinks.map(({ view }) => view),
    ),
  });
  const heartbeat = setInterval(
    () => void reporter.write('running', {}).catch((error: unknown) => session.stop({ error })),
    10_000,
  );
  try {
    if (plan.trainer) await startTraining(plan, plan.trainer, paths, session, options);
    const { process, runTask } = blockProcessor(pool);
    const cache = await openCache(plan, paths, governor);
    const open = shardOpener({
      sources,
      cache,
      limits: plan.stream,
      signal: abort.signal,
      runTask,
      onOpen: ({ source, shard }, offset) => log.info({ source, shard: shard.id, offset }, 'shard.open'),
      onForward: (bytes) => reporter.forwarded(bytes),
      onDoubt: ({ source, shard }, { kind, reached, message }) =>
        log.warn({ source, shard: shard.id, kind, reached, reason: message }, 'shard.doubt'),
    });
    const limit = {
      bytes: (workers + 2) * plan.stream.block,
      size: ({ cut }: { cut: { bytes: Uint8Array } }) => Math.max(1, cut.bytes.length),
    };
    const blocks = mapOrdered(streamBlocks(shards, session.cursor, open), process, limit);
    await session.take(blocks).catch((error: unknown) => {
      // A source that is interrupted while it waits ends by throwing; why the run stops is what came first.
      throw session.stopped?.error ?? error;
    });
    if (session.stopped === undefined) reporter.phase = 'training';
    await finish(session);
    if (session.stopped?.error !== undefined) throw session.stopped.error;
  } finally {
    clearInterval(heartbeat);
    options.interrupt.removeEventListener('abort', onInterrupt);
    abort.abort();
    session.training?.stop();
    await pool.destroy();
    await session.training?.finished.catch(() => undefined);
    governor.relief = async () => false;
    governor.spare = async () => false;
  }
}

/** The corpus has ended or the run was stopped: shards are finished, the trainer comes to its end. */
async function finish(session: Session): Promise<void> {
  const { training, stopped } = session;
  if (stopped?.error !== undefined) {
    await training?.finished.catch(() => undefined);
    return;
  }
  await session.closeSinks();
  await (stopped === undefined ? training?.endOfCorpus() : training?.finished);
}

async function startTraining(
  plan: Plan,
  trainer: NonNullable<Plan['trainer']>,
  paths: RunPaths,
  session: Session,
  options: RunOptions,
): Promise<void> {
  const { governor, sinks, log, gate } = session.parts;
  const training = await Training.start({
    plan,
    trainer,
    dir: paths.trainer,
    firstNumber: gate.admitted,
    disk: governor,
    log,
    onConsumed: async (documents) => {
      for (const { sink } of sinks) await sink.consumed(documents);
    },
    onEvent: (event) => {
      if (event.event !== 'step' || event.step % STEPS_A_LOG_LINE === 1) log.info(event, `trainer.${event.event}`);
      options.onEvent?.(event);
    },
  });
  session.training = training;
  training.finished.then(
    ({ reason }) => {
      if (reason === 'end' || reason === 'stopped') return;
      session.stop({ note: `The trainer reached its until (${reason}); the rest of the corpus was not needed.` });
    },
    (error: unknown) => session.stop({ error }),
  );
  if (!sinks.some(({ sink }) => sink.awaitsConsumer)) return;
  governor.relief = async () => {
    const before = governor.used;
    await training.saved();
    return governor.used < before;
  };
}

/** Leaves the folder so that the same command goes on: uncommitted bytes are cut off, and the record says what happened. */
async function leaveResumable(
  paths: RunPaths,
  session: Session | undefined,
  error: unknown,
  reporter: Reporter,
): Promise<void> {
  if (error instanceof DiskError && session !== undefined) {
    await rm(paths.ballast, { force: true });
    for (const { sink } of session.parts.sinks) await sink.rollback().catch(() => undefined);
  }
  await reporter.writeStopped(error).catch(() => undefined);
}
