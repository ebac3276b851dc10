// The files of a folder on a web server: by the hub's interface, or out of the folder's index page.
import { z } from 'zod';
import { SourceError } from '../../errors.ts';
import type { ListedFile } from '../../pipeline/define.ts';
import { shownUrl } from './answers.ts';
import { byName, type HubPlace } from './paths.ts';
import { PassingError } from './retry.ts';

export interface Page {
  readonly text: string;
  /** The `Link` header. */
  readonly link: string | undefined;
  readonly url: URL;
}

/** What lies directly in a folder, each sorted by name; paths relative to the base. */
export interface Listing {
  readonly files: ListedFile[];
  readonly folders: string[];
}

/** Reads a page and what stands on it; asks again where `read` throws a PassingError. */
type ReadPage = <T>(url: URL, read: (page: Page) => T) => Promise<T>;

const hubEntries = z.array(
  z.object({
    type: z.string(),
    path: z.string(),
    size: z.number().optional(),
    /** Of files that Git LFS holds; `oid` is the sha256 of the contents. */
    lfs: z.object({ oid: z.string() }).nullish(),
  }),
);

const SHA256 = /^[0-9a-f]{64}$/;

/** The hub's tree: pages of 1,000 entries, joined by `Link: <…>; rel="next"`. */
export async function listHub(place: HubPlace, root: URL, readPage: ReadPage): Promise<Listing> {
  const { repository, revision } = place;
  const folder = place.file.replace(/\/$/, '');
  const encode = (path: string): string => path.split('/').map(encodeURIComponent).join('/');
  const tree = `api/datasets/${encode(repository)}/tree/${encodeURIComponent(revision)}`;
  let next: URL | undefined = new URL(`${tree}${folder === '' ? '' : `/${encode(folder)}`}?recursive=false`, root);
  const seen = new Set<string>();
  const files: ListedFile[] = [];
  const folders: string[] = [];
  const resolved = (path: string): string => `datasets/${repository}/resolve/${revision}/${path}`;
  while (next !== undefined && !seen.has(next.href)) {
    seen.add(next.href);
    const { page, entries }: HubPage = await readPage(next, (page) => ({ page, entries: parseEntries(page) }));
    for (const { type, path, size, lfs } of entries) {
      if (parentOf(path) !== folder) continue;
      if (type === 'directory') folders.push(resolved(path));
      if (type !== 'file') continue;
      files.push({
        path: resolved(path),
        ...(size === undefined ? {} : { size }),
        ...(lfs && SHA256.test(lfs.oid) ? { checksum: { algorithm: 'sha256', value: lfs.oid } } : {}),
      });
    }
    next = nextPage(page);
  }
  return { files: files.sort(byName), folders: folders.sort() };
}

interface HubPage {
  readonly page: Page;
  readonly entries: z.output<typeof hubEntries>;
}

function parseEntries(page: Page): z.output<typeof hubEntries> {
  let json: unknown;
  try {
    json = JSON.parse(page.text);
  } catch {
    json = undefined;
  }
  const parsed = hubEntries.safeParse(json);
  if (parsed.success) return parsed.data;
  const final = new SourceError(`${shownUrl(page.url)} did not answer with a list of files.`, {
    code: 'fetch.failed',
    fix: 'Check `mirror:`: it must be the base below which `datasets/…` and `api/datasets/…` lie.',
  });
  // A network may answer with a page of its own for a while.
  throw new PassingError(final.message, { kind: 'protocol', final });
}

const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));

function nextPage({ link, url }: Page): URL | undefined {
  const [, target] = /<([^<>]*)>\s*;\s*rel="next"/.exec(link ?? '') ?? [];
  if (target === undefined || !URL.canParse(target, url.href)) return undefined;
  const next = new URL(target, url);
  // Behind a proxy the hub may name itself otherwise than we do; the query is what counts.
  return new URL(`${url.origin}${url.pathname}${next.search}`);
}

/** The links of an index page (nginx, Apache, Python's http.server, …) to files and folders directly below it. */
export async function listIndex(dir: string, index: URL, readPage: ReadPage): Promise<Listing> {
  const page = await readPage(index, (page) => page);
  const prefix = dir === '' ? '' : `${dir.replace(/\/$/, '')}/`;
  const names = new Set<string>();
  for (const [tag] of page.text.matchAll(/<a\s[^<>]*>/gi)) {
    const [, double, single] = /\shref\s*=\s*(?:"([^"]*)"|'([^']*)')/i.exec(tag) ?? [];
    const href = (double ?? single)?.replaceAll('&amp;', '&');
    const name = href === undefined ? undefined : nameBelow(page.url, href);
    if (name !== undefined) names.add(name);
  }
  const paths = [...names].map((name) => `${prefix}${name}`);
  return {
    files: paths
      .filter((path) => !path.endsWith('/'))
      .map((path) => ({ path }))
      .sort(byName),
    folders: paths
      .filter((path) => path.endsWith('/'))
      .map((path) => path.slice(0, -1))
      .sort(),
  };
}

/** The name of what lies directly below the page, a folder's with its slash; undefined for other places and sort links. */
function nameBelow(page: URL, href: string): string | undefined {
  if (!URL.canParse(href, page.href)) return undefined;
  const target = new URL(href, page);
  const folder = page.pathname.slice(0, page.pathname.lastIndexOf('/') + 1);
  if (target.origin !== page.origin || target.search !== '' || !target.pathname.startsWith(folder)) return undefined;
  const name = target.pathname.slice(folder.length);
  if (!/^[^/]+\/?$/.test(name)) return undefined;
  try {
    const decoded = decodeURIComponent(name);
    return decoded.replace(/\/$/, '').includes('/') ? undefined : decoded;
  } catch {
    return name;
  }
}
