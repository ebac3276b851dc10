// Pass one of a run with surveys: the corpus is read once to be counted, before it is read to be judged.
import { rm } from 'node:fs/promises';
import { performance } from 'node:perf_hooks';
import { Piscina } from 'piscina';
import { z } from 'zod';
import { compiledFile } from '../compiled.ts';
import { replaceFile } from '../durable-files.ts';
import { DiskError, PipelineError } from '../errors.ts';
import type { Count, JsonObject, Source } from '../pipeline/define.ts';
import type { Plan, PlannedPlugin } from '../pipeline/plan.ts';
import type { Registry } from '../pipeline/plugins.ts';
import { openCache } from './fetch-cache.ts';
import {
  type Findings,
  findingsFile,
  findingsInFiles,
  inOrder,
  type Judged,
  readFindings,
  readFramed,
  uncounted,
} from './findings.ts';
import { framed } from './frame.ts';
import type { Governor } from './governor.ts';
import { cursorSchema } from './journal.ts';
import type { Logger } from './log.ts';
import { mapOrdered } from './map-ordered.ts';
import { blockProcessor, processorPlan } from './pool.ts';
import type { ProcessorPlan } from './process.ts';
import { refuseOtherRun } from './resume.ts';
import { RewindError } from './rewind.ts';
import { adoptFolder, type RunPaths } from './run-folder.ts';
import { interrupted } from './session.ts';
import { listShards, shardOpener } from './shards.ts';
import {
  type ListedShard,
  listedShardSchema,
  type StreamCursor,
  sourceOrder,
  startCursor,
  streamBlocks,
} from './stream.ts';

const PART = 'survey';
/** Milliseconds between two saves of the counters, and the most of the time that saving may take. */
const SAVE_EVERY = 60_000;
const SAVE_SHARE = 0.05;

export interface Counted {
  read: number;
  fetched: number;
  decoded: number;
}

export interface SurveyOptions {
  readonly plan: Plan;
  readonly paths: RunPaths;
  readonly registry: Registry;
  readonly sources: ReadonlyMap<string, Source>;
  readonly governor: Governor;
  readonly log: Logger;
  readonly workers: number;
  readonly shared: ProcessorPlan['shared'];
  /** Aborted by SIGINT or SIGTERM; the reason names the signal. */
  readonly interrupt: AbortSignal;
  readonly signal: AbortSignal;
  /** Called once when counting begins, with counts that grow. */
  onCounting(shards: readonly ListedShard[], counted: Readonly<Counted>): void;
}

/**
 * What all surveys of the plan found. Counts what no file and no earlier pass one says; goes on where a stopped one was.
 * Throws what a source or a count throws, and InterruptedError, with the counters saved.
 */
export async function surveyCorpus(options: SurveyOptions): Promise<Findings> {
  const { plan, paths, registry } = options;
  const before = await readFindings(plan, registry, paths);
  if (before !== undefined) return before;
  const surveys = uncounted(plan, registry);
  for (const [label, { transport }] of options.sources) if (transport.once === true) throw readOnce(label, surveys);
  await refuseOtherRun(paths.journal, plan);
  await adoptFolder(paths, options.governor);
  const pass = await openPass(options, surveys);
  try {
    await count(options, pass);
  } catch (error) {
    // What was read wrongly is in the counters for good.
    if (error instanceof RewindError) await rm(paths.counting, { force: true });
    else await save(options, pass).catch(() => undefined);
    throw error;
  }
  return await finish(options, pass);
}

interface Pass {
  readonly surveys: readonly PlannedPlugin[];
  readonly counts: readonly Count[];
  readonly shards: readonly ListedShard[];
  readonly counted: Counted;
  cursor: StreamCursor;
  /** Bytes of state/counting.bin. */
  saved: number;
}

const headSchema = z.object({
  identity: z.string(),
  shards: z.array(listedShardSchema),
  cursor: cursorSchema,
  counted: z.object({ read: z.number(), fetched: z.number(), decoded: z.number() }),
});

async function openPass({ plan, paths, registry, sources }: SurveyOptions, surveys: PlannedPlugin[]): Promise<Pass> {
  const counts = surveys.map(({ name, options }): Count => {
    const plugin = registry.survey.get(name);
    if (plugin === undefined) throw new Error(`the plan names an unknown survey: ${name}`);
    return plugin.createCount(plugin.options.parse(options));
  });
  const read = await readFramed(paths.counting);
  const head = headSchema.safeParse(read?.head);
  if (read === undefined || !head.success || head.data.identity !== plan.identity) {
    const counted = { read: 0, fetched: 0, decoded: 0 };
    return {
      surveys,
      counts,
      shards: await listShards(sources, plan),
      counted,
      cursor: startCursor(plan.stream.open),
      saved: 0,
    };
  }
  for (const [index, one] of counts.entries()) one.load(Uint8Array.from(read.parts[index] ?? []));
  const { shards, cursor, counted } = head.data;
  const saved = read.parts.reduce((sum, { length }) => sum + length, 0);
  return { surveys, counts, shards, counted: { ...counted }, cursor, saved };
}

