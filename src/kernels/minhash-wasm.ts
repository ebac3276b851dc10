// The MinHash kernel in WebAssembly: SIMD where the engine has it, scalar elsewhere; equal to the plain one, bit for bit.
import { readFileSync } from 'node:fs';
import { compiledFile } from '../compiled.ts';
import { LANES, type MinhashKernel, type Permutations } from './minhash.ts';

export type KernelVariant = 'simd' | 'scalar';

/** UTF-16 units given to one call: CAPACITY in assembly/minhash.ts. */
const CAPACITY = 16_384;

const modules = new Map<KernelVariant, WebAssembly.Module>();

function moduleOf(variant: KernelVariant): WebAssembly.Module {
  const known = modules.get(variant);
  if (known !== undefined) return known;
  const compiled = new WebAssembly.Module(readFileSync(compiledFile(`kernels/minhash.${variant}.wasm`)));
  modules.set(variant, compiled);
  return compiled;
}

/** The variant for this machine. */
export function kernelVariant(): KernelVariant {
  return WebAssembly.validate(readFileSync(compiledFile('kernels/minhash.simd.wasm'))) ? 'simd' : 'scalar';
}

interface Exports {
  call(name: string, ...values: number[]): number;
  readonly memory: WebAssembly.Memory;
}

function instantiate(variant: KernelVariant): Exports {
  const { exports } = new WebAssembly.Instance(moduleOf(variant));
  const { memory } = exports;
  if (!(memory instanceof WebAssembly.Memory)) throw new Error('the kernel exports no memory');
  return {
    memory,
    call(name, ...values) {
      const exported = exports[name];
      if (typeof exported !== 'function') throw new Error(`the kernel exports no ${name}`);
      return Number(exported(...values) ?? 0);
    },
  };
}

export function wasmKernel({ multipliers, addends }: Permutations, shingle: number, variant: KernelVariant): MinhashKernel {
  const { memory, call } = instantiate(variant);
  const count = multipliers.length;
  const padded = Math.ceil(count / LANES) * LANES;
  const view = (name: string): Uint32Array => new Uint32Array(memory.buffer, call(name), padded);
  view('multipliers').set(multipliers);
  view('addends').set(addends);
  const minima = view('minima').subarray(0, count);
  const input = Buffer.from(memory.buffer, call('input'), CAPACITY * 2);
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
