// What a status or a broken connection means for the run: go on, try again, or stop with what to do.
import { errorMessage, SourceError, systemCode } from '../../errors.ts';
import { kindOfCode } from './faults.ts';
import type { Access } from './options.ts';
import { PassingError, parseRetryAfter } from './retry.ts';

/** For messages: without query and credentials, which may be secrets (signed URLs of a content network). */
export const shownUrl = (url: URL): string => `${url.origin}${url.pathname}`;

const MAY_PASS = new Set([408, 425, 429]);

export interface Answer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  /** The hub's `x-error-code`. */
  readonly errorCode: string | undefined;
}

export interface Circumstances {
  readonly access: Access | undefined;
  readonly now: number;
  readonly sendsToken: boolean;
  /** The answer came from where another server sent us. */
  readonly redirected: boolean;
}

/** The error that a status stands for; undefined when the body can be read (or is a 416, which callers judge). */
export function failureOf(
  { status, retryAfter, errorCode }: Answer,
  url: URL,
  { access, now, sendsToken, redirected }: Circumstances,
): Error | undefined {
  if ((status >= 200 && status < 300) || status === 416) return undefined;
  if (MAY_PASS.has(status) || status >= 500)
    return new PassingError(`the server answered ${status}.`, {
      kind: `status.${status}`,
      after: parseRetryAfter(retryAfter, now),
    });
  // To those who are not logged in the hub does not say whether a dataset is private or is none.
  const failure =
    status === 401 && errorCode === 'RepoNotFound' && access !== undefined
      ? unknownDataset(url, access)
      : refusal(status, url, accessFix(access, sendsToken));
  // Addresses that a hub signs are good for minutes: asked again, it signs another.
  return redirected && (status === 401 || status === 403 || status === 404 || status === 410)
    ? new PassingError(`the address that the server redirects to answered ${status}.`, {
        kind: 'expired',
        final: failure,
      })
    : failure;
}

function unknownDataset(url: URL, { variable, page }: Access): SourceError {
  return new SourceError(`${shownUrl(url)} may not be read: the server knows no such dataset, or it is private.`, {
    code: 'fetch.forbidden',
    fix: `Check its name at ${page}; of a private one, set the environment variable ${variable} to a token of an account that may read it.`,
  });
}

function refusal(status: number, url: URL, fix: string): SourceError {
  const shown = shownUrl(url);
  if (status === 401 || status === 403) {
    return new SourceError(`${shown} may not be read: the server answered ${status}.`, {
      code: 'fetch.forbidden',
      fix,
    });
  }
  if (status === 404 || status === 410) {
    return new SourceError(`${shown} does not exist: the server answered ${status}.`, {
      code: 'fetch.not_found',
      fix: 'Check the source’s options (language, date, version, revision) and that its `mirror:`, if it has one, holds this path.',
    });
  }
  return new SourceError(`${shown} could not be read: the server answered ${status}.`, {
    code: 'fetch.failed',
    fix: 'Open the address in a browser to see what the server says; check `mirror:` and proxies.',
  });
}

function accessFix(access: Access | undefined, sendsToken: boolean): string {
  if (access === undefined)
    return 'Check whether the server asks for a login; credentials may stand in `mirror:` (https://user:password@host/).';
  const { variable, token, page } = access;
  if (token === undefined)
    return `Accept the terms at ${page}, then set the environment variable ${variable} to a token of that account.`;
  if (!sendsToken) return `The token in ${variable} is only sent over https or to this machine: use an https mirror.`;
  return `The token in ${variable} is not accepted for this: accept the terms at ${page} with that account, or set ${variable} to a token of an account that has.`;
}

const PASSING_CODES =
  /^(?:UND_ERR_(?:SOCKET|CONNECT_TIMEOUT|HEADERS_TIMEOUT|BODY_TIMEOUT|RES_CONTENT_LENGTH_MISMATCH|ABORTED|DESTROYED)|HPE_[A-Z_]+|EAI_AGAIN|E[A-Z]+)$/;

/** A failure of the connection. Errors of certificates and arguments do not pass. */
export function connectionFailure(error: unknown, url: URL, phase: 'headers' | 'body'): unknown {
  const code = systemCode(error);
  if (code === undefined) return error;
  if (code === 'UND_ERR_HEADERS_OVERFLOW') {
    return new SourceError(`${shownUrl(url)} could not be read: the headers of its answer are too long.`, {
      code: 'fetch.headers',
      fix: 'Check the address and what stands between it and this machine; `fetch.headers` raises the limit.',
      cause: error,
    });
  }
  if (PASSING_CODES.test(code))
    return new PassingError(`the connection failed (${code}: ${errorMessage(error)}).`, {
      kind: kindOfCode(code, phase),
      cause: error,
    });
  return new SourceError(`${shownUrl(url)} could not be read: ${errorMessage(error)} (${code}).`, {
    code: 'fetch.failed',
    fix: 'Check the address, the certificates that this machine trusts (NODE_EXTRA_CA_CERTS) and the proxy settings.',
    cause: error,
  });
}
