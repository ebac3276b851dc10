// The feed: kept documents, served in order over HTTP on a Unix socket to the one reader that trains on them.
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { DiskError, errorMessage, SeiryuError } from '../errors.ts';
import type { Disk } from '../pipeline/define.ts';

export interface FeedOptions {
  /** Bytes of documents that may wait for the reader. */
  readonly limit: number;
  readonly disk: Disk;
  /** Documents numbered below this are in a durable checkpoint of the reader. */
  onConsumed(documents: number): Promise<void>;
}

interface Waiting {
  readonly number: number;
  readonly bytes: Uint8Array;
}

const CHUNK = 65_536;
const MAX_BODY = 65_536;
const consumedBody = z.object({ documents: z.int().nonnegative() });
const diskBody = z.object({ bytes: z.int().nonnegative(), part: z.string().max(40) });

/**
 * `GET /documents?from=N` streams one JSON document a line, numbered N, N+1, …, and ends with the corpus.
 * `POST /consumed {"documents"}`, `POST /reserve {"bytes", "part"}` (200 or 507), `POST /release {"bytes", "part"}`.
 * The socket lies in a folder that only this user may enter.
 */
export class Feed {
  readonly #options: FeedOptions;
  readonly #server: Server;
  #folder = '';
  #queue: Waiting[] = [];
  #queued = 0;
  /** Number of the next document that will be pushed. */
  #next: number;
  /** Documents below this number are not needed by the reader. */
  #from = 0;
  #ended = false;
  #failed = false;
  #discarding = false;
  #wakers: (() => void)[] = [];

  constructor(firstNumber: number, options: FeedOptions) {
    this.#next = firstNumber;
    this.#options = options;
    this.#server = createServer((request, response) => {
      this.#route(request, response).catch((error: unknown) => this.#refuse(response, error));
    });
    // A trainer may be silent for as long as a step takes: an idle connection that the server closed would break its next request.
    this.#server.keepAliveTimeout = 0;
    this.#server.requestTimeout = 0;
  }

  get queuedBytes(): number {
    return this.#queued;
  }

  /** Opens the socket; its path. */
  async listen(): Promise<string> {
    this.#folder = await mkdtemp(join(tmpdir(), 'seiryu-'));
    const path = process.platform === 'win32' ? `\\\\.\\pipe\\${this.#folder}` : join(this.#folder, 'feed.sock');
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(path, resolve);
    });
    return path;
  }

  /** Adds the kept documents of a block; waits while the reader has enough to read. Returns at once after `abort` or `discard`. */
  async push(bytes: Uint8Array, offsets: Uint32Array, kept: readonly number[]): Promise<void> {
    for (const index of kept) {
      const number = this.#next++;
      if (number < this.#from) continue;
      while (this.#queued >= this.#options.limit && !this.#failed && !this.#discarding) await this.#change();
      if (this.#failed || this.#discarding) return;
      // A copy: the block's buffer must not be held by one waiting document.
      const line = bytes.slice(offsets[index] ?? 0, offsets[index + 1] ?? 0);
      this.#queue.push({ number, bytes: line });
      this.#queued += line.length;
      this.#wake();
    }
  }

  /** No more documents will come: the response ends well once the reader has them all. */
  end(): void {
    this.#ended = true;
    this.#wake();
  }

  /** The reader was told to stop: nothing more is queued, and nobody waits for it. */
  discard(): void {
    this.#discarding = true;
    this.#wake();
  }

  /** Breaks the response off: the reader must not take the stream for complete. */
  abort(): void {
    this.#failed = true;
    this.#wake();
  }

  async close(): Promise<void> {
    this.abort();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://feed');
    const route = `${request.method ?? 'GET'} ${url.pathname}`;
    if (route === 'GET /documents') return this.#serve(Number(url.searchParams.get('from') ?? 0), response);
    if (route === 'POST /consumed') {
      await this.#options.onConsumed(consumedBody.parse(await readJson(request)).documents);
    } else if (route === 'POST /reserve') {
      const { bytes, part } = diskBody.parse(await readJson(request));
      await this.#options.disk.reserve(bytes, part);
    } else if (route === 'POST /release') {
      const { bytes, part } = diskBody.parse(await readJson(request));
      this.#options.disk.release(bytes, part);
    } else {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  }

  async #serve(from: number, response: ServerResponse): Promise<void> {
    const first = this.#queue[0]?.number ?? this.#next;
    if (!Number.isInteger(from) || from < 0 || from < Math.min(first, this.#next)) {
      response.writeHead(410, { 'content-type': 'text/plain' }).end(`The feed begins at document ${first}.`);
      return;
    }
    this.#from = from;
    while ((this.#queue[0]?.number ?? from) < from) this.#take();
    response.writeHead(200, { 'content-type': 'application/x-ndjson' });
    response.flushHeaders();
    while (!response.destroyed) {
      if (this.#failed) {
        response.destroy();
        return;
      }
      const lines: Uint8Array[] = [];
      let size = 0;
      while (size < CHUNK && this.#queue.length > 0) {
        const { bytes } = this.#take();
        lines.push(bytes);
        size += bytes.length;
      }
      if (lines.length > 0) {
        if (!response.write(Buffer.concat(lines))) await drained(response);
      } else if (this.#ended) {
        response.end();
        return;
      } else {
        await this.#change();
      }
    }
  }

  #take(): Waiting {
    const head = this.#queue.shift();
    if (head === undefined) throw new SeiryuError('The feed was read while empty.', { code: 'feed.empty' });
    this.#queued -= head.bytes.length;
    this.#wake();
    return head;
  }

  #refuse(response: ServerResponse, error: unknown): void {
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const status =
      error instanceof DiskError ? 507 : error instanceof z.ZodError || error instanceof SyntaxError ? 400 : 500;
    const code = error instanceof SeiryuError ? error.code : 'feed.request';
    response
      .writeHead(status, { 'content-type': 'application/json' })
      .end(JSON.stringify({ code, message: errorMessage(error) }));
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#wakers.push(resolve));
  }

  #wake(): void {
    const wakers = this.#wakers;
    this.#wakers = [];
    for (const wake of wakers) wake();
  }
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.once('drain', done).once('close', done);
  });
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > MAX_BODY) throw new SyntaxError('The body is too long.');
    chunks.push(bytes);
  }
  return JSON.parse(Buffer.concat(chunks).toString('utf8'));
}
