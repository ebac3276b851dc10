// The signature of docs/dedup-signatures.md, computed here as the page says and by nothing of src/.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { bandHashes, sketchShape } from '../../src/dedup/index/sketch.ts';
import { minhash } from '../../src/dedup/minhash.ts';
import { permutations, plainKernel } from '../../src/kernels/minhash.ts';
import { plainOnePermutation } from '../../src/kernels/one-permutation.ts';

const W = 2n ** 32n;
const B = 0x9e3779b1n;
const STEP = 0x9e3779b9n;
const EMPTY = W - 1n;

function mix(x: bigint): bigint {
  let y = x % W;
  y = ((y ^ (y >> 16n)) * 0x85ebca6bn) % W;
  y = ((y ^ (y >> 13n)) * 0xc2b2ae35n) % W;
  return y ^ (y >> 16n);
}

const polynomial = (values: readonly bigint[], first = 0n): bigint =>
  values.reduce((sum, value) => (sum * B + value) % W, first);

/** Section 2, for texts that need no normalisation but for white space. */
function hashesOf(text: string, unit: string, shingle: number): bigint[] {
  const numbers =
    unit === 'word'
      ? text
          .split(/\s/)
          .filter((word) => word !== '')
          .map((word) => mix(polynomial(unitsOf(word), 1n)))
      : unitsOf(text.replaceAll(/\s/g, ''));
  return Array.from({ length: Math.max(0, numbers.length - shingle + 1) }, (_, at) =>
    mix(polynomial(numbers.slice(at, at + shingle))),
  );
}

const unitsOf = (text: string): bigint[] => Array.from({ length: text.length }, (_, at) => BigInt(text.charCodeAt(at)));

// biome-ignore lint/complexity/useMathMinMax: Math.min takes no bigint
const least = (values: readonly bigint[]): bigint => values.reduce((low, value) => (value < low ? value : low), EMPTY);

/** Section 3, one-permutation. */
function onePermutation(hashes: readonly bigint[], n: bigint, seed: bigint): bigint[] {
  const distinct = [...new Set(hashes)];
  const round = (values: readonly bigint[]): bigint[] =>
    Array.from({ length: Number(n) }, (_, bin) =>
      least(
        values
          .map((h) => h * n)
          .filter((product) => product / W === BigInt(bin))
          .map((product) => product % W),
      ),
    );
  let minima = round(distinct.map((h) => h ^ mix(seed)));
  for (let r = 1n; r < n; r++) {
    const next = round(distinct.map((h) => mix(h ^ mix(seed + r * STEP))));
    minima = minima.map((value, bin) => (value === EMPTY ? (next[bin] ?? EMPTY) : value));
  }
  return minima.map((value, bin) =>
    value === EMPTY ? least(distinct.map((h) => mix(h ^ mix(seed + (n + BigInt(bin)) * STEP)))) : value,
  );
}

/** Section 3, permutations. */
function classic(hashes: readonly bigint[], n: bigint, seed: bigint): bigint[] {
  const s = (i: bigint): bigint => mix(seed + (i + 1n) * STEP);
  return Array.from({ length: Number(n) }, (_, at) => {
    const p = BigInt(at);
    return least(hashes.map((h) => (h * (s(p) | 1n) + s(n + p)) % W));
  });
}

/** Section 4. */
function sketchOf(minima: readonly bigint[], bands: number, rows: number): bigint[] {
  const w = rows >= 8 ? 4n : rows >= 4 ? 8n : rows >= 2 ? 16n : 32n;
  const words = Math.ceil((rows * Number(w)) / 32);
  return Array.from({ length: bands }, (_, band) => {
    const value = minima
      .slice(band * rows, band * rows + rows)
      .reduce((sum, m, row) => sum | ((mix(m) >> (32n - w)) << (BigInt(row) * w)), 0n);
    return Array.from({ length: words }, (_, word) => (value >> BigInt(32 * word)) % W);
  }).flat();
}

