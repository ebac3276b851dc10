// Whatever happens to connections, a reader gets the file's bytes or one clear error.
import { once } from 'node:events';
import { createServer } from 'node:net';
import fc from 'fast-check';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { FaultCounts } from '../../../src/engine/faults.ts';
import { openTransport, type TransportOptions } from '../../../src/sources/fetch/index.ts';
import { type Retry, retryChannel } from '../../../src/sources/fetch/retry.ts';
import { type Mirror, type MirrorOptions, startMirror } from '../../helpers/mirror-server.ts';
import { failureOf, folderOf, joined, noise, noWaiting } from '../../helpers/transports.ts';

const body = noise(500_000);
let folder: string;
const mirrors: Mirror[] = [];

beforeAll(async () => {
  folder = await folderOf({ 'file.bin': body, 'other.bin': 'other' });
});
afterEach(async () => {
  await Promise.all(mirrors.splice(0).map((mirror) => mirror.close()));
});

async function serve(options: MirrorOptions['misbehave']): Promise<Mirror> {
  const mirror = await startMirror(folder, options === undefined ? {} : { misbehave: options });
  mirrors.push(mirror);
  return mirror;
}

/** Counts the kinds of fault that are told from now on; stops counting when asked. */
function kindsTold(): () => Record<string, number> {
  const faults = new FaultCounts();
  const stop = faults.listen();
  return () => {
    stop();
    return faults.counts;
  };
}

const read = (mirror: Mirror, options: TransportOptions = noWaiting()): Promise<Buffer> =>
  joined(openTransport(mirror.base, options).open('file.bin'));

describe('a body that breaks off', () => {
  test('goes on from the byte reached, with the validator of what was read', async () => {
    const mirror = await serve(({ earlier }) => (earlier < 3 ? { kind: 'cut', after: 100_000 } : undefined));
    expect((await read(mirror)).equals(body)).toBe(true);
    expect(mirror.requests).toHaveLength(4);
    const [first, second] = mirror.requests;
    expect(first?.headers.range).toBeUndefined();
    expect(second?.headers.range).toBe('bytes=100000-');
    expect(second?.headers['if-range']).toMatch(/^"[0-9a-f]{40}"$/);
  });

  test('is read again and skipped when the server knows no ranges', async () => {
    const mirror = await serve(({ earlier }) =>
      earlier === 0 ? { kind: 'cut', after: 250_000 } : { kind: 'ignore-ranges' },
    );
    expect((await read(mirror)).equals(body)).toBe(true);
    expect(mirror.requests).toHaveLength(2);
  });

  test('may break at any byte any number of times, as long as something comes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 200_000 }), { maxLength: 30 }), async (cuts) => {
        await using mirror = await startMirror(folder, {
          misbehave: ({ earlier }) => {
            const after = cuts[earlier];
            return after === undefined ? undefined : { kind: 'cut', after };
          },
        });
        expect((await read(mirror)).equals(body)).toBe(true);
      }),
      { numRuns: 20 },
    );
  });

  test('a thousand times over one file gives the file, byte by byte', async () => {
    const mirror = await serve(({ earlier }) => {
      if (earlier >= 1000) return undefined;
      if (earlier % 5 === 1) return { kind: 'status', status: 503 };
      return earlier % 5 === 3 ? { kind: 'reset' } : { kind: 'cut', after: 499 };
    });
    expect((await read(mirror)).equals(body)).toBe(true);
    expect(mirror.requests).toHaveLength(1001);
  });

  test('holds for ranges too', async () => {
    const mirror = await serve(({ earlier }) => (earlier < 2 ? { kind: 'cut', after: 1000 } : undefined));
    const range = await openTransport(mirror.base, noWaiting()).range('file.bin', 5000, 15_000);
    expect(Buffer.from(range)).toEqual(body.subarray(5000, 15_000));
    expect(mirror.requests.at(-1)?.headers.range).toBe('bytes=7000-14999');
  });

  test('of which nothing comes any more is given up on', async () => {
    const mirror = await serve(({ earlier }) => ({ kind: 'cut', after: earlier === 0 ? 1000 : 0 }));
    const error = await failureOf(read(mirror));
    expect(error).toMatchObject({ code: 'fetch.failed', exitCode: 3 });
    expect(error.message).toMatch(/file\.bin could not be read after 15 attempts/);
    expect(error.fix).toMatch(/run the same command again/);
  });

  test('goes on when a server in trouble denies the file for a while', async () => {
    const answers = [404, 403, 410, 401];
    const mirror = await serve(({ earlier }) => {
      if (earlier === 0) return { kind: 'cut', after: 1000 };
      const status = answers[earlier - 1];
      return status === undefined ? undefined : { kind: 'status', status };
    });
    expect((await read(mirror)).equals(body)).toBe(true);
  });

  test('of a connection that only drips goes on over another', async () => {
    const told = kindsTold();
    const mirror = await serve(({ earlier }) => (earlier === 0 ? { kind: 'drip', every: 5 } : undefined));
    const { effects } = noWaiting();
    const options = { effects: { ...effects, now: Date.now }, limits: { stall: 200, slowest: 10_000 } };
    expect((await read(mirror, options)).equals(body)).toBe(true);
    expect(told()).toEqual({ slow: 1 });
    expect(mirror.requests[1]?.headers.range).toMatch(/^bytes=\d+-$/);
  });

  test('goes on when the server answers with another range than was asked for', async () => {
    const told = kindsTold();
    const mirror = await serve(({ earlier }) => {
      if (earlier === 0) return { kind: 'cut', after: 1000 };
      return earlier === 1 ? { kind: 'wrong-range', shift: 77 } : undefined;
    });
    expect((await read(mirror)).equals(body)).toBe(true);
    expect(told()).toEqual({ truncated: 1, range: 1 });
  });

  test('of a stalled connection goes on over another', async () => {
    const mirror = await serve(({ earlier }) => (earlier === 0 ? { kind: 'stall', after: 1000 } : undefined));
    expect((await read(mirror, { ...noWaiting(), limits: { stall: 50 } })).equals(body)).toBe(true);
  });
});

