import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { permutations, plainKernel, shingleHashes } from '../../src/kernels/minhash.ts';
import { type KernelVariant, wasmKernel, wasmOnePermutation } from '../../src/kernels/minhash-wasm.ts';
import { plainOnePermutation } from '../../src/kernels/one-permutation.ts';

const VARIANTS: readonly KernelVariant[] = ['simd', 'scalar'];

function minima(kernel: { minima(text: string, out: Uint32Array): void }, text: string, count: number): number[] {
  const out = new Uint32Array(count);
  kernel.minima(text, out);
  return [...out];
}

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  // Lone surrogates and white space of every kind.
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 300 }).map((units) => String.fromCharCode(...units)),
  fc
    .array(fc.constantFrom('清', '流', ' ', '\u3000', '\n', 'a', '\ud800'), { maxLength: 100 })
    .map((units) => units.join('')),
);

describe.each(VARIANTS)('the %s MinHash kernel', (variant) => {
  it('equals its TypeScript twin on any text, shingle length and number of permutations', () => {
    fc.assert(
      fc.property(
        anyText,
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 150 }),
        fc.integer(),
        (text, shingle, count, seed) => {
          const constants = permutations(count, seed);
          expect(minima(wasmKernel(constants, shingle, variant), text, count)).toEqual(
            minima(plainKernel(constants, shingle), text, count),
          );
        },
      ),
      { numRuns: 300 },
    );
  });

  it('keeps its place across the pieces of a long text', () => {
    const constants = permutations(112, 1);
    const wasm = wasmKernel(constants, 5, variant);
    const plain = plainKernel(constants, 5);
    for (const length of [16_383, 16_384, 16_385, 16_390, 40_000]) {
      const text = Array.from({ length }, (_, i) => String.fromCodePoint(0x3041 + ((i * i) % 83))).join('');
      expect(minima(wasm, text, 112)).toEqual(minima(plain, text, 112));
    }
  });

  it('remembers nothing of the text before', () => {
    const kernel = wasmKernel(permutations(112, 1), 5, variant);
    const alone = minima(kernel, '清流が静かに流れる。', 112);
    minima(kernel, 'まったく別の長い文章がここにある。', 112);
    expect(minima(kernel, '清流が静かに流れる。', 112)).toEqual(alone);
  });
});

describe.each(VARIANTS)('the %s one-permutation kernel', (variant) => {
  it('equals its TypeScript twin on any text, shingle length and number of bins', () => {
    fc.assert(
      fc.property(
        anyText,
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 150 }),
        fc.integer({ min: 0, max: 0xffff_ffff }),
        (text, shingle, bins, seed) => {
          expect(minima(wasmOnePermutation(bins, seed, shingle, variant), text, bins)).toEqual(
            minima(plainOnePermutation(bins, seed, shingle), text, bins),
          );
        },
      ),
      { numRuns: 300 },
    );
  });

  it('keeps its place across the pieces of a long text, also where one shingle must fill every bin', () => {
    const wasm = wasmOnePermutation(112, 1, 5, variant);
    const plain = plainOnePermutation(112, 1, 5);
    for (const length of [16_383, 16_384, 16_385, 16_390, 40_000]) {
      const varied = Array.from({ length }, (_, i) => String.fromCodePoint(0x3041 + ((i * i) % 83))).join('');
      expect(minima(wasm, varied, 112)).toEqual(minima(plain, varied, 112));
      expect(minima(wasm, 'あ'.repeat(length), 112)).toEqual(minima(plain, 'あ'.repeat(length), 112));
    }
  });

  it('leaves no bin empty but for a text without a shingle', () => {
    const kernel = wasmOnePermutation(1024, 7, 5, variant);
    for (const text of ['清', '清流が流れる', '清流が静かに流れる川のほとりで'.repeat(9)])
      expect(minima(kernel, text, 1024)).not.toContain(0xffff_ffff);
    expect(new Set(minima(kernel, ' \n', 1024))).toEqual(new Set([0xffff_ffff]));
  });
});

describe('shingles', () => {
  it('are all windows of the text without its white space', () => {
    const plain = [...shingleHashes('清流が流れる川', 5)];
    expect(plain).toHaveLength(3);
    expect([...shingleHashes('清 流\nが　流れ\r\nる川', 5)]).toEqual(plain);
  });

  it('of a text shorter than one are the text itself, and an empty text has none', () => {
    expect([...shingleHashes('清流', 5)]).toHaveLength(1);
    expect([...shingleHashes('清流', 5)]).not.toEqual([...shingleHashes('流清', 5)]);
    expect([...shingleHashes(' \n', 5)]).toEqual([]);
  });
});
