// Which of several copies of a document survives: a pure choice, the same whatever order the copies are met in.

import type { Preference } from '../pipeline/dedup-policy.ts';
import type { JsonObject } from '../pipeline/define.ts';

/** What the choice may look at. Numbers only, so that a cluster's members can stand in columns. */
export interface Member {
  /** Place in the order of the run, unique: it breaks every tie, so that the choice is a function of the corpus. */
  readonly number: number;
  /** Place of its source among the pipeline's `sources`. */
  readonly source: number;
  /** Length of the cleaned text, in any one unit. */
  readonly length: number;
  /** Milliseconds since 1970 (`dateOf`); undefined where the record has no date. */
  readonly date: number | undefined;
}

/** Less is better; of equals the first read wins. Documents without a date come after all that have one. */
function rank({ source, length, date }: Member, prefer: Preference): number {
  switch (prefer) {
    case 'first':
      return 0;
    case 'source':
      return source;
    case 'longest':
      return -length;
    case 'oldest':
      return date ?? Number.POSITIVE_INFINITY;
    case 'newest':
      return date === undefined ? Number.POSITIVE_INFINITY : -date;
  }
}

/** The member that stays. Linear; the order of `members` does not matter. Throws RangeError for none. */
export function chooseSurvivor<M extends Member>(members: Iterable<M>, prefer: Preference): M {
  let best: { member: M; rank: number } | undefined;
  for (const member of members) {
    const own = rank(member, prefer);
    if (best === undefined || own < best.rank || (own === best.rank && member.number < best.member.number))
      best = { member, rank: own };
  }
  if (best === undefined) throw new RangeError('a cluster has at least one member');
  return best.member;
}

/** Fields that corpora date a record with: mC4 and C4, Common Crawl and OSCAR, CC-News, Wikipedia dumps. */
const DATE_FIELDS = ['timestamp', 'date', 'warc-date', 'WARC-Date', 'warc_date', 'published', 'modified', 'crawl_date'];

/** When a record says it was published or fetched, in milliseconds since 1970; undefined where it does not say. */
export function dateOf(meta: JsonObject): number | undefined {
  const headers = meta.warc_headers;
  const holders = [meta, typeof headers === 'object' && headers !== null && !Array.isArray(headers) ? headers : {}];
  for (const holder of holders) {
    for (const field of DATE_FIELDS) {
      const milliseconds = millisecondsOf(holder[field]);
      if (milliseconds !== undefined) return milliseconds;
    }
  }
  return undefined;
}

/** ISO 8601, or seconds or milliseconds since 1970: seconds stay below 10^11 until the year 5138. */
function millisecondsOf(value: unknown): number | undefined {
  if (typeof value === 'number' && Number.isFinite(value) && value > 0) return value < 1e11 ? value * 1000 : value;
  if (typeof value !== 'string' || !/^\d{4}-\d{2}/.test(value)) return undefined;
  // Without a zone it is meant in UTC: the machine's own must not decide.
  const zoned = /[Zz]$|[+-]\d{2}:?\d{2}$/.test(value) || !value.includes(':') ? value : `${value.replace(' ', 'T')}Z`;
  const parsed = Date.parse(zoned);
  return Number.isNaN(parsed) ? undefined : parsed;
}
