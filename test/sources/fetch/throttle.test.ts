// The cap on bytes a second, on a clock of the test's own.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openTransport } from '../../../src/sources/fetch/index.ts';
import { createThrottle } from '../../../src/sources/fetch/throttle.ts';
import { startMirror } from '../../helpers/mirror-server.ts';
import { folderOf, joined, noise, noWaiting } from '../../helpers/transports.ts';

/** A clock that moves only while somebody sleeps, and by as much. */
function clock() {
  let time = 5000;
  return {
    time: () => time,
    pass: (milliseconds: number) => {
      time += milliseconds;
    },
    effects: {
      now: () => time,
      sleep: async (milliseconds: number, signal: AbortSignal | undefined) => {
        signal?.throwIfAborted();
        time += milliseconds;
      },
    },
  };
}

describe('the cap on bytes a second', () => {
  test('holds over any chunks, and is used up', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 500_000 }), { minLength: 5, maxLength: 50 }),
        fc.integer({ min: 1000, max: 10_000_000 }),
        async (chunks, rate) => {
          const { effects, time } = clock();
          const throttle = createThrottle(rate, effects);
          const start = time();
          for (const chunk of chunks) await throttle.take(chunk, undefined);
          const last = chunks.at(-1) ?? 0;
          const bytes = chunks.reduce((sum, chunk) => sum + chunk, 0) - last;
          // All but the last chunk have passed the line; a tenth of a second may be made up for at once.
          const needed = (bytes / rate) * 1000;
          expect(time() - start).toBeGreaterThanOrEqual(needed - 101);
          expect(time() - start).toBeLessThanOrEqual(needed + 1);
        },
      ),
    );
  });

  test('lets no more than a tenth of a second be saved up by being idle', async () => {
    const { effects, time, pass } = clock();
    const throttle = createThrottle(1000, effects);
    await throttle.take(100, undefined);
    pass(3_600_000);
    const start = time();
    for (let taken = 0; taken < 10; taken++) await throttle.take(100, undefined);
    expect(time() - start).toBeGreaterThanOrEqual(800);
  });

  test('counts all connections that share it together', async () => {
    const folder = await folderOf({ 'a.bin': noise(400_000, 1), 'b.bin': noise(400_000, 2) });
    await using mirror = await startMirror(folder);
    const { effects, time } = clock();
    const throttle = createThrottle(100_000, effects);
    const start = time();
    await Promise.all(
      ['a.bin', 'b.bin'].map((name) => joined(openTransport(mirror.base, { ...noWaiting(), throttle }).open(name))),
    );
    // 800,000 bytes at 100,000 a second, less the last chunk and what may be made up for.
    expect(time() - start).toBeGreaterThan(6500);
    expect(time() - start).toBeLessThanOrEqual(8000);
  });

  test('ends its waiting when the run is stopped', async () => {
    const stop = new AbortController();
    const throttle = createThrottle(1);
    await throttle.take(1000, stop.signal);
    const waiting = throttle.take(1, stop.signal);
    const reason = new Error('stopped');
    stop.abort(reason);
    await expect(waiting).rejects.toBe(reason);
  });
});