async function count(options: SurveyOptions, pass: Pass): Promise<void> {
  const { plan, paths, sources, governor, log, workers, interrupt, signal } = options;
  options.onCounting(pass.shards, pass.counted);
  log.info({ shards: pass.shards.length, surveys: pass.surveys.map(({ label }) => label) }, 'survey.start');
  const pool = new Piscina({
    filename: compiledFile('engine/worker.js'),
    minThreads: workers,
    maxThreads: workers,
    concurrentTasksPerWorker: 2,
    workerData: {
      ...processorPlan({ ...plan, dedupers: [] }, [], await findingsInFiles(plan, options.registry), options.shared),
      observing: pass.surveys,
    },
  });
  try {
    const { observe, runTask } = blockProcessor(pool);
    const cache = await openCache(plan, paths, governor);
    const open = shardOpener({ sources, cache, limits: plan.stream, signal, runTask, onOpen: () => undefined });
    const limit = {
      bytes: (workers + 2) * plan.stream.block,
      size: ({ cut }: { cut: { bytes: Uint8Array } }) => Math.max(1, cut.bytes.length),
    };
    let saveAt = performance.now() + SAVE_EVERY;
    const blocks = mapOrdered(streamBlocks(pass.shards, pass.cursor, open, sourceOrder(plan)), observe, limit);
    for await (const { block, observed } of blocks) {
      for (const [index, words] of observed.words.entries()) pass.counts[index]?.add(words);
      pass.counted.read += observed.read;
      pass.counted.fetched += block.fetched;
      pass.counted.decoded += block.cut.end - block.cut.offset;
      pass.cursor = block.after;
      if (interrupt.aborted) throw interrupted(String(interrupt.reason));
      if (performance.now() < saveAt) continue;
      const begin = performance.now();
      await save(options, pass);
      const end = performance.now();
      saveAt = end + Math.max(SAVE_EVERY, (end - begin) / SAVE_SHARE);
    }
  } finally {
    await pool.destroy();
    governor.spare = async () => false;
  }
}

/** Makes the counters durable. Where the disk budget has no room for them, a stop costs pass one anew: that is all. */
async function save({ plan, paths, governor, log }: SurveyOptions, pass: Pass): Promise<void> {
  const { shards, cursor, counted } = pass;
  const parts = pass.counts.map((one) => one.save());
  const bytes = framed({ identity: plan.identity, shards, cursor, counted }, parts);
  try {
    await governor.reserve(bytes.length, PART);
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
    log.warn({ bytes: bytes.length }, 'survey.unsaved');
    return;
  }
  await replaceFile(paths.counting, bytes);
  governor.release(pass.saved, PART);
  pass.saved = bytes.length;
}

async function finish({ plan, paths, registry, governor, log }: SurveyOptions, pass: Pass): Promise<Findings> {
  const facts: Record<string, JsonObject> = {};
  const own = pass.surveys.map((survey, index): Judged => {
    const result = pass.counts[index]?.result();
    if (result === undefined) throw new Error('every survey has a count');
    facts[survey.label] = { ...result.facts, ...pass.counted };
    return { survey, found: result.found };
  });
  const bytes = findingsFile(plan, { judged: own, shards: pass.shards, facts });
  await governor.reserve(bytes.length, PART);
  await replaceFile(paths.findings, bytes);
  await rm(paths.counting, { force: true });
  governor.release(pass.saved, PART);
  log.info(facts, 'survey.done');
  const given = await findingsInFiles(plan, registry);
  return { judged: inOrder(plan, [...given, ...own]), shards: pass.shards, facts };
}

function readOnce(source: string, surveys: readonly PlannedPlugin[]): PipelineError {
  const [first] = surveys;
  return new PipelineError(`dedup.${first?.label} reads the corpus twice, and ${source} can be read only once.`, {
    code: 'survey.once',
    fix: `Count a part of the corpus that lies in files with \`seiryu ${first?.name} PIPELINE --out FILE\`, and name it with \`dedup.${first?.label}.file\`.`,
  });
}
