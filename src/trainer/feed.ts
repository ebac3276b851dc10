// Reads documents from the engine's feed over a Unix socket, only as fast as they are trained on.
import { StringDecoder } from 'node:string_decoder';
import { Client } from 'undici';
import { DiskError, errorMessage, TrainerError } from '../errors.ts';
import { type DiskRequest, type FeedDocument, feedDocument } from './protocol.ts';

/** Bytes that wait to be encoded; beyond them the socket is not read and the engine waits. */
const READ_AHEAD = 64 * 1024;

/** A line longer than this means that what answers is no feed: records are bounded far below. */
const LONGEST_LINE = 256 * 2 ** 20;

const feedEnded = (cause: unknown) =>
  new TrainerError(`the feed ended early: ${errorMessage(cause)}`, {
    code: 'feed.ended',
    fix: 'The engine stopped. Run the same command again: training goes on from the last checkpoint.',
    cause,
  });

export class Feed {
  /** Two connections, because the long answer of /documents would hold up every other request. */
  readonly #documents: Client;
  readonly #requests: Client;

  /** Where the engine listens. */
  readonly socketPath: string;

  constructor(socketPath: string) {
    this.socketPath = socketPath;
    // No timeouts: a slow stream is normal, and a dead engine closes the socket.
    const options = { socketPath, headersTimeout: 0, bodyTimeout: 0 };
    this.#documents = new Client('http://feed', options);
    this.#requests = new Client('http://feed', options);
  }

  /**
   * Kept documents numbered `from`, `from + 1`, … to the end of the corpus.
   * @throws TrainerError `feed.ended` when the answer breaks off, `feed.refused` for any answer but 200.
   */
  async *documents(from: number): AsyncGenerator<FeedDocument> {
    try {
      const response = await this.#documents.request({
        path: `/documents?from=${from}`,
        method: 'GET',
        highWaterMark: READ_AHEAD,
      });
      if (response.statusCode !== 200) throw refused('/documents', response.statusCode, await response.body.text());
      const decoder = new StringDecoder('utf8');
      let parts: string[] = [];
      let length = 0;
      for await (const chunk of response.body) {
        const lines = decoder.write(chunk).split('\n');
        const last = lines.pop() ?? '';
        for (const line of lines) {
          yield parseDocument(parts.join('') + line);
          parts = [];
          length = 0;
        }
        parts.push(last);
        length += last.length;
        if (length > LONGEST_LINE) throw new TrainerError('a line of the feed never ends', { code: 'feed.invalid' });
      }
      const rest = parts.join('') + decoder.end();
      if (rest !== '') yield parseDocument(rest);
    } catch (error) {
      throw error instanceof TrainerError ? error : feedEnded(error);
    }
  }

  /** Documents numbered below `documents` are in a durable checkpoint. */
  async consumed(documents: number): Promise<void> {
    const { status, text } = await this.#post('/consumed', { documents });
    if (status !== 200) throw refused('/consumed', status, text);
  }

  /** @throws DiskError `disk.budget` when the engine refuses the bytes. */
  async reserve(bytes: number, part: DiskRequest['part']): Promise<void> {
    const { status, text } = await this.#post('/reserve', { bytes, part } satisfies DiskRequest);
    if (status === 507) {
      throw new DiskError(`no room on disk for ${bytes} bytes of ${part}${text === '' ? '' : `: ${text}`}`, {
        code: 'disk.budget',
        fix: 'Raise disk.budget in the pipeline file, or free space, and run again: the run goes on where it stopped.',
      });
    }
    if (status !== 200) throw refused('/reserve', status, text);
  }

  async release(bytes: number, part: DiskRequest['part']): Promise<void> {
    const { status, text } = await this.#post('/release', { bytes, part } satisfies DiskRequest);
    if (status !== 200) throw refused('/release', status, text);
  }

  async close(): Promise<void> {
    await Promise.all([this.#requests.destroy(), this.#documents.destroy()]);
  }

  async #post(path: string, body: object): Promise<{ status: number; text: string }> {
    try {
      const response = await this.#requests.request({
        path,
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      return { status: response.statusCode, text: (await response.body.text()).trim() };
    } catch (error) {
      throw feedEnded(error);
    }
  }
}

function refused(path: string, status: number, text: string): TrainerError {
  return new TrainerError(`the feed answered ${status} to ${path}${text === '' ? '' : `: ${text}`}`, {
    code: 'feed.refused',
  });
}

function parseDocument(line: string): FeedDocument {
  let data: unknown;
  try {
    data = JSON.parse(line);
  } catch (error) {
    throw new TrainerError(`the feed sent a line that is not JSON: ${line.slice(0, 80)}`, {
      code: 'feed.invalid',
      cause: error,
    });
  }
  const parsed = feedDocument.safeParse(data);
  if (!parsed.success)
    throw new TrainerError(`the feed sent no document: ${parsed.error.message}`, { code: 'feed.invalid' });
  return parsed.data;
}
