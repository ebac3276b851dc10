// A cap on bytes a second over all connections that share it.
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';

export interface Throttle {
  /** Waits until `bytes` more may pass. Rejects with the signal's reason when it is aborted. */
  take(bytes: number, signal: AbortSignal | undefined): Promise<void>;
}

export interface ThrottleEffects {
  sleep(milliseconds: number, signal: AbortSignal | undefined): Promise<void>;
  /** Milliseconds on a clock that never jumps. */
  now(): number;
}

const realEffects: ThrottleEffects = {
  sleep: async (milliseconds, signal) => {
    await delay(milliseconds, undefined, signal === undefined ? {} : { signal });
  },
  now: () => performance.now(),
};

/** Unused time that may be made up for at once: below it, timers are too coarse to keep the rate. */
const BURST = 100;

/**
 * A leaky bucket as a virtual clock (GCRA, ITU-T I.371): each chunk occupies `bytes / rate` seconds of the line, one after
 * the other whoever asks. Constant work a chunk. A reader that waits does not read its socket, so TCP slows the server.
 */
export function createThrottle(bytesPerSecond: number, effects: ThrottleEffects = realEffects): Throttle {
  let free = Number.NEGATIVE_INFINITY;
  return {
    async take(bytes, signal) {
      const now = effects.now();
      const begin = Math.max(free, now - BURST);
      free = begin + (bytes / bytesPerSecond) * 1000;
      if (begin > now) await effects.sleep(begin - now, signal).finally(() => signal?.throwIfAborted());
    },
  };
}
