// Paths below a base: they never leave it, whoever wrote them.
import { SourceError } from '../../errors.ts';

/** The names of a path relative to a base; the base itself is the empty path. */
export function segmentsOf(path: string, base: string): string[] {
  if (path === '') return [];
  const segments = path.replace(/\/$/, '').split('/');
  const bad = segments.some(
    (segment) => segment === '' || segment === '.' || segment === '..' || /[\\\0]/.test(segment),
  );
  if (bad) {
    throw new SourceError(`The path ${JSON.stringify(path)} leads out of ${base}.`, {
      code: 'fetch.path',
      fix: 'Use a plain path below the base: no leading slash, no "..", no backslash.',
    });
  }
  return segments;
}

/** Order of names that depends on no locale. */
export const byName = (a: { path: string }, b: { path: string }): number =>
  a.path < b.path ? -1 : a.path > b.path ? 1 : 0;

/** Where a file lies in a dataset of the Hugging Face hub: `datasets/<repository>/resolve/<revision>/<file>`. */
export interface HubPlace {
  readonly repository: string;
  /** A branch, a commit, or `refs/<kind>/<name>`, whose slashes are part of the name. */
  readonly revision: string;
  readonly file: string;
}

export function hubPlaceOf(path: string): HubPlace | undefined {
  const [, repository, revision, file] =
    /^datasets\/((?:[^/]+\/)?[^/]+)\/resolve\/(refs\/[^/]+\/[^/]+|[^/]+)(?:\/(.*))?$/.exec(path) ?? [];
  return repository === undefined || revision === undefined ? undefined : { repository, revision, file: file ?? '' };
}

/** A path as it stands in a URL. The hub wants a revision as one segment. */
export function encodePath(path: string, base: string): string {
  const encode = (part: string): string => segmentsOf(part, base).map(encodeURIComponent).join('/');
  const place = hubPlaceOf(path);
  if (place === undefined) return encode(path);
  segmentsOf(place.revision, base);
  return `datasets/${encode(place.repository)}/resolve/${encodeURIComponent(place.revision)}/${encode(place.file)}`;
}
