// The `url-list` filter: drops documents by where they were published, or keeps only those from listed places.
import { getPublicSuffix, parse } from 'tldts';
import { z } from 'zod';
import { PipelineError } from '../errors.ts';
import { define } from '../pipeline/define.ts';
import { readLists } from './lib/list-files.ts';

const options = z.strictObject({
  urls: z
    .array(z.string().min(1))
    .default([])
    .describe(
      'hosts (`example.co.jp`, its subdomains included), all hosts under a suffix (`*.ac.jp`), or paths of a host (`example.com/blog/`)',
    ),
  files: z
    .array(z.string().min(1))
    .default([])
    .describe('files with one such entry a line, relative to the pipeline file; `#` begins a remark'),
  paths: z
    .array(z.string().startsWith('/'))
    .default([])
    .describe('beginnings of paths that are listed on every host, e.g. `/tag/`'),
  scope: z
    .enum(['host', 'domain'])
    .default('host')
    .describe(
      '`domain` widens each entry without a path to its registrable domain: `a.example.co.jp` to `example.co.jp`',
    ),
  action: z.enum(['drop', 'keep']).default('drop').describe('`drop` documents of listed places, or `keep` these alone'),
  withoutUrl: z.enum(['keep', 'drop']).default('keep').describe('what becomes of documents without a readable URL'),
});

export const urlList = define({
  kind: 'filter',
  name: 'url-list',
  summary: 'Drops documents of listed hosts and paths, or keeps only those, with public suffixes understood.',
  reference: 'https://publicsuffix.org/',
  options,
  refuses: true,
  reasons: {
    listed: 'its URL is listed',
    unlisted: 'its URL is not listed, with `action: keep`',
    'no-url': 'it has no readable URL, with `withoutUrl: drop`',
  },
  examples: [
    {
      input: '春',
      url: 'http://www.spam.example.co.jp/a',
      options: { urls: ['example.co.jp'] },
      output: { drop: 'listed' },
    },
    { input: '春', url: 'http://notexample.co.jp/a', options: { urls: ['example.co.jp'] }, output: { keep: '春' } },
    {
      input: '春',
      url: 'https://example.com/blog/1',
      options: { urls: ['example.com/blog/'] },
      output: { drop: 'listed' },
    },
    {
      input: '春',
      url: 'https://example.com/shop/1',
      options: { urls: ['example.com/blog/'] },
      output: { keep: '春' },
    },
    {
      input: '春',
      url: 'https://www.u-example.ac.jp/',
      options: { urls: ['*.ac.jp', '*.go.jp'], action: 'keep' },
      output: { keep: '春' },
    },
    {
      input: '春',
      url: 'https://b.example.co.jp/',
      options: { urls: ['a.example.co.jp'], scope: 'domain' },
      output: { drop: 'listed' },
    },
    { input: '春', url: 'https://example.jp/tag/spring', options: { paths: ['/tag/'] }, output: { drop: 'listed' } },
    { input: '春', options: { urls: ['example.com'], withoutUrl: 'drop' }, output: { drop: 'no-url' } },
  ],
  files: ({ files }) => files,
  create({ urls, files, paths, scope, action, withoutUrl }, { baseDir }) {
    const places = new Places([...urls, ...readLists(baseDir, files)], scope);
    return {
      apply({ text, url }) {
        const place = url === undefined ? undefined : placeOf(url);
        if (place === undefined) return withoutUrl === 'keep' ? { keep: text } : { drop: 'no-url' };
        const isListed = places.has(place) || paths.some((path) => place.path.startsWith(path));
        if (action === 'drop') return isListed ? { drop: 'listed' } : { keep: text };
        return isListed ? { keep: text } : { drop: 'unlisted' };
      },
    };
  },
});

interface Place {
  readonly host: string;
  /** From the slash on; query included. */
  readonly path: string;
}

/** Longer URLs are no addresses of pages; reading them would only cost. */
const LONGEST = 8192;

function placeOf(url: string): Place | undefined {
  if (url.length > LONGEST) return undefined;
  const { hostname } = parse(url, { validateHostname: false });
  if (hostname === null || hostname === '') return undefined;
  const scheme = url.indexOf('://');
  const slash = url.indexOf('/', scheme < 0 ? 0 : scheme + 3);
  return { host: hostname.replace(/\.$/u, ''), path: slash < 0 ? '/' : url.slice(slash) };
}

class Places {
  readonly #hosts = new Set<string>();
  readonly #paths = new Map<string, string[]>();

  /** Throws PipelineError `filter.url` for a line of a hosts file or an Adblock list, for an entry without a host, or that is a public suffix and does not say so with `*.`. */
  constructor(entries: readonly string[], scope: 'host' | 'domain') {
    for (const entry of entries) {
      if (/[\s|^!]|^\[/u.test(entry))
        throw wrong(
          entry,
          'is no host or path',
          'Of a hosts file give the second column alone, of an Adblock list the name between || and ^.',
        );
      const suffix = entry.startsWith('*.') ? entry.slice(2).toLowerCase() : undefined;
      const place = suffix === undefined ? placeOf(entry.toLowerCase()) : { host: suffix, path: '/' };
      if (place === undefined || place.host === '')
        throw wrong(entry, 'names no host', 'Write example.com, *.ac.jp or example.com/blog/.');
      const { host, path } = place;
      if (suffix === undefined && host === getPublicSuffix(host) && host.includes('.'))
        throw wrong(
          entry,
          'is a public suffix: it would list every host under it',
          `Write *.${host} if that is meant.`,
        );
      if (path !== '/') {
        // Paths keep their case, unlike hosts.
        const given = entry.slice(entry.indexOf('/', entry.indexOf('://') < 0 ? 0 : entry.indexOf('://') + 3));
        this.#paths.set(host, [...(this.#paths.get(host) ?? []), given]);
      } else this.#hosts.add(scope === 'domain' && suffix === undefined ? (parse(host).domain ?? host) : host);
    }
  }

  has({ host, path }: Place): boolean {
    for (let at = 0; at >= 0 && at < host.length; ) {
      const name = at === 0 ? host : host.slice(at);
      if (this.#hosts.has(name) || this.#paths.get(name)?.some((start) => path.startsWith(start))) return true;
      const dot = host.indexOf('.', at);
      at = dot < 0 ? -1 : dot + 1;
    }
    return false;
  }
}

const wrong = (entry: string, what: string, fix: string): PipelineError =>
  new PipelineError(`The entry "${entry}" of the filter url-list ${what}.`, { code: 'filter.url', fix });
