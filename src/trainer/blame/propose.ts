// Which filter of the catalogue would have removed a document: each is tried, with its standard options.
import type { Document, Filter, FilterPlugin } from '../../pipeline/define.ts';

export interface Proposal {
  /** As it is written in a pipeline file. */
  readonly filter: string;
  /** What it does to the document, for a person. */
  readonly effect: string;
  /** How many of the other documents it would remove as well, and of how many. */
  readonly others: number;
  readonly of: number;
}

export interface TriedFilter {
  readonly name: string;
  readonly filter: Filter;
}

/** All filters that work without an option of the user's. */
export function filtersToTry(
  plugins: Iterable<FilterPlugin>,
  { language, baseDir }: { readonly language: string; readonly baseDir: string },
): TriedFilter[] {
  const tried: TriedFilter[] = [];
  for (const plugin of plugins) {
    const options = plugin.options.safeParse({});
    if (!options.success) continue;
    try {
      tried.push({ name: plugin.name, filter: plugin.create(options.data, { language, baseDir }) });
    } catch {
      // It needs a file or an option: it says so when it is used, and cannot be tried.
    }
  }
  return tried;
}

/** A rewrite that leaves less than this share of the text removes it. */
const LEFT = 0.5;

/** What a filter does to a document when it removes it, or most of it. */
function removes({ name, filter }: TriedFilter, document: Document): string | undefined {
  try {
    const decision = filter.apply(document);
    if ('drop' in decision) return `drops it (${name}.${decision.drop})`;
    const left = decision.keep.length / Math.max(1, document.text.length);
    return left < LEFT ? `takes ${Math.round(100 * (1 - left))} % of its text away` : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Filters that would have removed `document`, those that harm the fewest of `others` first; none that removes half of them.
 * Without one, its site. Linear in the documents for each filter.
 */
export function proposalsFor(
  document: Document,
  others: readonly Document[],
  tried: readonly TriedFilter[],
): Proposal[] {
  const found = tried.flatMap((each): Proposal[] => {
    const effect = removes(each, document);
    if (effect === undefined) return [];
    const harmed = others.filter((other) => removes(each, other) !== undefined).length;
    return 2 * harmed > others.length ? [] : [{ filter: `- ${each.name}`, effect, others: harmed, of: others.length }];
  });
  const sorted = found.sort((a, b) => a.others - b.others);
  return sorted.length > 0 ? sorted : siteProposal(document, others);
}

function siteProposal({ url }: Document, others: readonly Document[]): Proposal[] {
  const site = hostOf(url);
  if (site === undefined) return [];
  const harmed = others.filter((other) => hostOf(other.url) === site).length;
  if (2 * harmed > others.length) return [];
  const filter = `- url-list: { urls: [${JSON.stringify(site)}] }`;
  return [{ filter, effect: 'leaves its site out', others: harmed, of: others.length }];
}

const hostOf = (url: string | undefined): string | undefined =>
  url !== undefined && URL.canParse(url) ? new URL(url).hostname || undefined : undefined;
