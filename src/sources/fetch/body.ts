// A response's body as chunks, with the one failure that no timeout sees: a drip.
import { PassingError } from './retry.ts';

export interface Pace {
  /** Milliseconds of waiting over which the speed is judged. */
  readonly stall: number;
  /** Least bytes a second. */
  readonly slowest: number;
}

/**
 * Yields a body's chunks; leaving the loop early closes its connection. Only the time spent waiting for the server counts
 * as slow, not the time that the reader takes.
 */
export async function* readBody(
  body: AsyncIterable<unknown>,
  { stall, slowest }: Pace,
  now: () => number,
): AsyncGenerator<Uint8Array> {
  const chunks = body[Symbol.asyncIterator]();
  let waited = 0;
  let bytes = 0;
  try {
    for (;;) {
      const asked = now();
      const { value, done } = await chunks.next();
      if (done === true) return;
      if (!(value instanceof Uint8Array)) continue;
      waited += now() - asked;
      bytes += value.length;
      if (waited >= stall) {
        if (bytes * 1000 < slowest * waited)
          throw new PassingError(
            `the answer came too slowly (${bytes} bytes in ${Math.round(waited / 1000)} seconds).`,
            { kind: 'slow' },
          );
        waited = 0;
        bytes = 0;
      }
      yield value;
    }
  } finally {
    await chunks.return?.();
  }
}
