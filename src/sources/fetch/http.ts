// A transport over HTTP(S): a file is one stream of bytes to its reader, whatever happens to the connections below it.

import { SourceError } from '../../errors.ts';
import type { Transport } from '../../pipeline/define.ts';
import { shownUrl } from './answers.ts';
import { readBody } from './body.ts';
import { bodyFailure, createClient, discard, type Exchange } from './client.ts';
import { type Listing, listHub, listIndex, type Page } from './listing.ts';
import { realEffects, standardLimits, type TransportOptions } from './options.ts';
import { encodePath, hubPlaceOf } from './paths.ts';
import { PassingError, type Patience, Retries } from './retry.ts';
import { changed, rangeStartOf, totalOf, Versions } from './versions.ts';

/** A listing is read whole; a page above this is no listing. */
const LONGEST_PAGE = 64 * 1024 * 1024;

export function openHttp(
  base: string,
  { signal: stop, env = {}, access, throttle, ...rest }: TransportOptions,
): Transport {
  const limits = { ...standardLimits, ...rest.limits };
  const effects = { ...realEffects, ...rest.effects };
  const root = new URL(base.endsWith('/') ? base : `${base}/`);
  const login = root.username === '' ? undefined : decoded(`${root.username}:${root.password}`);
  root.username = '';
  root.password = '';
  root.search = '';
  root.hash = '';
  const client = createClient({ limits, env, access, login, now: effects.now });
  const versions = new Versions();
  const urlOf = (path: string): URL => new URL(encodePath(path, root.href), root);
  const joined = (signal: AbortSignal | undefined): AbortSignal | undefined => {
    if (stop === undefined || signal === undefined || stop === signal) return signal ?? stop;
    return AbortSignal.any([stop, signal]);
  };
  const retriesOf = (url: URL, signal: AbortSignal | undefined): Retries => {
    const patience: Patience = { limits, effects, signal, answered: client.answered };
    return new Retries(shownUrl(url), patience);
  };

  /** Bytes `start` to `end` (or the file's end) of a file, over as many requests as it takes. */
  async function* bytes(
    path: string,
    start: number,
    end: number,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<Uint8Array> {
    const url = urlOf(path);
    const retries = retriesOf(url, signal);
    let at = start;
    while (at < end) {
      try {
        const exchange = await client.exchange(url, rangeHeaders(path, at, end), signal);
        const total = await closing(exchange, () => {
          if (exchange.status !== 416) return versions.check(path, exchange);
          const size = totalOf(exchange);
          if (at > start && size !== at) throw changed(url);
          return undefined;
        });
        if (exchange.status === 416) return await discard(exchange.body);
        // A server without ranges answers 200 with the whole file: what was read before is skipped.
        let position = exchange.status === 206 ? (rangeStartOf(exchange) ?? at) : 0;
        await closing(exchange, () => {
          if (position > at)
            throw new PassingError('the server answered with another range than was asked for.', { kind: 'range' });
        });
        for await (const chunk of readBody(exchange.body, limits, effects.now)) {
          await throttle?.take(chunk.length, signal);
          const from = Math.max(0, at - position);
          position += chunk.length;
          if (from >= chunk.length) continue;
          const part = chunk.subarray(from, Math.min(chunk.length, chunk.length - (position - end)));
          at += part.length;
          retries.progressed();
          yield part;
          if (at >= end) return;
        }
        if (total !== undefined && position < Math.min(total, end))
          throw new PassingError(`the answer ended ${total - position} bytes early.`, { kind: 'truncated' });
        if (position < at && at > start) throw changed(url);
        return;
      } catch (error) {
        const failure = bodyFailure(error, url, signal);
        await retries.failed(at > start ? passingMidway(failure) : failure);
      }
    }
  }

  function rangeHeaders(path: string, at: number, end: number): Record<string, string> {
    if (at === 0 && end === Number.POSITIVE_INFINITY) return {};
    const validator = versions.validator(path);
    return {
      range: `bytes=${at}-${end === Number.POSITIVE_INFINITY ? '' : end - 1}`,
      ...(validator === undefined ? {} : { 'if-range': validator }),
    };
  }

  async function page<T>(url: URL, read: (page: Page) => T): Promise<T> {
    const retries = retriesOf(url, stop);
    for (;;) {
      try {
        const exchange = await client.exchange(url, {}, stop);
        const chunks: Uint8Array[] = [];
        let length = 0;
        for await (const chunk of readBody(exchange.body, limits, effects.now)) {
          await throttle?.take(chunk.length, stop);
          chunks.push(chunk);
          length += chunk.length;
          if (length > LONGEST_PAGE) throw tooLong(url);
        }
        const text = Buffer.concat(chunks).toString('utf8');
        return read({ text, link: exchange.header('link'), url: exchange.url });
      } catch (error) {
        await retries.failed(bodyFailure(error, url, stop));
      }
    }
  }

  async function listing(dir: string): Promise<Listing> {
    const index = new URL(urlOf(dir).href.replace(/\/?$/, '/'));
    const place = hubPlaceOf(dir);
    if (place === undefined) return listIndex(dir, index, page);
    try {
      return await listHub(place, root, page);
    } catch (error) {
      // A plain mirror of the hub's paths has no such interface, but lists its folders.
      if (!(error instanceof SourceError) || error.code !== 'fetch.not_found') throw error;
      return listIndex(dir, index, page);
    }
  }

  return {
    base: root.href,
    open: (path, { start = 0, signal } = {}) => bytes(path, start, Number.POSITIVE_INFINITY, joined(signal)),

    list: async (dir) => (await listing(dir)).files,
    folders: async (dir) => (await listing(dir)).folders,

    async size(path) {
      const url = urlOf(path);
      const retries = retriesOf(url, stop);
      for (;;) {
        try {
          // Not HEAD: the signed addresses that hubs redirect to are often good for GET only.
          const exchange = await client.exchange(url, { range: 'bytes=0-0' }, stop);
          await discard(exchange.body);
          return totalOf(exchange);
        } catch (error) {
          await retries.failed(bodyFailure(error, url, stop));
        }
      }
    },

    async range(path, start, end, signal) {
      const buffer = Buffer.from(new ArrayBuffer(Math.max(0, end - start)));
      let filled = 0;
      for await (const chunk of bytes(path, start, end, joined(signal))) {
        buffer.set(chunk, filled);
        filled += chunk.length;
      }
      const whole = buffer.buffer;
      if (!(whole instanceof ArrayBuffer)) throw new TypeError('a Buffer over an ArrayBuffer lost it');
      return filled === whole.byteLength ? whole : whole.slice(0, filled);
    },

    renew: (path) => versions.forget(path),

    published(path) {
      const value = versions.linked(path);
      return value === undefined ? undefined : { algorithm: 'sha256', value };
    },
  };
}

/** A file of which a part was just read is there and allowed, whatever a server in trouble says for a while. */
function passingMidway(failure: unknown): unknown {
  const refused =
    failure instanceof SourceError && (failure.code === 'fetch.not_found' || failure.code === 'fetch.forbidden');
  return refused ? new PassingError(failure.message, { kind: 'denied', cause: failure }) : failure;
}

/** Lets no connection hang on an answer whose body will not be read because `check` throws. */
async function closing<T>(exchange: Exchange, check: () => T): Promise<T> {
  try {
    return check();
  } catch (error) {
    await discard(exchange.body);
    throw error;
  }
}

/** A password may hold a per cent sign that stands for itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const tooLong = (url: URL): SourceError =>
  new SourceError(`${shownUrl(url)} is too long for a list of files.`, {
    code: 'fetch.failed',
    fix: 'Check `mirror:`: it must be the base below which the published paths lie.',
  });
