// Kneser–Ney against a small implementation by the definition, with maps and recursion, that writes an ARPA file.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readArpa } from '../../src/lm/arpa.ts';
import { firstOf, secondOf } from '../../src/lm/hashes.ts';
import { discountsOf, type Estimate, kneserNey } from '../../src/lm/kneser-ney.ts';
import type { Model } from '../../src/lm/model.ts';
import { NgramCounts } from '../../src/lm/ngram-counts.ts';
import { Scorer } from '../../src/lm/scorer.ts';
import { LINE_END, LINE_START, Tokens } from '../../src/lm/tokens.ts';
import { Trainer } from '../../src/lm/train.ts';
import { Random } from '../../src/trainer/random.ts';

const folder = mkdtempSync(join(tmpdir(), 'seiryu-kn-'));

const sizeOf = (gram: string): number => gram.split(' ').length;

/** By the definition: Chen and Goodman 1998, equations 26 and 27, unigrams interpolated with the uniform distribution. */
class Plain {
  readonly #order: number;
  readonly #prune: number;
  /** How often each n-gram occurs; tokens joined by blanks. */
  readonly #raw = new Map<string, number>();
  readonly #adjusted = new Map<string, number>();
  readonly #discounts: readonly (readonly number[])[];

  constructor(lines: readonly string[], order: number, prune: number) {
    this.#order = order;
    this.#prune = prune;
    for (const line of lines) {
      const tokens = ['<s>', ...line, '</s>'];
      for (let end = 1; end <= tokens.length; end++)
        for (let size = 1; size <= Math.min(order, end); size++) {
          const gram = tokens.slice(end - size, end).join(' ');
          this.#raw.set(gram, (this.#raw.get(gram) ?? 0) + 1);
        }
    }
    for (const gram of this.#raw.keys()) {
      const size = sizeOf(gram);
      if (size === order || gram.startsWith('<s>')) this.#adjusted.set(gram, this.#raw.get(gram) ?? 0);
      const suffix = gram.slice(gram.indexOf(' ') + 1);
      if (size > 1 && !suffix.startsWith('<s>')) this.#adjusted.set(suffix, (this.#adjusted.get(suffix) ?? 0) + 1);
    }
    this.#discounts = Array.from({ length: order }, (_, at) => this.#discountsOf(at + 1));
  }

  #discountsOf(size: number): number[] {
    const counts = [...this.#adjusted]
      .filter(([gram]) => sizeOf(gram) === size && gram !== '<s>')
      .map(([, count]) => count);
    const times = (wanted: number): number => counts.filter((count) => count === wanted).length;
    const [one, two, three, four] = [times(1), times(2), times(3), times(4)];
    const y = one / (one + 2 * two);
    const found = [1 - (2 * y * two) / one, 2 - (3 * y * three) / two, 3 - (4 * y * four) / three];
    return found.every((d, at) => d >= 0 && d <= at + 1) ? found : [0.5, 1, 1.5];
  }

