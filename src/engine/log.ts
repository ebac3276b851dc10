// log.jsonl: what the run did, for machines and for people who ask later.
import { closeSync, openSync, writeSync } from 'node:fs';
import { type Logger, pino } from 'pino';
import type { Governor } from './governor.ts';

export type { Logger } from 'pino';

/** Largest log a run keeps; later lines are dropped, because a log must never fill the disk it reports on. */
const LIMIT = 8 * 2 ** 20;

export interface RunLog {
  readonly log: Logger;
  close(): void;
}

/** Opens the run's log. Lines that the budget has no room for are left out: the log never stops a run. */
export function openLog(path: string, held: number, governor: Governor): RunLog {
  const file = openSync(path, 'a');
  let bytes = held;
  const write = (line: string): void => {
    const size = Buffer.byteLength(line);
    if (bytes + size > LIMIT || governor.used + size > governor.budget) return;
    try {
      writeSync(file, line);
    } catch {
      return; // The volume is full; the sinks meet the same error and report it.
    }
    bytes += size;
    governor.adopt(size, 'log');
  };
  const log = pino(
    { base: null, timestamp: pino.stdTimeFunctions.isoTime, formatters: { level: (level) => ({ level }) } },
    { write },
  );
  return { log, close: () => closeSync(file) };
}