/** Section 5. */
function bandHashesOf(sketch: readonly bigint[], bands: number): bigint[] {
  const words = sketch.length / bands;
  return Array.from({ length: bands }, (_, band) =>
    sketch.slice(band * words, (band + 1) * words).reduce((g, x) => mix(((g * B) % W) ^ x), BigInt(band + 1)),
  );
}

const algorithms = { 'one-permutation': onePermutation, permutations: classic };
const page = readFileSync(new URL('../../docs/dedup-signatures.md', import.meta.url), 'utf8');
const hex = z.array(z.string().regex(/^[0-9a-f]{8}$/));
const exampleSchema = z.strictObject({
  text: z.string(),
  options: z.strictObject({ shingle: z.int(), bands: z.int(), rows: z.int(), seed: z.int() }),
  hashes: hex,
  'one-permutation': z.strictObject({ minima: hex, sketch: hex, bandHashes: hex }),
  permutations: z.strictObject({ minima: hex, sketch: hex, bandHashes: hex }),
});
const example = exampleSchema.parse(JSON.parse(/```json\n([\s\S]*?)```/.exec(page)?.[1] ?? ''));
const printed = (values: Iterable<bigint | number>): string[] =>
  [...values].map((value) => value.toString(16).padStart(8, '0'));

describe('the worked example of docs/dedup-signatures.md', () => {
  const { shingle, bands, rows, seed } = example.options;

  it.each(['one-permutation', 'permutations'] as const)('is what the page says of %s', async (algorithm) => {
    const hashes = hashesOf(example.text, 'character', shingle);
    const minima = algorithms[algorithm](hashes, BigInt(bands * rows), BigInt(seed));
    const sketch = sketchOf(minima, bands, rows);
    expect({
      hashes: printed(hashes),
      minima: printed(minima),
      sketch: printed(sketch),
      bandHashes: printed(bandHashesOf(sketch, bands)),
    }).toEqual({ hashes: example.hashes, ...example[algorithm] });
  });

  it.each(['one-permutation', 'permutations'] as const)('is what Seiryu computes by %s', async (algorithm) => {
    const signer = await minhash.createSigner(minhash.options.parse({ ...example.options, algorithm }));
    const sketch = new Uint32Array(signer.words);
    signer.sign(example.text, sketch, 0);
    const hashes = new Uint32Array(bands);
    bandHashes(sketch, 0, sketchShape(bands, rows), hashes);
    expect([printed(sketch), printed(hashes)]).toEqual([example[algorithm].sketch, example[algorithm].bandHashes]);
  });
});

describe('a program that follows docs/dedup-signatures.md', () => {
  it('gets the signature of any text', async () => {
    const cases = fc.record({
      text: fc.array(fc.constantFrom(...'清流が静かに ながれる\u3000\n川のabc'), { maxLength: 60 }),
      algorithm: fc.constantFrom('one-permutation' as const, 'permutations' as const),
      unit: fc.constantFrom('character' as const, 'word' as const),
      shingle: fc.integer({ min: 1, max: 6 }),
      bands: fc.integer({ min: 1, max: 6 }),
      rows: fc.integer({ min: 1, max: 9 }),
      seed: fc.nat(0xffff_ffff),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ text: characters, algorithm, unit, shingle, bands, rows, seed }) => {
        const text = characters.join('');
        const hashes = hashesOf(text, unit, shingle);
        fc.pre(hashes.length > 0);
        const n = bands * rows;
        const minima = algorithms[algorithm](hashes, BigInt(n), BigInt(seed));
        const shingling = { unit, length: shingle, ignore: ['space'] } as const;
        const plain = new Uint32Array(n);
        (algorithm === 'permutations'
          ? plainKernel(permutations(n, seed), shingling)
          : plainOnePermutation(n, seed, shingling)
        ).minima(text, plain);
        expect(printed(plain)).toEqual(printed(minima));
        const signer = await minhash.createSigner(
          minhash.options.parse({ algorithm, unit, shingle, bands, rows, seed }),
        );
        const sketch = new Uint32Array(signer.words);
        signer.sign(text, sketch, 0);
        expect(printed(sketch)).toEqual(printed(sketchOf(minima, bands, rows)));
      }),
      { numRuns: 60 },
    );
  });
});
