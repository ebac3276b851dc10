// What a status or a broken connection means for the run: go on, try again, or stop with what to do.
import { errorMessage, SourceError, systemCode } from '../../errors.ts';
import type { Access } from './options.ts';
import { PassingError, parseRetryAfter } from './retry.ts';

/** For messages: without query and credentials, which may be secrets (signed URLs of a content network). */
export const shownUrl = (url: URL): string => `${url.origin}${url.pathname}`;

const MAY_PASS = new Set([408, 425, 429]);

export interface Answer {
  readonly status: number;
  readonly retryAfter: string | undefined;
}

/** The error that a status stands for; undefined when the body can be read (or is a 416, which callers judge). */
export function failureOf(
  { status, retryAfter }: Answer,
  url: URL,
  { access, now, sendsToken }: { access: Access | undefined; now: number; sendsToken: boolean },
): Error | undefined {
  if ((status >= 200 && status < 300) || status === 416) return undefined;
  const shown = shownUrl(url);
  if (MAY_PASS.has(status) || status >= 500)
    return new PassingError(`the server answered ${status}.`, { after: parseRetryAfter(retryAfter, now) });
  if (status === 401 || status === 403) {
    return new SourceError(`${shown} may not be read: the server answered ${status}.`, {
      code: 'fetch.forbidden',
      fix: accessFix(access, sendsToken),
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
export function connectionFailure(error: unknown, url: URL): unknown {
  const code = systemCode(error);
  if (code === undefined) return error;
  if (PASSING_CODES.test(code))
    return new PassingError(`the connection failed (${code}: ${errorMessage(error)}).`, { cause: error });
  return new SourceError(`${shownUrl(url)} could not be read: ${errorMessage(error)} (${code}).`, {
    code: 'fetch.failed',
    fix: 'Check the address, the certificates that this machine trusts (NODE_EXTRA_CA_CERTS) and the proxy settings.',
    cause: error,
  });
}
