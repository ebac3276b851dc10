// What a transport may be told: limits, proxies, access, and the effects that a test replaces.
import { setTimeout as delay } from 'node:timers/promises';
import type { Throttle } from './throttle.ts';

/** How a gated source is reached. The token itself never enters a message. */
export interface Access {
  /** The environment variable that holds the token. */
  readonly variable: string;
  readonly token: string | undefined;
  /** Where a person accepts the terms. */
  readonly page: string;
}

export interface Limits {
  /** Failures in a row, without a byte of progress, before giving up on a server that has answered before. */
  readonly attempts: number;
  /** The same before any answer: a wrong host name or no network should be said within seconds. */
  readonly firstAttempts: number;
  /** Milliseconds before the first retry; doubles with each failure in a row. */
  readonly firstDelay: number;
  readonly longestDelay: number;
  /** Longest `Retry-After` in milliseconds that is waited for; a longer one ends the run, which can be resumed. */
  readonly longestRetryAfter: number;
  /** Redirects that one request may follow. */
  readonly redirects: number;
  /** Bytes that the headers of one answer may have. */
  readonly headers: number;
  /** Milliseconds to connect. */
  readonly connect: number;
  /** Milliseconds from the request to the response's headers. */
  readonly firstByte: number;
  /** Milliseconds that a body may stand still while it is being read. */
  readonly stall: number;
  /** Bytes a second below which, over `stall` milliseconds of waiting, a body counts as broken off: a drip is no stall. */
  readonly slowest: number;
  /** Connections to one origin. Above the most shards that may be open at once (256), or a waiting shard would hold up all. */
  readonly connections: number;
}

export const standardLimits: Limits = {
  attempts: 15,
  firstAttempts: 6,
  firstDelay: 100,
  longestDelay: 60_000,
  longestRetryAfter: 600_000,
  redirects: 10,
  headers: 32 * 1024,
  connect: 20_000,
  firstByte: 60_000,
  stall: 60_000,
  slowest: 100,
  connections: 320,
};

/** What a run tells all its transports. */
export interface FetchSettings {
  readonly limits: Partial<Limits>;
  readonly throttle?: Throttle;
}

export interface Effects {
  sleep(milliseconds: number, signal: AbortSignal | undefined): Promise<void>;
  /** In [0, 1). */
  random(): number;
  /** Milliseconds since 1970. */
  now(): number;
}

export const realEffects: Effects = {
  sleep: async (milliseconds, signal) => {
    await delay(milliseconds, undefined, signal === undefined ? {} : { signal });
  },
  random: Math.random,
  now: Date.now,
};

export interface TransportOptions {
  readonly signal?: AbortSignal;
  /** Where proxies are looked up: HTTP_PROXY, HTTPS_PROXY, NO_PROXY. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly access?: Access | undefined;
  readonly limits?: Partial<Limits> | undefined;
  /** A cap on bytes a second, shared by all transports that are given it. */
  readonly throttle?: Throttle | undefined;
  readonly effects?: Partial<Effects>;
}