  #discount(gram: string): number {
    return this.#discounts[sizeOf(gram) - 1]?.[Math.min(3, this.#adjusted.get(gram) ?? 0) - 1] ?? 0;
  }

  #stays = (gram: string): boolean => sizeOf(gram) < 3 || (this.#raw.get(gram) ?? 0) >= this.#prune;

  #following(context: string): string[] {
    const size = context === '' ? 1 : context.split(' ').length + 1;
    return [...this.#raw.keys()].filter(
      (gram) => gram !== '<s>' && sizeOf(gram) === size && (context === '' || gram.startsWith(`${context} `)),
    );
  }

  #total = (context: string): number =>
    this.#following(context).reduce((sum, gram) => sum + (this.#adjusted.get(gram) ?? 0), 0);

  /** What n-grams that stay leave to shorter ones: 1 less all that they take. */
  gamma(context: string): number {
    const kept = this.#following(context).filter(this.#stays);
    const taken = kept.reduce((sum, gram) => sum + (this.#adjusted.get(gram) ?? 0) - this.#discount(gram), 0);
    const total = this.#total(context);
    return total === 0 ? 1 : 1 - taken / total;
  }

  probability(gram: string): number {
    const tokens = gram.split(' ');
    const context = tokens.slice(0, -1).join(' ');
    const types = this.#following('').length + 1;
    const shorter = tokens.length === 1 ? 1 / types : this.probability(tokens.slice(1).join(' '));
    const own = this.#raw.has(gram) && this.#stays(gram) ? (this.#adjusted.get(gram) ?? 0) - this.#discount(gram) : 0;
    return own / Math.max(1, this.#total(context)) + this.gamma(context) * shorter;
  }

  arpa(): string {
    const types = this.#following('').length + 1;
    const grams = [...this.#raw.keys()].filter(this.#stays);
    const sections = Array.from({ length: this.#order }, (_, at) => grams.filter((gram) => sizeOf(gram) === at + 1));
    const line = (gram: string): string =>
      `${gram === '<s>' ? -99 : Math.log10(this.probability(gram))}\t${gram}\t${Math.log10(this.gamma(gram))}`;
    return [
      '\\data\\',
      ...sections.map((section, at) => `ngram ${at + 1}=${section.length + (at === 0 ? 1 : 0)}`),
      ...sections.flatMap((section, at) => [
        `\n\\${at + 1}-grams:`,
        ...(at === 0 ? [`${Math.log10(this.gamma('') / types)}\t<unk>\t0`] : []),
        ...section.map(line),
      ]),
      '\n\\end\\\n',
    ].join('\n');
  }
}

function trained(lines: readonly string[], order: number, prune: number): Model {
  const trainer = new Trainer({ order, unit: 'character', memory: 4e6, prune, smoothing: 'kneser-ney' });
  for (const line of lines) trainer.learn(line);
  return trainer.finish();
}

/** Sentences of few characters, some far more frequent than others. */
function linesFrom(seed: number, count: number): string[] {
  const random = new Random(seed);
  return Array.from({ length: count }, () =>
    Array.from(
      { length: 2 + Math.floor(random.next() * 8) },
      () => '山川谷海空雲'[Math.floor(random.next() ** 2 * 6)],
    ).join(''),
  );
}

describe('Kneser–Ney', () => {
  it('gives what an ARPA file made by the definition gives, to within rounding', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 2 }),
        (seed, count, order, prune) => {
          const lines = linesFrom(seed, count);
          const path = join(folder, 'plain.arpa');
          writeFileSync(path, new Plain(lines, order, prune).arpa());
          const [own, plain] = [new Scorer(trained(lines, order, prune)), new Scorer(readArpa(path))];
          // Both round each cost and weight to eighths of a bit: near a half they may differ by one.
          for (const text of [...lines.slice(0, 5), ...linesFrom(seed + 1, 5), '雪山'])
            expect(
              Math.abs(Math.log2(own.perplexity(text, 1000)) - Math.log2(plain.perplexity(text, 1000))),
            ).toBeLessThan(0.01);
        },
      ),
      { numRuns: 15 },
    );
  });

  it('leaves nothing over and gives nothing twice: what may follow a context sums to 1', () => {
    const counts = new NgramCounts(4e6, 0);
    const tokens = new Tokens('character', 'folded');
    for (const line of linesFrom(7, 40)) {
      const { values, length } = tokens.of(line, 1000);
      counts.learn(values, length, 4);
    }
    const known = new Map<number, Estimate>();
    const { unknown } = kneserNey(counts, { order: 4, prune: 2 }, (estimate) => known.set(estimate.slot, estimate));
    const estimateOf = (gram: readonly number[]): Estimate | undefined =>
      known.get(counts.find(gram.reduce(firstOf, 0), gram.reduce(secondOf, 0)));
    const probability = (gram: readonly number[]): number => {
      const found = estimateOf(gram);
      if (found !== undefined) return 2 ** -found.bits;
      if (gram.length === 1) return 2 ** -unknown;
      return 2 ** (estimateOf(gram.slice(0, -1))?.weight ?? 0) * probability(gram.slice(1));
    };
    const units = [...'山川谷海空雲'].map((character) => character.charCodeAt(0));
    const [one = 0, two = 0, three = 0] = units;
    for (const context of [
      [],
      [one],
      [LINE_START, two],
      [one, two, three],
      [three, LINE_START, one],
      [two, two, two],
    ]) {
      const next = [...units, LINE_END, 0x9b31];
      expect(next.reduce((sum, token) => sum + probability([...context, token]), 0)).toBeCloseTo(1, 9);
    }
  });

  it('takes discounts from the counts of counts, or standard ones where these say nothing', () => {
    const [one, two, three] = discountsOf([100, 40, 20, 12]);
    expect(one).toBeCloseTo(1 - (2 * (100 / 180) * 40) / 100, 12);
    expect(two).toBeCloseTo(2 - (3 * (100 / 180) * 20) / 40, 12);
    expect(three).toBeCloseTo(3 - (4 * (100 / 180) * 12) / 20, 12);
    expect(discountsOf([0, 0, 0, 0])).toEqual([0.5, 1, 1.5]);
    expect(discountsOf([5, 1, 9, 9])).toEqual([0.5, 1, 1.5]);
  });
});
