// b-bit MinHash sketches: the low bits of mixed minima, packed band by band; they are band keys and similarity estimate at once.
import { mix32 } from '../../kernels/minhash.ts';

/** How many permutations make a sketch, and how they are packed. */
export interface SketchShape {
  readonly bands: number;
  readonly rows: number;
  /** Bits kept of each minimum: enough that a band has at least 32 (Li and König 2010). */
  readonly bits: number;
  readonly wordsPerBand: number;
  /** Words of a whole sketch. */
  readonly words: number;
}

export function sketchShape(bands: number, rows: number): SketchShape {
  const bits = rows >= 8 ? 4 : rows >= 4 ? 8 : rows >= 2 ? 16 : 32;
  const wordsPerBand = Math.ceil((rows * bits) / 32);
  return { bands, rows, bits, wordsPerBand, words: bands * wordsPerBand };
}

/** Packs minima (bands × rows) into `out[at .. at + words)`. Minima are small numbers, so their bits are mixed first. */
export function packSketch(minima: Uint32Array, shape: SketchShape, out: Uint32Array, at: number): void {
  const { bands, rows, bits, wordsPerBand } = shape;
  const shift = 32 - bits;
  let from = 0;
  for (let band = 0; band < bands; band++) {
    const start = at + band * wordsPerBand;
    for (let word = 0; word < wordsPerBand; word++) out[start + word] = 0;
    for (let row = 0; row < rows; row++) {
      const bit = row * bits;
      const value = mix32(minima[from++] ?? 0) >>> shift;
      const word = start + (bit >>> 5);
      out[word] = (out[word] ?? 0) | (value << (bit & 31));
    }
  }
}

/**
 * The second halves of 64-bit band keys: a hash of each band's whole minima, to `out[at .. at + bands)`. The sketch's band
 * alone has 32 bits, by which 7 % of 20 million unlike documents would be taken for copies.
 */
export function packTags(minima: Uint32Array, { bands, rows }: SketchShape, out: Uint32Array, at: number): void {
  let from = 0;
  for (let band = 0; band < bands; band++) {
    let hash = 0x85eb_ca6b ^ band;
    for (let row = 0; row < rows; row++) hash = mix32(Math.imul(hash, 0xcc9e_2d51) ^ (minima[from++] ?? 0));
    out[at + band] = hash;
  }
}

/** Hashes of all bands of the sketch at `sketch[at …]`: equal bands have equal hashes, and each band its own sequence. (bands) */
export function bandHashes(
  sketch: Uint32Array,
  at: number,
  { bands, wordsPerBand }: SketchShape,
  out: Uint32Array,
  outAt = 0,
): void {
  let word = at;
  for (let band = 0; band < bands; band++) {
    let hash = band + 1;
    for (const end = word + wordsPerBand; word < end; word++) {
      hash = mix32(Math.imul(hash, 0x9e3779b1) ^ (sketch[word] ?? 0));
    }
    out[outAt + band] = hash;
  }
}

/** Ones at the lowest bit of every value that differs, by bits kept. */
function differences(x: number, bits: number): number {
  if (bits === 4) return (x | (x >>> 1) | (x >>> 2) | (x >>> 3)) & 0x1111_1111;
  if (bits === 8) {
    const half = x | (x >>> 4);
    const quarter = half | (half >>> 2);
    return (quarter | (quarter >>> 1)) & 0x0101_0101;
  }
  if (bits === 16) return ((x & 0xffff) === 0 ? 0 : 1) | (x >>> 16 === 0 ? 0 : 2);
  return x === 0 ? 0 : 1;
}

function popcount(x: number): number {
  let n = x - ((x >>> 1) & 0x5555_5555);
  n = (n & 0x3333_3333) + ((n >>> 2) & 0x3333_3333);
  return Math.imul((n + (n >>> 4)) & 0x0f0f_0f0f, 0x0101_0101) >>> 24;
}

/** Values that agree in two sketches, 0 to bands × rows. */
export function agreement(a: Uint32Array, aAt: number, b: Uint32Array, bAt: number, shape: SketchShape): number {
  let different = 0;
  for (let word = 0; word < shape.words; word++) {
    const x = ((a[aAt + word] ?? 0) ^ (b[bAt + word] ?? 0)) >>> 0;
    if (x !== 0) different += popcount(differences(x, shape.bits));
  }
  return shape.bands * shape.rows - different;
}

/** Unbiased estimate of the Jaccard similarity from the agreement: b bits agree by chance once in 2^b. */
export function estimateJaccard(agreeing: number, { bands, rows, bits }: SketchShape): number {
  const chance = 2 ** -bits;
  return (agreeing / (bands * rows) - chance) / (1 - chance);
}

/** Least agreement at which the estimate reaches `jaccard`. */
export function leastAgreement(jaccard: number, { bands, rows, bits }: SketchShape): number {
  const chance = 2 ** -bits;
  return Math.ceil(bands * rows * (jaccard * (1 - chance) + chance) - 1e-9);
}
