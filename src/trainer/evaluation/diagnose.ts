// What is wrong with what a model writes: repetition, loops, and the remains of web pages, which the catalogue's own filters find.
import { boilerplate } from '../../filters/boilerplate.ts';
import { breadcrumbs } from '../../filters/breadcrumbs.ts';
import { stripUrls } from '../../filters/strip-urls.ts';
import type { Filter, FilterPlugin } from '../../pipeline/define.ts';
import { distinctOf, loopAtEnd, repetitionOf } from './repetition.ts';

export interface WrittenSample {
  readonly text: string;
  readonly ids: readonly number[];
}

export interface Diagnostics {
  readonly samples: number;
  /** Tokens written, on average. */
  readonly length: number;
  /** rep-n, the mean over the samples, n = 1 to 4. */
  readonly repetition: number[];
  /** distinct-n of all samples together, n = 1 to 3. */
  readonly distinct: number[];
  /** Share of the samples that end in a loop. */
  readonly looping: number;
  /** Share of the samples of which some filter below takes something out. */
  readonly boilerplate: number;
  /** The same by filter: menus, addresses, other lines of web pages. */
  readonly found: Record<string, number>;
}

/** Each changes a text only where it finds what it looks for. */
const DETECTORS: readonly FilterPlugin[] = [breadcrumbs, stripUrls, boilerplate];

/** Linear in the samples. */
export function diagnose(samples: readonly WrittenSample[], language: string): Diagnostics {
  const detectors = DETECTORS.map((plugin) => ({
    name: plugin.name,
    filter: plugin.create(plugin.options.parse({}), { language, baseDir: '.' }),
  }));
  const hits = samples.map(({ text }) => detectors.map(({ filter }) => finds(filter, text)));
  const share = (count: number) => (samples.length === 0 ? 0 : count / samples.length);
  const mean = (values: readonly number[]) => share(values.reduce((a, b) => a + b, 0));
  return {
    samples: samples.length,
    length: mean(samples.map(({ ids }) => ids.length)),
    repetition: [1, 2, 3, 4].map((n) => mean(samples.map(({ ids }) => repetitionOf(ids, n)))),
    distinct: [1, 2, 3].map((n) =>
      distinctOf(
        samples.map(({ ids }) => ids),
        n,
      ),
    ),
    looping: share(samples.filter(({ text }) => loopAtEnd(text) !== undefined).length),
    boilerplate: share(hits.filter((found) => found.includes(true)).length),
    found: Object.fromEntries(
      detectors.map(({ name }, index) => [name, share(hits.filter((found) => found[index]).length)]),
    ),
  };
}

function finds(filter: Filter, text: string): boolean {
  const decision = filter.apply({ id: 'sample/0#0', text, meta: {} });
  return !('keep' in decision) || decision.keep !== text;
}
