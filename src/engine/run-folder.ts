// The run's folder: what lies in it, what of it counts against the budget, and the lock that keeps a second run out.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fastGlob from 'fast-glob';
import { PipelineError, systemCode } from '../errors.ts';
import type { Governor } from './governor.ts';

export interface RunPaths {
  readonly dir: string;
  readonly state: string;
  readonly journal: string;
  readonly matches: string;
  /** What the surveys found, and where pass one stands. */
  readonly findings: string;
  readonly counting: string;
  readonly lock: string;
  readonly ballast: string;
  /** What the dedup indexes have on disk while the run streams. */
  readonly index: string;
  readonly quarantine: string;
  readonly log: string;
  readonly trainer: string;
}

export function runPaths(dir: string): RunPaths {
  const state = join(dir, 'state');
  return {
    dir,
    state,
    journal: join(state, 'journal.bin'),
    matches: join(state, 'matches.bin'),
    findings: join(state, 'findings.bin'),
    counting: join(state, 'counting.bin'),
    lock: join(state, 'lock'),
    ballast: join(state, 'ballast'),
    index: join(state, 'index'),
    quarantine: join(dir, 'quarantine.jsonl'),
    log: join(dir, 'log.jsonl'),
    trainer: join(dir, 'trainer'),
  };
}

/** Kept free inside the budget so that a run stopped by a full disk can still write its record. */
export const BALLAST_BYTES = 64 * 1024;

/** Removes everything a run writes, and nothing else. */
export async function clearRun(paths: RunPaths): Promise<void> {
  const shardFolders = await fastGlob('shards*', { cwd: paths.dir, onlyDirectories: true, deep: 1, absolute: true });
  const own = [
    paths.journal,
    paths.matches,
    paths.findings,
    paths.counting,
    join(paths.state, 'global'),
    join(paths.state, 'against'),
    paths.ballast,
    paths.index,
    paths.quarantine,
    paths.log,
    paths.trainer,
    join(paths.dir, 'run.json'),
    ...shardFolders,
  ];
  for (const path of own) await rm(path, { recursive: true, force: true });
}

/** Takes the folder for this process; the returned function gives it back. A lock of a dead process is taken over. */
export async function lockRun(paths: RunPaths): Promise<() => Promise<void>> {
  await mkdir(paths.state, { recursive: true });
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      await writeFile(paths.lock, String(process.pid), { flag: 'wx' });
      return () => rm(paths.lock, { force: true });
    } catch (error) {
      if (systemCode(error) !== 'EEXIST') throw error;
      const holder = Number(await readFile(paths.lock, 'utf8').catch(() => ''));
      if (Number.isInteger(holder) && holder > 0 && holder !== process.pid && isAlive(holder)) {
        throw new PipelineError(`Another run (process ${holder}) is writing to ${paths.dir}.`, {
          code: 'run.locked',
          fix: 'Wait for it or stop it, or choose another folder with --out.',
        });
      }
      await rm(paths.lock, { force: true });
    }
  }
  throw new PipelineError(`The lock ${paths.lock} cannot be taken.`, {
    code: 'run.locked',
    fix: 'Remove the file if no run is active.',
  });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === 'EPERM';
  }
}

/** Counts what lies in the folder against the budget. */
export async function adoptFolder(paths: RunPaths, governor: Governor): Promise<void> {
  const files = await fastGlob('**', { cwd: paths.dir, dot: true, stats: true, onlyFiles: true });
  for (const { path, stats } of files) governor.adopt(stats?.size ?? 0, partOf(path));
}

function partOf(path: string): string {
  if (path.startsWith('shards')) return 'shards';
  if (path.startsWith('trainer/tokenizer')) return 'tokenizer';
  if (path.startsWith('trainer/held-out')) return 'held-out';
  if (path.startsWith('trainer/tokens')) return 'tokens';
  if (path.startsWith('trainer/curve') || path.startsWith('trainer/events')) return 'curves';
  if (path.startsWith('trainer/')) return 'checkpoint';
  if (path.startsWith('state/journal')) return 'journal';
  if (path.startsWith('state/index')) return 'index';
  if (path.startsWith('state/findings') || path.startsWith('state/counting')) return 'survey';
  if (path.startsWith('state/matches')) return 'matches';
  if (path.startsWith('state/ballast')) return 'ballast';
  if (path.startsWith('state/global/journal')) return 'journal';
  if (path.startsWith('state/global')) return 'dedup';
  if (path.startsWith('state/against')) return 'index';
  if (path.startsWith('quarantine')) return 'quarantine';
  if (path.startsWith('log')) return 'log';
  return 'record';
}
