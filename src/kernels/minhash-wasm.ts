// The MinHash kernel in WebAssembly: SIMD where the engine has it, scalar elsewhere; equal to the plain one, bit for bit.
import { LANES, type MinhashKernel, type Permutations } from './minhash.ts';
import { hasSimd, instantiateKernel, type KernelVariant } from './wasm-module.ts';

export type { KernelVariant } from './wasm-module.ts';

/** UTF-16 units given to one call: CAPACITY in assembly/minhash.ts. */
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
      for (let at = 0; at < text.length; at += CAPACITY) {
        const part = text.length <= CAPACITY ? text : text.slice(at, at + CAPACITY);
        // One native copy of UTF-16 units; lone surrogates stay what they are.
        input.write(part, 'utf16le');
        call('update', part.length);
      }
      call('end');
      out.set(minima);
    },
  };
}
