// The n-gram kernel against its plain twin: the same sums for any model and any text, in any thread.
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NgramKernel, type NgramSums } from '../../src/kernels/ngrams-wasm.ts';
import { firstOf, lineOf, secondOf } from '../../src/lm/hashes.ts';
import { hasBackoffs, type Smoothing } from '../../src/lm/layout.ts';
import { fromShared, type Model, toShared } from '../../src/lm/model.ts';
import { ModelBuilder } from '../../src/lm/model-builder.ts';
import { NgramLines } from '../../src/lm/ngram-lines.ts';
import { plainSums } from '../../src/lm/plain-sums.ts';
import { Scorer } from '../../src/lm/scorer.ts';
import { LINE_END, LINE_START } from '../../src/lm/tokens.ts';
import { Random } from '../../src/trainer/random.ts';

interface Gram {
  readonly tokens: readonly number[];
  readonly bits: number;
  readonly weight: number;
}

/** A model with room for `most` n-grams of each order, of which it gets as many as there is room for. */
function modelOf(grams: readonly Gram[], order: number, most: number, smoothing: Smoothing): Model {
  const builder = new ModelBuilder(new Array<number>(order).fill(most), smoothing);
  for (const { tokens, bits, weight } of grams) {
    const first = tokens.reduce(firstOf, 0);
    const second = tokens.reduce(secondOf, 0);
    if (tokens.length <= order) builder.add(tokens.length, first, second, bits, weight);
  }
  return builder.finish({
    unit: 'character',
    form: 'plain',
    alpha: 1.3,
    unknown: 20,
    documents: 0,
    tokens: 0,
    quantiles: [],
  });
}

function kernelOf({ memory, header }: Model): NgramKernel {
  const backoffs = hasBackoffs(header) ? 'backoffs' : 'none';
  const kernel = memory && NgramKernel.open(memory, header.orders, backoffs);
  if (kernel === undefined) throw new Error('this machine has no SIMD');
  return kernel;
}

function plainOf({ header, words }: Model, values: Uint32Array, length: number): NgramSums {
  return plainSums(new NgramLines(header, words), header.orders.length, values, length);
}

/** Tokens of which some follow one another often, some are line ends, and some are like no other. */
function tokensFrom(random: Random, length: number): number[] {
  return Array.from({ length }, () => {
    const roll = random.next();
    if (roll < 0.1) return LINE_END;
    return roll < 0.15 ? Math.floor(random.next() * 2 ** 32) : 0x3041 + Math.floor(random.next() * 6);
  });
}

/** N-grams of a text, mostly of those lengths that share few lines. */
function gramsFrom(random: Random, count: number): Gram[] {
  return Array.from({ length: count }, () => {
    const tokens = tokensFrom(random, 1 + Math.floor(random.next() ** 2 * 5));
    if (random.next() < 0.2) tokens[0] = LINE_START;
    return { tokens, bits: random.next() * 40, weight: random.next() * 40 - 20 };
  });
}

describe('the n-gram kernel', () => {
  it.each<Smoothing>(['stupid-backoff', 'arpa'])('sums as the plain way does, with %s', (smoothing) => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.integer({ min: 0, max: 600 }),
        fc.integer({ min: 1, max: 9 }),
        // Lines for fewer n-grams than come: many are full and go on in the next, and some models are full to the last.
        fc.integer({ min: 1, max: 200 }),
        (seed, count, order, most) => {
          const random = new Random(seed);
          const grams = gramsFrom(random, count);
          const model = modelOf(grams, order, most, smoothing);
          const kernel = kernelOf(model);
          for (let text = 0; text < 3; text++) {
            // Texts that the model knows in part.
            const known = grams.slice(0, 60).flatMap(({ tokens }) => tokens);
            const values = Uint32Array.from([...tokensFrom(random, Math.floor(random.next() * 100)), ...known]);
            expect(kernel.sums(values, values.length)).toEqual(plainOf(model, values, values.length));
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  it('sums texts longer than its pieces, wherever they are cut', () => {
    const grams = Array.from({ length: 2000 }, (_, at): Gram => {
      const tokens = Array.from({ length: 1 + (at % 5) }, (__, k) => 0x3041 + ((at * 7 + k * k * 13) % 9));
      return { tokens, bits: at % 31, weight: (at % 9) - 4 };
    });
    const model = modelOf(grams, 5, 500, 'arpa');
    const kernel = kernelOf(model);
    const values = Uint32Array.from({ length: 5000 }, (_, at) =>
      at % 37 === 36 ? LINE_END : 0x3041 + ((at * at) % 9),
    );
    for (const length of [0, 1, 511, 512, 513, 1023, 1024, 1025, 4999, 5000])
      expect(kernel.sums(values, length)).toEqual(plainOf(model, values, length));
  });

  it('lets another thread read the same memory, without a copy', async () => {
    const model = modelOf([{ tokens: [0x3041], bits: 3, weight: 0 }], 1, 10, 'stupid-backoff');
    const back = new Worker(
      `const { parentPort, workerData } = require('node:worker_threads');
       new Uint32Array(workerData.memory.buffer, 64, 16)[15] = 77;
       parentPort.postMessage(workerData);`,
      { eval: true, workerData: toShared(model) },
    );
    const shared = fromShared(await new Promise((resolve) => back.once('message', resolve)));
    await back.terminate();
    expect(model.words[15]).toBe(77);
    if (shared === undefined) throw new Error('it came back as no model');
    expect(shared.header).toEqual(model.header);
    expect(kernelOf(shared).sums(Uint32Array.of(0x3041), 1)).toMatchObject({ steps: 24, unknown: 0 });
    expect(fromShared({ header: model.header })).toBeUndefined();
    expect(fromShared(undefined)).toBeUndefined();
  });

  it('leaves to the plain way what threads have no room for any more', () => {
    const { memory, header, words } = modelOf([{ tokens: [0x3041], bits: 3, weight: 0 }], 1, 1, 'stupid-backoff');
    if (memory === undefined) throw new Error('this machine has no SIMD');
    const open = (): NgramKernel | undefined => NgramKernel.open(memory, header.orders, 'none');
    expect(Array.from({ length: 256 }, open).includes(undefined)).toBe(false);
    expect(open()).toBeUndefined();
    expect(new Scorer({ memory, header, words }).perplexity('ぁ', 10)).toBe(2 ** ((3 + 20) / 2));
  });
});

describe('lineOf', () => {
  it('is the upper half of the product, for as many lines as a file may have', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 0xffff_ffff }), (first, lines) => {
        const mixed = Math.imul(first ^ (first >>> 15), 0x2c1b3c6d) >>> 0;
        expect(BigInt(lineOf(first, lines))).toBe((BigInt(mixed) * BigInt(lines)) >> 32n);
      }),
    );
  });
});
