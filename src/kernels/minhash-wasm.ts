// The MinHash kernel in WebAssembly: SIMD where the engine has it, scalar elsewhere; equal to the plain one, bit for bit.
import { LANES, type MinhashKernel, type Permutations } from './minhash.ts';
import { hasSimd, instantiateKernel, type KernelVariant } from './wasm-module.ts';

export type { KernelVariant } from './wasm-module.ts';

/** UTF-16 units given to one call: CAPACITY in assembly/shingles.ts. */
const CAPACITY = 16_384;

/** The variant for this machine. */
export const kernelVariant = (): KernelVariant => (hasSimd() ? 'simd' : 'scalar');

export function wasmKernel(
  { multipliers, addends }: Permutations,
  shingle: number,
  variant: KernelVariant,
): MinhashKernel {
  const { call, words, bytes } = instantiateKernel('minhash', variant);
  const count = multipliers.length;
  const padded = Math.ceil(count / LANES) * LANES;
  const view = (name: string): Uint32Array => words(call(name), padded);
  view('multipliers').set(multipliers);
  view('addends').set(addends);
  const minima = view('minima').subarray(0, count);
  const input = bytes(call('input'), CAPACITY * 2);
  call('configure', padded, shingle);
  return {
    minima(text, out) {
      call('begin');
      for (const units of pieces(text, input)) call('update', units);
      call('end');
      out.set(minima);
    },
  };
}

export function wasmOnePermutation(bins: number, seed: number, shingle: number, variant: KernelVariant): MinhashKernel {
  const { call, words, bytes } = instantiateKernel('one-permutation', variant);
  const minima = words(call('minima'), bins);
  const input = bytes(call('input'), CAPACITY * 2);
  call('configure', bins, shingle, seed);
  return {
    minima(text, out) {
      call('begin');
      for (const units of pieces(text, input)) call('update', units);
      if (call('end') > 0) {
        call('recall', text.length);
        for (const units of pieces(text, input)) call('collect', units);
        call('fill');
      }
      out.set(minima);
    },
  };
}

/** Writes the text's UTF-16 units into the kernel's input, piece by piece; yields how many. Lone surrogates stay what they are. */
function* pieces(text: string, input: Buffer): Generator<number> {
  for (let at = 0; at < text.length; at += CAPACITY) {
    const part = text.length <= CAPACITY ? text : text.slice(at, at + CAPACITY);
    input.write(part, 'utf16le');
    yield part.length;
  }
}
