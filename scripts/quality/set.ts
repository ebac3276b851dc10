// The labelled set of test/golden/quality as pages of styles, and its floors.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { readChrome } from './chrome.ts';
import { composePages, styles } from './compose.ts';
import { type LabelledPage, readPages } from './labelled.ts';

export const SET = new URL('../../test/golden/quality/', import.meta.url).pathname;

/** By hand, line by line; composed by the generator from hand-written parts and kept as files; composed just now. */
export type Origin = 'written' | 'composed' | 'fresh';

export interface SetPage extends LabelledPage {
  readonly style: string;
  readonly origin: Origin;
}

const ratio = z.number().min(0).max(1);
const floor = z.strictObject({ precision: ratio, recall: ratio });
const floorsSchema = z.strictObject({
  /** Share of lines of clean prose that a rule may change, at most. */
  harm: ratio,
  rules: z.record(z.string(), z.strictObject({ all: floor, written: floor, held: floor, fresh: floor })),
});
export type Floors = z.infer<typeof floorsSchema>;
export type Part = 'all' | 'written' | 'held' | 'fresh';
export const parts: readonly Part[] = ['all', 'written', 'held', 'fresh'];

export const readFloors = (): Floors => floorsSchema.parse(JSON.parse(readFileSync(join(SET, 'floors.json'), 'utf8')));

function filesOf(origin: 'written' | 'composed'): SetPage[] {
  const folder = join(SET, origin);
  const names = readdirSync(folder).filter((name) => name.endsWith('.txt'));
  return names.sort().flatMap((name) => {
    const pages = readPages(`${origin}/${name}`, readFileSync(join(folder, name), 'utf8'));
    return pages.map((page) => ({ ...page, style: name.slice(0, -4), origin }));
  });
}

export const storedPages = (): SetPage[] => [...filesOf('written'), ...filesOf('composed')];

/** Pages that nobody has seen: the generator's, from another seed. `count` of each style. */
export function freshPages(seed: string, count: number): SetPage[] {
  const chrome = readChrome(readFileSync(join(SET, 'chrome.txt'), 'utf8'));
  return Object.keys(styles).flatMap((style) =>
    composePages(style, count, seed, chrome).map((page): SetPage => ({ ...page, style, origin: 'fresh' })),
  );
}

/** `all` and the parts of it: hand-written pages, the half held out of tuning; and fresh pages, which are no part of it. */
export const isIn = (part: Part, { origin, half }: SetPage): boolean =>
  part === 'fresh'
    ? origin === 'fresh'
    : origin !== 'fresh' && (part === 'all' || (part === 'written' ? origin === 'written' : half === 'held'));
