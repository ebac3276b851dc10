// One spelling for all URLs of a page: what differs between links to it, but not between pages, is taken away.
import { z } from 'zod';

export const urlOptions = z.strictObject({
  keep: z
    .array(z.enum(['scheme', 'www', 'fragment', 'slash', 'tracking', 'order', 'case']))
    .default([])
    .describe(
      'What tells two URLs apart after all. `scheme`: http and https. `www`: the host with and without it. `fragment`: what follows #. `slash`: slashes at the end of the path. `tracking`: query parameters that only follow visitors (utm_*, gclid, fbclid, session ids, …). `order`: the order of query parameters. `case`: letter case of the path’s percent-escapes.',
    ),
  drop: z
    .array(z.string().min(1))
    .default([])
    .describe('More query parameters that do not tell pages apart, by name, such as `print`.'),
});
export type UrlOptions = z.output<typeof urlOptions>;

/** Prefixes and names of query parameters that carry the visitor, not the page. Compared in lower case. */
const TRACKING_PREFIXES = ['utm_', 'pk_', 'mtm_', 'hsa_', '__hs', 'at_medium', 'at_campaign'];
const TRACKING = new Set([
  ...['gclid', 'gclsrc', 'dclid', 'gbraid', 'wbraid', 'fbclid', 'msclkid', 'yclid', 'twclid', 'ttclid', 'igshid'],
  ...['igsh', 'li_fat_id', 'mc_cid', 'mc_eid', 'mkt_tok', '_ga', '_gl', '_hsenc', '_hsmi', 'vero_id', 'wickedid'],
  ...['oly_enc_id', 'oly_anon_id', 'rb_clickid', 's_cid', 's_kwcid', 'ef_id', 'epik', 'gad_source', 'srsltid'],
  ...['phpsessid', 'jsessionid', 'aspsessionid', 'sessionid', 'sid', 'cfid', 'cftoken', 'zenid', 'osadcampaign'],
]);
/** A session id as a parameter of the path: `/list;jsessionid=ABC123`. */
const PATH_SESSION = /;(?:jsessionid|phpsessid|sid)=[^/?#;]*/gi;
const ESCAPE = /%[0-9a-f]{2}/gi;
/** Characters that mean the same with and without escape (RFC 3986, 2.3). */
const UNRESERVED = /^[A-Za-z0-9\-._~]$/;

/**
 * The canonical form of a URL, or undefined where it is none that a page can have (not absolute, or not http(s)).
 * Host names come out as the URL Standard has them: lower case, international names in Punycode, no default port.
 * Credentials always go. Linear in the URL, but for the sorting of its parameters.
 */
export function canonicaliser({ keep, drop }: UrlOptions): (url: string) => string | undefined {
  const kept = new Set(keep);
  const dropped = new Set(drop);
  const isDropped = (name: string): boolean => dropped.has(name) || (!kept.has('tracking') && isTracking(name));
  return (given) => {
    const url = parsed(given);
    if (url === undefined) return undefined;
    const scheme = kept.has('scheme') ? url.protocol : '';
    const host = kept.has('www') ? url.host : url.host.replace(/^www\d?\.(?=[^.]+\.)/, '');
    let path = kept.has('case') ? url.pathname : url.pathname.replace(ESCAPE, plainEscape);
    if (!kept.has('tracking')) path = path.replace(PATH_SESSION, '');
    if (!kept.has('slash')) path = withoutEndingSlashes(path);
    const query = canonicalQuery(url.search, isDropped, kept.has('order') ? 'as given' : 'sorted');
    const fragment = kept.has('fragment') ? url.hash : '';
    return `${scheme}//${host}${path}${query}${fragment}`;
  };
}

function parsed(given: string): URL | undefined {
  if (!URL.canParse(given)) return undefined;
  const url = new URL(given);
  return (url.protocol === 'http:' || url.protocol === 'https:') && url.host !== '' ? url : undefined;
}

function isTracking(name: string): boolean {
  const lower = name.toLowerCase();
  return TRACKING.has(lower) || TRACKING_PREFIXES.some((prefix) => lower.startsWith(prefix));
}

function withoutEndingSlashes(path: string): string {
  let end = path.length;
  while (path[end - 1] === '/') end--;
  return path.slice(0, end);
}

/** `%7e` → `~`, `%e3` → `%E3`. */
function plainEscape(escaped: string): string {
  const character = String.fromCharCode(Number.parseInt(escaped.slice(1), 16));
  return UNRESERVED.test(character) ? character : escaped.toUpperCase();
}

/** Parameters of one name keep their order among each other: it can matter. An empty query is none. */
function canonicalQuery(search: string, isDropped: (name: string) => boolean, order: 'sorted' | 'as given'): string {
  if (search.length <= 1) return '';
  const pairs = [...new URLSearchParams(search)].filter(([name]) => !isDropped(name));
  if (order === 'sorted') pairs.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return pairs.length === 0 ? '' : `?${new URLSearchParams(pairs)}`;
}