describe('a file that changes', () => {
  test('is an error, with ranges and without', async () => {
    for (const kind of ['etag', 'ignore-ranges'] as const) {
      const mirror = await serve(({ earlier }) => {
        if (earlier === 0) return kind === 'etag' ? { kind: 'cut', after: 1000 } : { kind: 'etag', etag: '"old"' };
        return kind === 'etag' ? { kind: 'etag', etag: '"new"' } : { kind: 'ignore-ranges' };
      });
      const transport = openTransport(mirror.base, noWaiting());
      if (kind === 'ignore-ranges') await transport.range('file.bin', 0, 10);
      const error = await failureOf(joined(transport.open('file.bin')));
      expect(error).toMatchObject({ code: 'source.changed', exitCode: 3 });
      expect(error.fix).toMatch(/--fresh/);
    }
  });

  test('is noticed between two ranges of it', async () => {
    const mirror = await serve(({ earlier }) => (earlier === 0 ? undefined : { kind: 'etag', etag: '"new"' }));
    const transport = openTransport(mirror.base, noWaiting());
    await transport.range('file.bin', 0, 10);
    expect(await failureOf(transport.range('file.bin', 10, 20))).toMatchObject({ code: 'source.changed' });
  });

  test('is no change when only the strength of the ETag differs', async () => {
    const mirror = await serve(({ earlier }) => ({ kind: 'etag', etag: earlier === 0 ? 'W/"a"' : '"a"' }));
    const transport = openTransport(mirror.base, noWaiting());
    await transport.range('file.bin', 0, 10);
    await transport.range('file.bin', 10, 20);
    expect(mirror.requests[1]?.headers['if-range']).toBeUndefined();
  });
});

