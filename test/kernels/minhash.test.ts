import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { type MinhashKernel, permutations, plainKernel } from '../../src/kernels/minhash.ts';
import { type KernelVariant, kernelVariant, wasmKernel, wasmOnePermutation } from '../../src/kernels/minhash-wasm.ts';
import { plainOnePermutation } from '../../src/kernels/one-permutation.ts';
import { IGNORABLE, SHINGLE_UNITS, type Shingling } from '../../src/kernels/shingles.ts';

const VARIANTS: readonly KernelVariant[] = ['simd', 'scalar'];
const CHARACTERS: Shingling = { unit: 'character', length: 5, ignore: ['space'] };
const ALL: Shingling = { unit: 'character', length: 5, ignore: IGNORABLE };
const WORDS: Shingling = { unit: 'word', length: 3, ignore: IGNORABLE };

function minima(kernel: MinhashKernel, text: string, count: number): number[] {
  const out = new Uint32Array(count);
  kernel.minima(text, out);
  return [...out];
}

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  // Lone surrogates and white space of every kind.
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 300 }).map((units) => String.fromCharCode(...units)),
  // White space, marks after kana and after what they cannot join, digits and punctuation of both widths, NULs.
  fc
    .array(fc.constantFrom(...'清流 \u3000\naAＡ0０٣.。、カｶﾞﾟ\u3099\u309aハﾊゝ\0\ufffe\uffff\ud800'), { maxLength: 100 })
    .map((units) => units.join('')),
  // Many shingles that are the same, and a few that are not.
  fc
    .array(fc.tuple(fc.constantFrom('清', '清流が', 'ab '), fc.integer({ min: 1, max: 700 })), { maxLength: 3 })
    .map((parts) => parts.map(([unit, count]) => unit.repeat(count)).join('')),
);
const anyShingling: fc.Arbitrary<Shingling> = fc.record({
  unit: fc.constantFrom(...SHINGLE_UNITS),
  length: fc.integer({ min: 1, max: 20 }),
  ignore: fc.oneof(fc.constant(['space'] as const), fc.subarray([...IGNORABLE])),
});

/** Texts whose pieces of 16,384 units end between a kana and its mark, between two marks, in a word, in a shingle. */
const long = [16_383, 16_384, 16_385, 16_390, 40_000].flatMap((length) => {
  const varied = Array.from({ length }, (_, i) => String.fromCodePoint(0x3041 + ((i * i) % 83))).join('');
  const marked = Array.from({ length }, (_, i) => (i % 89 === 0 ? ' ' : 'カﾞゝﾟ\u3099'[(i * i) % 5])).join('');
  return [varied, marked, 'あ'.repeat(length), `${'ﾞ'.repeat(length - 1)}カ`];
});

describe.each(VARIANTS)('the %s MinHash kernel', (variant) => {
  it('equals its TypeScript twin on any text, shingling and number of permutations', () => {
    fc.assert(
      fc.property(
        anyText,
        anyShingling,
        fc.integer({ min: 1, max: 150 }),
        fc.integer(),
        (text, shingling, count, seed) => {
          const constants = permutations(count, seed);
          expect(minima(wasmKernel(constants, shingling, variant), text, count)).toEqual(
            minima(plainKernel(constants, shingling), text, count),
          );
        },
      ),
      { numRuns: 300 },
    );
  });

  it.each([CHARACTERS, ALL, WORDS])('keeps its place across the pieces of a long text: %o', (shingling) => {
    const constants = permutations(20, 1);
    const wasm = wasmKernel(constants, shingling, variant);
    const plain = plainKernel(constants, shingling);
    for (const text of long) expect(minima(wasm, text, 20)).toEqual(minima(plain, text, 20));
  });

  it('remembers nothing of the text before', () => {
    for (const shingling of [CHARACTERS, ALL, WORDS]) {
      const kernel = wasmKernel(permutations(112, 1), shingling, variant);
      const alone = minima(kernel, '清流が 静かに 流れる。', 112);
      minima(kernel, 'まったく 別の 長い 文章が ここに ある', 112);
      expect(minima(kernel, '清流が 静かに 流れる。', 112)).toEqual(alone);
    }
  });
});

describe.each(VARIANTS)('the %s one-permutation kernel', (variant) => {
  it('equals its TypeScript twin on any text, shingling and number of bins', () => {
    fc.assert(
      fc.property(
        anyText,
        anyShingling,
        fc.integer({ min: 1, max: 150 }),
        fc.integer({ min: 0, max: 0xffff_ffff }),
        (text, shingling, bins, seed) => {
          expect(minima(wasmOnePermutation(bins, seed, shingling, variant), text, bins)).toEqual(
            minima(plainOnePermutation(bins, seed, shingling), text, bins),
          );
        },
      ),
      { numRuns: 300 },
    );
  });

  it.each([CHARACTERS, ALL, WORDS])(
    'keeps its place across the pieces of a long text, also where one shingle must fill every bin: %o',
    (shingling) => {
      const wasm = wasmOnePermutation(112, 1, shingling, variant);
      const plain = plainOnePermutation(112, 1, shingling);
      for (const text of long) expect(minima(wasm, text, 112)).toEqual(minima(plain, text, 112));
    },
  );

  it('leaves no bin empty', () => {
    const kernel = wasmOnePermutation(1024, 7, CHARACTERS, variant);
    for (const text of ['', ' \n', '清', '清流が流れる', '清流が静かに流れる川のほとりで'.repeat(9)])
      expect(minima(kernel, text, 1024)).not.toContain(0xffff_ffff);
  });
});

describe('the variant', () => {
  it('is SIMD where the engine has it, else the scalar one', () => {
    expect(kernelVariant()).toBe('simd');
    const validate = vi.spyOn(WebAssembly, 'validate').mockReturnValue(false);
    expect(kernelVariant()).toBe('scalar');
    validate.mockRestore();
  });
});
