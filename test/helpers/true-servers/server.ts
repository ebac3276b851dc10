// What the loopback copies of the real hosts share: a port, a record of requests, and files with ranges and validators.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';

export interface Request {
  readonly method: string;
  readonly url: URL;
  /** Decoded, without the leading slash. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
}

export interface Host extends AsyncDisposable {
  /** `http://127.0.0.1:<port>/` */
  readonly base: string;
  readonly requests: readonly Request[];
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | number>>;
  readonly body: string | Uint8Array;
}

export type Files = Readonly<Record<string, string | Uint8Array>>;

/** Listens on a port of its own choice until disposed of. */
export async function startHost(answer: (request: Request, base: string) => Answer): Promise<Host> {
  const requests: Request[] = [];
  let base = '';
  const server = createServer(({ method = 'GET', url: target = '/', headers }, response) => {
    const url = new URL(target, base);
    const request: Request = { method, url, path: decodeURIComponent(url.pathname.slice(1)), headers };
    requests.push(request);
    const { status, headers: given, body } = answer(request, base);
    response.writeHead(status, { 'content-length': Buffer.byteLength(body), ...given });
    response.end(method === 'HEAD' ? undefined : body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  base = `http://127.0.0.1:${address.port}/`;
  return {
    base,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

export const reply = (status: number, headers: Answer['headers'] = {}, body: Answer['body'] = ''): Answer => ({
  status,
  headers,
  body,
});

export const sha256 = (bytes: string | Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
export const md5 = (bytes: string | Uint8Array): string => createHash('md5').update(bytes).digest('hex');

/** A file as nginx, S3 and content networks serve it: one range at most, If-Range by ETag. */
export function replyFile(
  { headers }: Pick<Request, 'headers'>,
  contents: string | Uint8Array,
  extra: Readonly<Record<string, string>> = {},
): Answer {
  const bytes = Buffer.from(contents);
  const etag = extra.etag ?? `"${md5(bytes)}"`;
  const common = {
    'accept-ranges': 'bytes',
    'content-type': 'application/octet-stream',
    'last-modified': 'Sun, 01 Jun 2025 10:37:39 GMT',
    ...extra,
    etag,
  };
  const condition = headers['if-range'];
  const range = condition === undefined || condition === etag ? headers.range : undefined;
  const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(range ?? '') ?? [];
  if (first === undefined) return reply(200, common, bytes);
  const start = Number(first);
  if (start >= bytes.length) return reply(416, { 'content-range': `bytes */${bytes.length}` });
  const end = last === '' || last === undefined ? bytes.length : Math.min(bytes.length, Number(last) + 1);
  const place = `bytes ${start}-${end - 1}/${bytes.length}`;
  return reply(206, { ...common, 'content-range': place }, bytes.subarray(start, end));
}
