// When and how long to wait before a request is made again, and when to give up.
import { channel } from 'node:diagnostics_channel';
import { errorMessage, RetryableError, SourceError } from '../../errors.ts';
import { type FaultKind, tellFault } from './faults.ts';
import type { Effects, Limits } from './options.ts';

/** Publishes a `Retry` for every wait, so that a run can say why it stands still. */
export const retryChannel = channel('seiryu:fetch.retry');

export interface Retry {
  /** Without query or credentials. */
  readonly url: string;
  readonly reason: string;
  readonly kind: FaultKind;
  /** Failures in a row so far. */
  readonly failures: number;
  readonly wait: number;
}

interface Passing {
  readonly kind: FaultKind;
  /** Milliseconds that the server asked to wait. */
  readonly after?: number | undefined;
  /** What it is when it has not passed after a few attempts. */
  readonly final?: SourceError;
  readonly cause?: unknown;
}

/** A failure that may pass. */
export class PassingError extends RetryableError {
  readonly kind: FaultKind;
  readonly after: number | undefined;
  readonly final: SourceError | undefined;
  constructor(message: string, { kind, after, final, cause }: Passing) {
    super(message, { code: 'fetch.passing', cause });
    this.kind = kind;
    this.after = after;
    this.final = final;
  }
}

/** Failures in a row before one that has a final meaning is taken for it. */
const FINAL_AFTER = 4;

export interface Patience {
  readonly limits: Limits;
  readonly effects: Effects;
  readonly signal: AbortSignal | undefined;
  /** Whether the server has answered anything yet. */
  answered(): boolean;
}

/** Counts the failures of one file and waits between them. Progress starts the count anew. */
export class Retries {
  readonly #url: string;
  readonly #patience: Patience;
  #failures = 0;

  constructor(url: string, patience: Patience) {
    this.#url = url;
    this.#patience = patience;
  }

  progressed(): void {
    this.#failures = 0;
  }

  /** Waits when the failure may pass; throws when it will not, or has not passed for too long. */
  async failed(error: unknown): Promise<void> {
    const { limits, effects, signal } = this.#patience;
    signal?.throwIfAborted();
    if (!(error instanceof PassingError)) throw error;
    this.#failures++;
    tellFault(error.kind);
    if (error.final !== undefined && this.#failures >= FINAL_AFTER) throw error.final;
    const attempts = this.#patience.answered() ? limits.attempts : Math.min(limits.attempts, limits.firstAttempts);
    if (this.#failures >= attempts) {
      throw new SourceError(`${this.#url} could not be read after ${this.#failures} attempts: ${error.message}`, {
        code: 'fetch.failed',
        fix: 'Check the network and the server, then run the same command again: it goes on where it stopped.',
        cause: error,
      });
    }
    const wait = this.#wait(error.after);
    if (wait > limits.longestRetryAfter) {
      throw new SourceError(
        `${this.#url} could not be read: ${error.message} The server asks to come back in ${Math.round(wait / 60_000)} minutes.`,
        {
          code: 'fetch.failed',
          fix: 'Run the same command again then: it goes on where it stopped.',
          cause: error,
        },
      );
    }
    const retry: Retry = {
      url: this.#url,
      reason: errorMessage(error),
      kind: error.kind,
      failures: this.#failures,
      wait,
    };
    retryChannel.publish(retry);
    // The run's own reason, not the timer's.
    await effects.sleep(wait, signal).finally(() => signal?.throwIfAborted());
  }

  /** Doubling, with a random half so that many readers of one server do not come back together. */
  #wait(after: number | undefined): number {
    const { limits, effects } = this.#patience;
    const doubled = Math.min(limits.longestDelay, limits.firstDelay * 2 ** (this.#failures - 1));
    return Math.max(after ?? 0, doubled * (0.5 + effects.random() / 2));
  }
}

/** `Retry-After`: seconds or a date (RFC 9110, 10.2.3), in milliseconds from now. */
export function parseRetryAfter(value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined;
  if (/^\s*\d+\s*$/.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
