// The ways in which the loopback server misbehaves, and how a body goes wrong.
import type { ServerResponse } from 'node:http';

/** What to do instead of, or on top of, answering well. */
export type Misbehaviour =
  /** Closes the connection, in good order, after this many bytes of the body. */
  | { readonly kind: 'cut'; readonly after: number }
  /** Closes the connection without an answer. */
  | { readonly kind: 'reset' }
  /** Resets the connection after this many bytes of the body: Node sends FIN and RST, and the reader may meet either first. */
  | { readonly kind: 'tcp-reset'; readonly after: number }
  | { readonly kind: 'status'; readonly status: number; readonly retryAfter?: string }
  | { readonly kind: 'redirect'; readonly to: string; readonly headers?: Readonly<Record<string, string>> }
  | { readonly kind: 'ignore-ranges' }
  | { readonly kind: 'etag'; readonly etag: string }
  /** Sends headers and this many bytes, then nothing more. */
  | { readonly kind: 'stall'; readonly after: number }
  /** Sends headers and then a byte every so many milliseconds. */
  | { readonly kind: 'drip'; readonly every: number }
  /** Answers a range with what lies this many bytes further on, and says so. */
  | { readonly kind: 'wrong-range'; readonly shift: number }
  /** Repeats the `count` bytes before `at`; the length stays, so the end is lost. */
  | { readonly kind: 'duplicate'; readonly at: number; readonly count: number }
  /** One bit of the byte at `at` is another. */
  | { readonly kind: 'flip'; readonly at: number }
  /** A page of somebody else's, with status 200. */
  | { readonly kind: 'garbage'; readonly body: string }
  /** Sends the body in chunks, without its length. */
  | { readonly kind: 'no-length' };

/** The bytes that are sent in the place of `body`. */
export function bentBody(body: Buffer, fault: Misbehaviour | undefined): Buffer {
  if (fault?.kind === 'flip') {
    const bent = Buffer.from(body);
    bent[fault.at] = (bent[fault.at] ?? 0) ^ 1;
    return bent;
  }
  if (fault?.kind !== 'duplicate') return body;
  const { at, count } = fault;
  return Buffer.concat([body.subarray(0, at), body.subarray(Math.max(0, at - count))]).subarray(0, body.length);
}

/** Sends a body, headers set already, as `fault` says. */
export function sendBody(response: ServerResponse, body: Buffer, fault: Misbehaviour | undefined): void {
  switch (fault?.kind) {
    case 'cut':
    case 'stall':
    case 'tcp-reset': {
      response.flushHeaders();
      const part = body.subarray(0, fault.after);
      const sent = (): void => {
        if (fault.kind === 'cut') response.destroy();
        if (fault.kind === 'tcp-reset') response.socket?.resetAndDestroy();
      };
      if (part.length === 0) sent();
      else response.write(part, sent);
      return;
    }
    case 'drip': {
      response.flushHeaders();
      let at = 0;
      const timer = setInterval(() => {
        response.write(body.subarray(at, at + 1));
        at++;
        if (at >= body.length) clearInterval(timer);
      }, fault.every);
      response.once('close', () => clearInterval(timer));
      return;
    }
    default:
      response.end(bentBody(body, fault));
  }
}
