// Streams a session to its end: workers, shards, trainer; all that it starts has ended when it returns.
import { Piscina } from 'piscina';
import { compiledFile } from '../compiled.ts';
import type { Plan } from '../pipeline/plan.ts';
import type { TrainerEvent } from '../trainer/protocol.ts';
import { openCache } from './fetch-cache.ts';
import { mapOrdered } from './map-ordered.ts';
import type { Opened } from './open-session.ts';
import { blockProcessor, processorPlan } from './pool.ts';
import type { ProcessorPlan } from './process.ts';
import type { Reporter } from './reporter.ts';
import type { RunPaths } from './run-folder.ts';
import { interrupted, type Session } from './session.ts';
import { type createSources, shardOpener } from './shards.ts';
import { sourceOrder, streamBlocks } from './stream.ts';
import { Training } from './training.ts';

/** The log takes one step of so many: it must stay small over millions of them. */
const STEPS_A_LOG_LINE = 20;

export interface StreamOptions {
  readonly workers: number;
  /** By the filters' labels, tables that the workers read in one place. */
  readonly shared: ProcessorPlan['shared'];
  /** Aborted by SIGINT or SIGTERM; the reason names the signal. */
  readonly interrupt: AbortSignal;
  onEvent?(event: TrainerEvent): void;
}

/** Throws what stopped the session, if not the end of the corpus or of the training. `abort` ends the sources. */
export async function streamSession(
  plan: Plan,
  options: StreamOptions,
  paths: RunPaths,
  { session, shards, findings }: Opened,
  sources: ReturnType<typeof createSources>,
  abort: AbortController,
  reporter: Reporter,
): Promise<void> {
  const { log, governor, sinks } = session.parts;
  const onInterrupt = (): void => session.stop({ error: interrupted(String(options.interrupt.reason)) });
  options.interrupt.addEventListener('abort', onInterrupt);
  if (options.interrupt.aborted) onInterrupt();
  const { workers } = options;
  const pool = new Piscina({
    filename: compiledFile('engine/worker.js'),
    minThreads: workers,
    maxThreads: workers,
    // The next block waits in the worker, not in the main thread's event loop.
    concurrentTasksPerWorker: 2,
    workerData: processorPlan(
      plan,
      sinks.map(({ view }) => view),
      findings.judged,
      options.shared,
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
    const blocks = mapOrdered(streamBlocks(shards, session.cursor, open, sourceOrder(plan)), process, limit);
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
  options: StreamOptions,
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
