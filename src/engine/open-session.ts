// Opens a run's folder: everything a session works with, at the state that the journal holds last.
import { rm, writeFile } from 'node:fs/promises';
import type { Plan } from '../pipeline/plan.ts';
import type { Registry } from '../pipeline/plugins.ts';
import { checkpointDocuments } from '../trainer/checkpoint-cursor.ts';
import type { Decider } from './decider.ts';
import type { Governor } from './governor.ts';
import { Journal } from './journal.ts';
import type { Logger } from './log.ts';
import { Quarantine } from './quarantine.ts';
import { type Resumed, resumeRun } from './resume.ts';
import { adoptFolder, BALLAST_BYTES, type RunPaths } from './run-folder.ts';
import { type PlannedSink, Session } from './session.ts';
import { type ListedShard, startCursor } from './stream.ts';
import { emptyTally } from './tally.ts';

export interface Opened {
  readonly session: Session;
  readonly shards: readonly ListedShard[];
}

export async function openSession(
  plan: Plan,
  paths: RunPaths,
  registry: Registry,
  governor: Governor,
  log: Logger,
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
  const shards = resumed?.shards ?? (await list());
  const against = gate.earlier.length === 0 ? {} : { earlier: gate.earlier };
  const journal =
    resumed === undefined
      ? await Journal.create(
          paths.journal,
          { version: 1, identity: plan.identity, words: gate.words, shards, dedupers: plan.dedupers, ...against },
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
