// One HTTP exchange through undici: proxies, timeouts, our own redirects, and no secret sent to a stranger.
import { Agent, type Dispatcher, EnvHttpProxyAgent, request } from 'undici';
import { SourceError } from '../../errors.ts';
import { version } from '../../version.ts';
import { connectionFailure, failureOf, shownUrl } from './answers.ts';
import type { Access, Limits } from './options.ts';
import { PassingError } from './retry.ts';

export interface Exchange {
  readonly status: number;
  /** The last address, after redirects. */
  readonly url: URL;
  header(name: string): string | undefined;
  /** What names the file's contents: the hub's own ETag where a redirect gave one, else the server's. */
  readonly identity: string | undefined;
  /** The hub's `x-linked-etag`: of a large file its sha256. */
  readonly linked: string | undefined;
  readonly body: Dispatcher.ResponseData['body'];
}

export interface Client {
  /** Answers of 200, 206 and 416; anything else throws: PassingError when another try may help. */
  exchange(url: URL, headers: Readonly<Record<string, string>>, signal: AbortSignal | undefined): Promise<Exchange>;
  answered(): boolean;
}

interface ClientOptions {
  readonly limits: Limits;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly access: Access | undefined;
  /** `user:password` of the base URL. */
  readonly login: string | undefined;
  readonly now: () => number;
}

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

export function createClient({ limits, env, access, login, now }: ClientOptions): Client {
  let dispatcher = createDispatcher(limits, env);
  const authorization =
    login !== undefined
      ? `Basic ${Buffer.from(login).toString('base64')}`
      : access?.token !== undefined
        ? `Bearer ${access.token}`
        : undefined;
  let answered = false;

  return {
    answered: () => answered,

    async exchange(first, headers, signal) {
      const sendsToken = authorization !== undefined && isPrivate(first);
      let url = first;
      let trusted = sendsToken;
      let linked: string | undefined;
      for (let hop = 0; hop <= limits.redirects; hop++) {
        const used = dispatcher;
        const response = await answerWithin(limits, signal, () =>
          request(url, {
            method: 'GET',
            headers: {
              'user-agent': `seiryu/${version} (text corpora, streamed)`,
              // Ranges count bytes of the file as published, so nothing may be compressed on the way.
              'accept-encoding': 'identity',
              ...headers,
              ...(trusted && authorization !== undefined ? { authorization } : {}),
            },
            dispatcher: used,
            signal: signal ?? null,
            headersTimeout: limits.firstByte,
            bodyTimeout: limits.stall,
          }),
        ).catch((error: unknown) => {
          signal?.throwIfAborted();
          if (!(error instanceof LateError)) throw connectionFailure(error, url, 'headers');
          // Whatever holds the answers up, new connections start without it.
          if (used === dispatcher) dispatcher = createDispatcher(limits, env);
          void used.destroy();
          throw error;
        });
        answered = true;
        const { statusCode: status, body } = response;
        const header = (name: string): string | undefined => {
          const value = response.headers[name];
          return Array.isArray(value) ? value.join(', ') : value;
        };
        linked ??= header('x-linked-etag');
        const location = header('location');
        if (REDIRECTS.has(status) && location !== undefined) {
          await discard(body);
          const next = redirectTarget(location, url);
          trusted &&= next.origin === first.origin;
          url = next;
          continue;
        }
        const failure = failureOf(
          { status, retryAfter: header('retry-after'), errorCode: header('x-error-code') },
          url,
          {
            access,
            now: now(),
            sendsToken,
            redirected: hop > 0,
          },
        );
        if (failure !== undefined) {
          await discard(body);
          throw failure;
        }
        const identity = (linked ?? header('etag') ?? header('last-modified'))?.replace(/^W\//, '');
        return { status, url, header, identity, linked, body };
      }
      throw new SourceError(`${shownUrl(first)} redirects more than ${limits.redirects} times.`, {
        code: 'fetch.failed',
        fix: 'Open the address in a browser; the server (or a login page before it) sends the request round in circles.',
      });
    },
  };
}

/**
 * undici's limits and signals work once it has a connection; behind a proxy that closes every tunnel it tries to get one
 * for ever (Client's onError keeps requests on UND_ERR_SOCKET). So the wait for an answer has an end of its own.
 */
async function answerWithin<T>(
  { connect, firstByte }: Limits,
  signal: AbortSignal | undefined,
  ask: () => Promise<T>,
): Promise<T> {
  const { promise: ended, reject } = withReject();
  const milliseconds = connect + firstByte + 1000;
  const stop = (): void => reject(signal?.reason);
  const timer = setTimeout(() => reject(new LateError(milliseconds)), milliseconds);
  signal?.addEventListener('abort', stop);
  try {
    return await Promise.race([ask(), ended]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', stop);
  }
}

class LateError extends PassingError {
  constructor(milliseconds: number) {
    super(`no answer came within ${Math.round(milliseconds / 1000)} seconds.`, { kind: 'no_answer' });
  }
}

function withReject(): { promise: Promise<never>; reject(reason: unknown): void } {
  let reject: (reason: unknown) => void = () => undefined;
  const promise = new Promise<never>((_, no) => {
    reject = no;
  });
  return { promise, reject };
}

/** A token must not cross a network in the clear. */
const isPrivate = ({ protocol, hostname }: URL): boolean =>
  protocol === 'https:' || hostname === 'localhost' || hostname === '[::1]' || /^127\.[\d.]+$/.test(hostname);

function redirectTarget(location: string, from: URL): URL {
  const next = URL.canParse(location, from.href) ? new URL(location, from) : undefined;
  if (next !== undefined && /^https?:$/.test(next.protocol)) return next;
  throw new SourceError(`${shownUrl(from)} redirects to what is no web address.`, {
    code: 'fetch.failed',
    fix: 'Open the address in a browser to see what the server says.',
  });
}

/** Reads a small body to its end, so that the connection can be used again. Its contents and its failures say nothing. */
export async function discard(body: Dispatcher.ResponseData['body']): Promise<void> {
  await body.dump({ limit: 64 * 1024 }).catch(() => undefined);
}

function createDispatcher(limits: Limits, env: Readonly<Record<string, string | undefined>>): Dispatcher {
  const options = {
    connections: limits.connections,
    connect: { timeout: limits.connect },
    headersTimeout: limits.firstByte,
    bodyTimeout: limits.stall,
    maxHeaderSize: limits.headers,
    keepAliveTimeout: 10_000,
  };
  const httpProxy = env.http_proxy ?? env.HTTP_PROXY ?? '';
  const httpsProxy = env.https_proxy ?? env.HTTPS_PROXY ?? '';
  if (httpProxy === '' && httpsProxy === '') return new Agent(options);
  // A proxy never reaches this machine's own servers.
  const noProxy = ['localhost', '127.0.0.1', '[::1]', env.no_proxy ?? env.NO_PROXY ?? ''].join(',');
  // As curl does: http is asked of the proxy itself, only https goes through a tunnel.
  return new EnvHttpProxyAgent({ ...options, httpProxy, httpsProxy, noProxy, proxyTunnel: false });
}

/** For callers that read a body: its failure, told apart from their own. */
export function bodyFailure(error: unknown, url: URL, signal: AbortSignal | undefined): unknown {
  signal?.throwIfAborted();
  return error instanceof PassingError || error instanceof SourceError ? error : connectionFailure(error, url, 'body');
}
