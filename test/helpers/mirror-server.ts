// A web server on this machine that serves a folder as the published hosts do, and misbehaves when told to.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdir, readFile, stat } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { type Misbehaviour, sendBody } from './mirror-faults.ts';

export type { Misbehaviour } from './mirror-faults.ts';

export interface Seen {
  readonly method: string;
  /** Decoded, without the leading slash and the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** How many requests for this path came before. */
  readonly earlier: number;
}

export interface MirrorOptions {
  readonly misbehave?: (seen: Seen) => Misbehaviour | undefined;
  /** Every request must bring this bearer token, or gets 401. */
  readonly token?: string;
  /** Whether `api/datasets/…` answers, as on the hub. */
  readonly hub?: boolean;
  /** Entries in a page of the hub's tree. */
  readonly pageSize?: number;
}

export interface Mirror extends AsyncDisposable {
  /** `http://127.0.0.1:<port>/` */
  readonly base: string;
  readonly requests: readonly Seen[];
  close(): Promise<void>;
}

export async function startMirror(folder: string, options: MirrorOptions = {}): Promise<Mirror> {
  const requests: Seen[] = [];
  const server = createServer((request, response) => {
    const seen = see(request, requests);
    requests.push(seen);
    answer(folder, seen, response, options).catch((error: unknown) => {
      response.statusCode = 500;
      response.end(String(error));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close').catch(() => undefined);
  };
  let closed: Promise<void> | undefined;
  const closeOnce = (): Promise<void> => {
    closed ??= close();
    return closed;
  };
  return {
    base: `http://127.0.0.1:${address.port}/`,
    requests,
    close: closeOnce,
    [Symbol.asyncDispose]: closeOnce,
  };
}

function see(request: IncomingMessage, before: readonly Seen[]): Seen {
  const url = new URL(request.url ?? '/', 'http://mirror');
  const path = decodeURIComponent(url.pathname.slice(1));
  const earlier = before.filter((other) => other.path === path).length;
  return { method: request.method ?? 'GET', path, query: url.searchParams, headers: request.headers, earlier };
}

async function answer(folder: string, seen: Seen, response: ServerResponse, options: MirrorOptions): Promise<void> {
  const fault = options.misbehave?.(seen);
  if (fault?.kind === 'reset') return void response.destroy();
  if (fault?.kind === 'status') {
    if (fault.retryAfter !== undefined) response.setHeader('retry-after', fault.retryAfter);
    return plain(response, fault.status);
  }
  if (fault?.kind === 'redirect') {
    response.setHeader('location', fault.to);
    for (const [name, value] of Object.entries(fault.headers ?? {})) response.setHeader(name, value);
    return plain(response, 302);
  }
  if (fault?.kind === 'garbage') {
    response.setHeader('content-type', 'text/html');
    return void response.end(fault.body);
  }
  if (options.token !== undefined && seen.headers.authorization !== `Bearer ${options.token}`)
    return plain(response, 401);
  const tree = /^api\/datasets\/((?:[^/]+\/)?[^/]+)\/tree\/(refs\/[^/]+\/[^/]+|[^/]+)(?:\/(.*))?$/.exec(seen.path);
  if (tree !== null) {
    if (options.hub === false) return plain(response, 404);
    const [, repository = '', revision = '', dir = ''] = tree;
    return hubTree(folder, { repository, revision, dir }, seen, response, options.pageSize ?? 1000);
  }
  const found = await stat(join(folder, seen.path)).catch(() => undefined);
  if (found === undefined) return plain(response, 404);
  if (found.isDirectory()) return index(join(folder, seen.path), seen, response);
  await file(join(folder, seen.path), seen, response, fault);
}

function plain(response: ServerResponse, status: number): void {
  response.statusCode = status;
  response.end(`${status}\n`);
}

async function file(
  path: string,
  { method, headers }: Seen,
  response: ServerResponse,
  fault: Misbehaviour | undefined,
): Promise<void> {
  const bytes = await readFile(path);
  const etag = fault?.kind === 'etag' ? fault.etag : `"${createHash('sha1').update(bytes).digest('hex')}"`;
  response.setHeader('etag', etag);
  response.setHeader('content-type', 'application/octet-stream');
  const condition = headers['if-range'];
  const ranged = fault?.kind !== 'ignore-ranges' && (condition === undefined || condition === etag);
  const [, first, last] = (ranged && /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? '')) || [];
  let body = bytes;
  if (first !== undefined) {
    const from = Number(first);
    if (from >= bytes.length) {
      response.setHeader('content-range', `bytes */${bytes.length}`);
      return plain(response, 416);
    }
    const to = last === undefined || last === '' ? bytes.length : Math.min(bytes.length, Number(last) + 1);
    const given = fault?.kind === 'wrong-range' ? Math.min(to - 1, from + fault.shift) : from;
    body = bytes.subarray(given, to);
    response.statusCode = 206;
    response.setHeader('content-range', `bytes ${given}-${to - 1}/${bytes.length}`);
  }
  if (fault?.kind !== 'no-length') response.setHeader('content-length', body.length);
  if (method === 'HEAD') return void response.end();
  sendBody(response, body, fault);
}

async function index(folder: string, { path }: Seen, response: ServerResponse): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true });
  const links = entries.map((entry) => {
    const name = `${entry.name}${entry.isDirectory() ? '/' : ''}`;
    return `<a href="${encodeURIComponent(entry.name)}${entry.isDirectory() ? '/' : ''}">${name}</a>`;
  });
  response.setHeader('content-type', 'text/html');
  response.end(
    `<html><h1>Index of /${path}</h1><a href="?C=N;O=D">Name</a>\n<a href="../">../</a>\n${links.join('\n')}</html>`,
  );
}

async function hubTree(
  folder: string,
  { repository, revision, dir }: { repository: string; revision: string; dir: string },
  { query }: Seen,
  response: ServerResponse,
  pageSize: number,
): Promise<void> {
  const root = join(folder, 'datasets', repository, 'resolve', revision);
  const entries = await readdir(join(root, dir), { withFileTypes: true }).catch(() => undefined);
  if (entries === undefined) return plain(response, 404);
  const start = Number(query.get('cursor') ?? 0);
  const names = entries.sort((a, b) => (a.name < b.name ? -1 : 1)).slice(start, start + pageSize);
  const listed = await Promise.all(
    names.map(async (entry) => {
      const path = dir === '' ? entry.name : `${dir}/${entry.name}`;
      if (entry.isDirectory()) return { type: 'directory', oid: '0', size: 0, path };
      const bytes = await readFile(join(root, path));
      const oid = createHash('sha256').update(bytes).digest('hex');
      return { type: 'file', oid: '0', size: bytes.length, lfs: { oid, size: bytes.length, pointerSize: 134 }, path };
    }),
  );
  if (start + pageSize < entries.length) {
    const at = `https://huggingface.co/api/datasets/${repository}/tree/${encodeURIComponent(revision)}/${dir}`;
    response.setHeader('link', `<${at}?recursive=false&cursor=${start + pageSize}>; rel="next"`);
  }
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(listed));
}