describe('a refusal that may pass', () => {
  test.each([408, 425, 429, 500, 502, 503, 504])('%i is tried again', async (status) => {
    const mirror = await serve(({ earlier }) => (earlier < 2 ? { kind: 'status', status } : undefined));
    expect((await read(mirror)).equals(body)).toBe(true);
  });

  test('waits as long as Retry-After says, in seconds or until a date', async () => {
    const { effects, waits } = noWaiting();
    const later = ['7', 'Sun, 01 Jun 2025 00:02:00 GMT'];
    const mirror = await serve(({ earlier }) => {
      const retryAfter = later[earlier];
      return retryAfter === undefined ? undefined : { kind: 'status', status: 503, retryAfter };
    });
    expect((await read(mirror, { effects })).equals(body)).toBe(true);
    expect(waits).toEqual([7000, 120_000]);
  });

  test('ends the run when Retry-After is longer than one waits', async () => {
    const mirror = await serve(() => ({ kind: 'status', status: 429, retryAfter: '7200' }));
    const error = await failureOf(read(mirror));
    expect(error).toMatchObject({ code: 'fetch.failed' });
    expect(error.message).toMatch(/in 120 minutes/);
  });

  test('waits twice as long each time, up to a limit, and less after progress', async () => {
    const { effects, waits } = noWaiting();
    const mirror = await serve(({ earlier }) => {
      if (earlier === 4) return { kind: 'cut', after: 10 };
      return earlier < 7 ? { kind: 'status', status: 500 } : undefined;
    });
    await read(mirror, { effects, limits: { firstDelay: 100, longestDelay: 600 } });
    expect(waits).toEqual([50, 100, 200, 300, 50, 100, 200]);
  });

  test('of the connection is tried again', async () => {
    const mirror = await serve(({ earlier }) => (earlier < 2 ? { kind: 'reset' } : undefined));
    expect((await read(mirror)).equals(body)).toBe(true);
  });

  test('is told to whoever wants to know why a run stands still', async () => {
    const told: Retry[] = [];
    const listen = (message: unknown): void => {
      if (isRetry(message)) told.push(message);
    };
    retryChannel.subscribe(listen);
    const mirror = await serve(({ earlier }) => (earlier < 1 ? { kind: 'status', status: 503 } : undefined));
    await read(mirror);
    retryChannel.unsubscribe(listen);
    expect(told).toEqual([
      { url: `${mirror.base}file.bin`, reason: 'the server answered 503.', kind: 'status.503', failures: 1, wait: 50 },
    ]);
  });
});

const isRetry = (message: unknown): message is Retry =>
  typeof message === 'object' && message !== null && 'url' in message && 'wait' in message;

describe('a server that never answers', () => {
  test('is given up on within seconds', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const address = taken.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    taken.close();
    await once(taken, 'close');
    const { effects, waits } = noWaiting();
    const error = await failureOf(joined(openTransport(`http://127.0.0.1:${port}/`, { effects }).open('file.bin')));
    expect(error).toMatchObject({ code: 'fetch.failed' });
    expect(error.message).toMatch(/ECONNREFUSED/);
    expect(waits.reduce((sum, wait) => sum + wait, 0)).toBeLessThan(5000);
  });

  test('but accepts connections is left after the limit for the first byte', async () => {
    const silent = createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const address = silent.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const transport = openTransport(`http://127.0.0.1:${port}/`, {
      ...noWaiting(),
      limits: { firstByte: 20, attempts: 2 },
    });
    const error = await failureOf(joined(transport.open('file.bin')));
    expect(error.message).toMatch(/UND_ERR_HEADERS_TIMEOUT/);
    silent.close();
  });
});

test('waiting ends at once when the run is stopped', async () => {
  const controller = new AbortController();
  const reason = new Error('stopped');
  const mirror = await serve(() => ({ kind: 'status', status: 503, retryAfter: '500' }));
  const listen = (): void => controller.abort(reason);
  retryChannel.subscribe(listen);
  await expect(read(mirror, { signal: controller.signal })).rejects.toBe(reason);
  retryChannel.unsubscribe(listen);
});
