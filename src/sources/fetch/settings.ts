// The pipeline file's `fetch:`: how patient, how polite and how fast a run is with servers.
import { z } from 'zod';
import { byteSize, duration } from '../../pipeline/units.ts';
import { type FetchSettings, standardLimits } from './options.ts';
import { createThrottle } from './throttle.ts';

export const fetchOptions = z.strictObject({
  attempts: z
    .int()
    .min(1)
    .max(10_000)
    .default(standardLimits.attempts)
    .describe('Failures in a row, without a byte of progress, before a server that has answered is given up on.'),
  firstAttempts: z
    .int()
    .min(1)
    .max(10_000)
    .default(standardLimits.firstAttempts)
    .describe('The same before its first answer, so that a wrong host name is said within seconds.'),
  firstDelay: duration
    .default(standardLimits.firstDelay)
    .describe(
      'Wait before the first retry (100ms); doubles with each failure in a row, of which a random half is taken off.',
    ),
  longestDelay: duration.default(standardLimits.longestDelay).describe('Longest such wait (60s).'),
  longestRetryAfter: duration
    .default(standardLimits.longestRetryAfter)
    .describe('Longest `Retry-After` that is waited for (10m); a longer one stops the run, which can be resumed.'),
  connect: duration.default(standardLimits.connect).describe('Time to connect (20s).'),
  firstByte: duration
    .default(standardLimits.firstByte)
    .describe('Time from the request to the headers of the answer (60s).'),
  stall: duration
    .default(standardLimits.stall)
    .describe('Time without a byte after which a body counts as broken off and goes on over another connection (60s).'),
  slowest: byteSize
    .default(standardLimits.slowest)
    .describe(
      'Bytes a second that a body must bring over each `stall` of waiting (100); slower, it counts as broken off. 0 for any.',
    ),
  connections: z
    .int()
    .min(1)
    .max(1024)
    .optional()
    .describe(
      'Most connections to one host; at least `stream.open`, since each open shard holds one. Default: stream.open + 4.',
    ),
  redirects: z.int().min(0).max(20).default(standardLimits.redirects).describe('Redirects that a request may follow.'),
  headers: byteSize
    .refine((bytes) => bytes >= 1024 && bytes <= 2 ** 20, { error: 'a size from 1KiB to 1MiB' })
    .default(standardLimits.headers)
    .describe('Bytes that the headers of an answer may have (32KiB).'),
  bandwidth: byteSize
    .refine((bytes) => bytes > 0, { error: 'a size above 0, in bytes a second' })
    .optional()
    .describe('Most bytes a second, over all connections of the run, such as 50MB. Default: no cap.'),
});

export type FetchOptions = z.output<typeof fetchOptions>;

/** One for a run: all its connections share the cap. `open`: shards open at once. */
export function fetchSettings({ bandwidth, connections, ...limits }: FetchOptions, open: number): FetchSettings {
  return {
    limits: { ...limits, connections: connections ?? open + 4 },
    ...(bandwidth === undefined ? {} : { throttle: createThrottle(bandwidth) }),
  };
}
