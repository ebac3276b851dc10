// Counts what went wrong between servers and the run, by kind, for run.json.
import { type Fault, faultChannel } from '../sources/fetch/faults.ts';

const isFault = (message: unknown): message is Fault =>
  typeof message === 'object' && message !== null && 'kind' in message && typeof message.kind === 'string';

export class FaultCounts {
  /** By kind; those of earlier sessions of the run included. */
  readonly counts: Record<string, number>;

  constructor(before: Readonly<Record<string, number>> = {}) {
    this.counts = { ...before };
  }

  /** Counts what is told from now on; returns how to stop. */
  listen(): () => void {
    const onFault = (message: unknown): void => {
      if (isFault(message)) this.counts[message.kind] = (this.counts[message.kind] ?? 0) + 1;
    };
    faultChannel.subscribe(onFault);
    return () => void faultChannel.unsubscribe(onFault);
  }
}
