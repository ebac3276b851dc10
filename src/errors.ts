// Every error a user can meet: one class per kind of consequence, each with a stable code, what happened, where, and what to do.

/** Where in the data something happened; `offset` counts decoded bytes from the shard's start. */
export interface Place {
  source?: string;
  shard?: string;
  ordinal?: number;
  offset?: number;
  line?: number;
  column?: number;
}

interface Details {
  /** Stable, dotted, lower-case: `fetch.not_found`. Users and tests match on it. */
  code: string;
  /** What to do about it, as an instruction. */
  fix?: string;
  place?: Place;
  cause?: unknown;
}

export function describePlace(place: Place): string {
  const parts: string[] = [];
  if (place.source !== undefined) parts.push(place.source);
  if (place.shard !== undefined) parts.push(place.shard);
  if (place.ordinal !== undefined) parts.push(`record ${place.ordinal}`);
  if (place.offset !== undefined) parts.push(`byte ${place.offset}`);
  if (place.line !== undefined)
    parts.push(`line ${place.line}${place.column === undefined ? '' : `, column ${place.column}`}`);
  return parts.join(', ');
}

/** Base of all errors that Seiryu raises on purpose. Anything else is a bug (exit 1). */
export class SeiryuError extends Error {
  readonly code: string;
  readonly fix: string | undefined;
  readonly place: Place | undefined;
  readonly exitCode: number = 1;

  constructor(message: string, details: Details) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = new.target.name;
    this.code = details.code;
    this.fix = details.fix;
    this.place = details.place;
  }
}

/** The pipeline file, an option or an argument is wrong. Exit 2; raised before any network or disk is touched. */
export class PipelineError extends SeiryuError {
  override readonly exitCode: number = 2;
}

/** A source failed for good: missing folder, 404, wrong checksum. Exit 3, resumable. */
export class SourceError extends SeiryuError {
  override readonly exitCode: number = 3;
}

/** A request or read that may succeed when tried again. The fetch layer turns it into a SourceError when it gives up. */
export class RetryableError extends SeiryuError {
  override readonly exitCode: number = 3;
}

/** A compressed stream is damaged or cut. What was decoded before it is still good. */
export class DecodeError extends SeiryuError {
  override readonly exitCode: number = 3;
}

/** One record is bad: it goes to quarantine with its place and reason, and the run goes on. */
export class RecordError extends SeiryuError {}

/** The disk budget is spent or the volume is full. Exit 4, resumable. */
export class DiskError extends SeiryuError {
  override readonly exitCode: number = 4;
}

/** The memory that the pipeline file gives an index is full. Exit 4, resumable. */
export class MemoryError extends SeiryuError {
  override readonly exitCode: number = 4;
}

/** Training diverged and could not be rescued. Exit 5. */
export class DivergedError extends SeiryuError {
  override readonly exitCode: number = 5;
}

/** The trainer child process failed (not diverged). Exit 1 unless it says otherwise; resumable. */
export class TrainerError extends SeiryuError {}

/** SIGINT or SIGTERM: the block in hand was finished and committed. Exit 130, resumable. */
export class InterruptedError extends SeiryuError {
  override readonly exitCode: number = 130;
}

export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The system error code (`ENOENT`, `ECONNRESET`, …) of an unknown error, where it has one. */
export function systemCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** Turns ENOSPC and EDQUOT of a write into a DiskError that says what to do; other errors stay themselves. */
export function asDiskError(error: unknown, path: string): unknown {
  const code = systemCode(error);
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return error;
  return new DiskError(`The volume is full: ${path} could not be written (${code}).`, {
    code: 'disk.full',
    fix: 'Free space on that volume and run the same command again: it goes on where it stopped.',
    cause: error,
  });
}
