// Finds texts that a filter is slow on: a seeded search over its own alphabet, the costliest repetitions kept and varied.
import { hostileUnits, oddCharacters, repeated } from '../src/inspect/hostile.ts';
import type { Filter, FilterPlugin } from '../src/pipeline/define.ts';
import { Random } from '../src/trainer/random.ts';

/** A text of at least `units` UTF-16 units for every size: the same at its start, so that only its length differs. */
export interface Adversary {
  readonly name: string;
  readonly text: (units: number) => string;
}

/** Ways to make a long text of a few pieces: over and over, one after another as nested brackets are, or a line each. */
const shapes = ['repeated', 'nested', 'lines'] as const;
type Shape = (typeof shapes)[number];

interface Candidate {
  readonly shape: Shape;
  readonly pieces: readonly string[];
}

/** UTF-16 units that a candidate is judged on: enough for a square to outgrow the start-up cost. */
const JUDGED = 1 << 14;
const FIRST = 240;
const GENERATIONS = 3;
const CHILDREN = 60;
const KEPT = 8;

/** The search's results, costliest first. Deterministic in what it tries; what it keeps depends on the measured cost. */
export function searched(plugin: FilterPlugin, filter: Filter, seed: number): Adversary[] {
  const random = new Random(seed);
  const alphabet = alphabetOf(plugin);
  const piece = (): string => alphabet[Math.floor(random.next() * alphabet.length)] ?? 'a';
  const candidate = (): Candidate => ({
    shape: shapes[Math.floor(random.next() * shapes.length)] ?? 'repeated',
    pieces: Array.from({ length: 2 + Math.floor(random.next() * 2) }, piece),
  });
  let best = costliest(filter, Array.from({ length: FIRST }, candidate));
  for (let generation = 0; generation < GENERATIONS; generation++) {
    const children = Array.from({ length: CHILDREN }, () => {
      const parent = best[Math.floor(random.next() * best.length)] ?? candidate();
      return varied(parent, piece(), random);
    });
    best = costliest(filter, [...best, ...children]);
  }
  return best.map((one) => ({
    name: `found: ${one.shape} ${JSON.stringify(one.pieces.join(' · '))}`,
    text: (units) => textOf(one, units),
  }));
}

/** The texts that every filter is measured on. */
export const known: readonly Adversary[] = [
  ...hostileUnits.map(([name, unit]) => ({ name, text: (units: number) => repeated(unit, units) })),
  ...oddCharacters.map((unit) => ({
    name: `one character ${JSON.stringify(unit)}`,
    text: (units: number) => repeated(unit, units),
  })),
];

/** What the filter's own examples are written with, and what hostile texts are made of. */
function alphabetOf({ examples }: FilterPlugin): string[] {
  const pieces = new Set<string>();
  for (const { input } of examples) {
    for (const character of input) pieces.add(character);
    for (const word of input.split(/[\s、。]/u)) if (word !== '' && word.length <= 24) pieces.add(word);
  }
  for (const [, unit] of hostileUnits) pieces.add(unit);
  for (const character of oddCharacters) pieces.add(character);
  return [...pieces];
}

function textOf({ shape, pieces }: Candidate, units: number): string {
  if (shape === 'repeated') return repeated(pieces.join(''), units);
  if (shape === 'lines') return repeated(`${pieces.join('')}\n`, units);
  return pieces.map((piece) => repeated(piece, units / pieces.length)).join('');
}

/** One piece replaced, added or left out, or another shape. */
function varied({ shape, pieces }: Candidate, piece: string, random: Random): Candidate {
  const at = Math.floor(random.next() * pieces.length);
  const choice = random.next();
  if (choice < 0.4) return { shape, pieces: pieces.with(at, piece) };
  if (choice < 0.6 && pieces.length < 4) return { shape, pieces: [...pieces, piece] };
  if (choice < 0.8 && pieces.length > 1) return { shape, pieces: pieces.toSpliced(at, 1) };
  return { shape: shapes[Math.floor(random.next() * shapes.length)] ?? shape, pieces };
}

function costliest(filter: Filter, candidates: readonly Candidate[]): Candidate[] {
  const unique = new Map(candidates.map((one) => [JSON.stringify(one), one]));
  const judged = [...unique.values()].map((one) => ({ one, cost: costPerUnit(filter, textOf(one, JUDGED)) }));
  return judged
    .sort((a, b) => b.cost - a.cost)
    .slice(0, KEPT)
    .map(({ one }) => one);
}

const costPerUnit = (filter: Filter, text: string): number =>
  Math.min(cost(filter, text), cost(filter, text)) / text.length;

/** Milliseconds of CPU time of one document. */
export function cost(filter: Filter, text: string): number {
  const before = process.cpuUsage();
  filter.apply({ id: 'linear/0#0', text, url: 'http://www.example.jp/a', meta: {} });
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
