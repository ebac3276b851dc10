// Opens a run's folder: everything a session works with, at the state that the journal holds last.
import { rm, writeFile } from 'node:fs/promises';
import { fileSize } from '../durable-files.ts';
import type { Plan } from '../pipeline/plan.ts';
import type { Registry } from '../pipeline/plugins.ts';
import { checkpointDocuments } from '../trainer/checkpoint-cursor.ts';
import type { Decider } from './decider.ts';
import type { Findings } from './findings.ts';
import type { Governor } from './governor.ts';
import { Journal } from './journal.ts';
import type { Logger } from './log.ts';
import { Matches } from './matches.ts';
import { Quarantine } from './quarantine.ts';
import { type Resumed, resumeRun } from './resume.ts';
import { adoptFolder, BALLAST_BYTES, type RunPaths } from './run-folder.ts';
import { type PlannedSink, Session } from './session.ts';
import { type ListedShard, startCursor } from './stream.ts';
import { emptyTally } from './tally.ts';

export interface Opened {
  readonly session: Session;
  readonly shards: readonly ListedShard[];
  /** What the user should know of how the folder was found. */
  readonly notices: readonly string[];
  readonly findings: Findings;
}

export async function openSession(
  plan: Plan,
  paths: RunPaths,
  registry: Registry,
  governor: Governor,
  log: Logger,
  findings: Findings,
  list: () => Promise<readonly ListedShard[]>,
  gate: Decider,
): Promise<Opened> {
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
  const notices = lossOf(resumed, (await fileSize(paths.journal)) ?? 0);
  const shards = resumed?.shards ?? findings.shards ?? (await list());
  const against = gate.earlier.length === 0 ? {} : { earlier: gate.earlier };
  const journal =
    resumed === undefined
      ? await Journal.create(
          paths.journal,
          { version: 2, identity: plan.identity, words: gate.words, shards, dedupers: plan.dedupers, ...against },
          governor,
        )
      : await Journal.reopen(paths.journal, resumed.journalBytes, governor);
  const checkpoint = resumed?.checkpoint;
  for (const [index, { sink }] of sinks.entries())
    await sink.restore(checkpoint?.sinks[index]?.state, resumed?.finished[index] ?? []);
  await quarantine.restore(checkpoint?.quarantine ?? 0);
  const matches = plan.dedup.matches && plan.dedupers.length > 0 ? new Matches(paths.matches, governor) : undefined;
  await matches?.restore(checkpoint?.matches ?? 0);
  await rm(paths.ballast, { force: true });
  governor.forget();
  await adoptFolder(paths, governor);
  await governor.reserve(BALLAST_BYTES, 'ballast');
  await writeFile(paths.ballast, Buffer.alloc(BALLAST_BYTES));
  log.info({ shards: shards.length, resumedAt: checkpoint?.cursor.seq ?? null, documents: gate.admitted }, 'run.open');
  const tally = checkpoint === undefined ? emptyTally() : structuredClone(checkpoint.tally);
  const cursor = checkpoint?.cursor ?? startCursor(plan.stream.open);
  const shardNumbers = new Map(shards.map(({ source, shard }, index) => [`${source}/${shard.id}`, index]));
  const parts = { governor, gate, sinks, quarantine, matches, shardNumbers, journal, log, tally, cursor };
  return {
    session: new Session(parts, checkpoint),
    findings,
    shards,
    notices,
  };
}

/** What of the journal was not believed; what it covered is streamed again. */
function lossOf(resumed: Resumed | undefined, bytes: number): string[] {
  if (resumed === undefined)
    return bytes > 0
      ? ['The journal is damaged from its start; the run begins anew, and its files are written again.']
      : [];
  const { lost } = resumed;
  if (lost === undefined) return [];
  const how = lost.why === 'cut' ? 'ends in the middle of an entry' : 'is damaged';
  return [
    `The journal ${how}, after byte ${lost.at}; its last ${lost.bytes} bytes are not believed, and what they covered is streamed again.`,
  ];
}
