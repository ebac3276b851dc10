// The MinHash kernels in WebAssembly: SIMD where the engine has it, scalar elsewhere; equal to the plain ones, bit for bit.
import { LANES, type MinhashKernel, type Permutations } from './minhash.ts';
import { contentHash } from './murmur3.ts';
import { onlySpaces, type Shingling, unitTables } from './shingles.ts';
import { shortMinima } from './short-texts.ts';
import { hasSimd, instantiateKernel, type KernelInstance, type KernelVariant } from './wasm-module.ts';

export type { KernelVariant } from './wasm-module.ts';

/** UTF-16 units given to one call: CAPACITY in assembly/shingles.ts. */
const CAPACITY = 16_384;
/** Bins that no shingle reached; `end` says so of a text that needs a second pass. */
const HOLES = 1;
const NO_SHINGLE = -1;

/** The variant for this machine. */
export const kernelVariant = (): KernelVariant => (hasSimd() ? 'simd' : 'scalar');

/** Classic MinHash. Cost: O(text × permutations), four permutations an instruction with SIMD. */
export function wasmKernel(constants: Permutations, shingling: Shingling, variant: KernelVariant): MinhashKernel {
  const kernel = instantiateKernel('minhash', variant);
  const { call, words, bytes } = kernel;
  const count = constants.multipliers.length;
  const padded = Math.ceil(count / LANES) * LANES;
  words(call('multipliers'), padded).set(constants.multipliers);
  words(call('addends'), padded).set(constants.addends);
  const minima = words(call('minima'), count);
  const input = bytes(call('input'), CAPACITY * 2);
  call('configure', padded, ...shingleArguments(kernel, shingling));
  const { hash } = contentHash();
  return {
    minima(text, out) {
      call('begin');
      for (const units of pieces(text, input)) call('update', units);
      if (call('end') === 0) shortMinima(text, shingling, hash, out);
      else out.set(minima);
    },
  };
}

/** One-permutation MinHash. Cost: O(text), and microseconds more for a text that leaves bins empty. */
export function wasmOnePermutation(
  bins: number,
  seed: number,
  shingling: Shingling,
  variant: KernelVariant,
): MinhashKernel {
  const kernel = instantiateKernel('one-permutation', variant);
  const { call, words, bytes } = kernel;
  const minima = words(call('minima'), bins);
  const input = bytes(call('input'), CAPACITY * 2);
  call('configure', bins, seed, ...shingleArguments(kernel, shingling));
  const { hash } = contentHash();
  return {
    minima(text, out) {
      call('begin');
      for (const units of pieces(text, input)) call('update', units);
      const state = call('end');
      if (state === NO_SHINGLE) return shortMinima(text, shingling, hash, out);
      if (state === HOLES) {
        call('recall', text.length);
        for (const units of pieces(text, input)) call('collect', units);
        call('fill');
      }
      out.set(minima);
    },
  };
}

/** The last arguments of a kernel's `configure`; fills its tables where it needs them. */
function shingleArguments({ call, words, bytes }: KernelInstance, shingling: Shingling): number[] {
  const plain = onlySpaces(shingling);
  if (!plain) {
    const { entries, voiced } = unitTables(shingling);
    words(call('table'), entries.length).set(entries);
    bytes(call('voiced'), voiced.byteLength).set(new Uint8Array(voiced.buffer));
  }
  return [shingling.length, shingling.unit === 'word' ? 1 : 0, plain ? 0 : 1];
}

/** Marks that may join the kana before them: voiced and half-voiced, combining and half-width. */
const isMark = (unit: number): boolean => unit === 0x3099 || unit === 0x309a || unit === 0xff9e || unit === 0xff9f;

/**
 * Writes the text's UTF-16 units into the kernel's input, piece by piece; yields how many. Lone surrogates stay what they
 * are, and no piece ends between a kana and its mark.
 */
function* pieces(text: string, input: Buffer): Generator<number> {
  for (let at = 0; at < text.length; ) {
    let end = Math.min(text.length, at + CAPACITY);
    if (end < text.length && isMark(text.charCodeAt(end)) && !isMark(text.charCodeAt(end - 1))) end--;
    const part = end - at === text.length ? text : text.slice(at, end);
    input.write(part, 'utf16le');
    yield part.length;
    at = end;
  }
}
