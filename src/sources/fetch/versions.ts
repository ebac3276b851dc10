// Notices when a file changes on its server between two requests for parts of it.
import { SourceError } from '../../errors.ts';
import { shownUrl } from './answers.ts';
import type { Exchange } from './client.ts';

interface Version {
  identity: string | undefined;
  /** Bytes of the whole file. */
  total: number | undefined;
}

/** What each file was when it was first asked for. About 200 bytes a file. */
export class Versions {
  readonly #known = new Map<string, Version>();

  /** The validator for `If-Range`: a strong ETag or a date, never a weak ETag (RFC 9110, 13.1.5). */
  readonly #validators = new Map<string, string>();

  validator(path: string): string | undefined {
    return this.#validators.get(path);
  }

  /** Of a large file the hub says the sha256 with its redirect. */
  readonly #linked = new Map<string, string>();

  linked(path: string): string | undefined {
    return this.#linked.get(path);
  }

  /** What comes next is taken as a new file. */
  forget(path: string): void {
    this.#known.delete(path);
    this.#validators.delete(path);
    this.#linked.delete(path);
  }

  /** Compares an answer with those before; returns the file's size where known. */
  check(path: string, exchange: Exchange): number | undefined {
    const total = totalOf(exchange);
    const version = this.#known.get(path) ?? { identity: exchange.identity, total };
    this.#known.set(path, version);
    const other = (a: string | number | undefined, b: string | number | undefined): boolean =>
      a !== undefined && b !== undefined && a !== b;
    if (other(version.identity, exchange.identity) || other(version.total, total)) throw changed(exchange.url);
    version.identity ??= exchange.identity;
    version.total ??= total;
    const [, linked] = /^"([0-9a-f]{64})"$/.exec(exchange.linked ?? '') ?? [];
    if (linked !== undefined) this.#linked.set(path, linked);
    const etag = exchange.header('etag');
    const validator = etag?.startsWith('W/') === true ? undefined : (etag ?? exchange.header('last-modified'));
    if (validator !== undefined) this.#validators.set(path, validator);
    return version.total;
  }
}

export function changed(url: URL): SourceError {
  return new SourceError(`${shownUrl(url)} changed on the server while it was being read.`, {
    code: 'source.changed',
    fix: 'What was read before no longer fits. Begin anew with --fresh, or read a pinned `revision:` or a `mirror:` that stays as it is.',
  });
}

/** First byte of a 206's body; undefined when the header is missing or malformed. */
export function rangeStartOf(exchange: Exchange): number | undefined {
  const [, start] = /^bytes (\d+)-/.exec(exchange.header('content-range') ?? '') ?? [];
  return start === undefined ? undefined : Number(start);
}

export function totalOf({ status, header }: Exchange): number | undefined {
  if (status === 200) {
    const length = header('content-length');
    return length !== undefined && /^\d+$/.test(length) ? Number(length) : undefined;
  }
  const [, total] = /\/(\d+)$/.exec(header('content-range') ?? '') ?? [];
  return total === undefined ? undefined : Number(total);
}
