// Loads a compiled kernel: one instance, its exported functions by name, its memory.
import { readFileSync } from 'node:fs';
import { compiledFile } from '../compiled.ts';

export type KernelVariant = 'simd' | 'scalar';

export interface KernelInstance {
  call(name: string, ...values: number[]): number;
  /** A view of the memory; a later call that lets the memory grow makes it useless. */
  floats(at: number, count: number): Float32Array;
  words(at: number, count: number): Uint32Array;
  bytes(at: number, count: number): Buffer;
}

const modules = new Map<string, WebAssembly.Module>();

const read = (kernel: string, variant: KernelVariant): Buffer =>
  readFileSync(compiledFile(`kernels/${kernel}.${variant}.wasm`));

/** True where the engine has WebAssembly SIMD. */
export const hasSimd = (): boolean => WebAssembly.validate(read('minhash', 'simd'));

/** `given` is the memory of a kernel that has none of its own. */
export function instantiateKernel(kernel: string, variant: KernelVariant, given?: WebAssembly.Memory): KernelInstance {
  const key = `${kernel}.${variant}`;
  const compiled = modules.get(key) ?? new WebAssembly.Module(read(kernel, variant));
  modules.set(key, compiled);
  const { exports } = new WebAssembly.Instance(compiled, given && { env: { memory: given } });
  const memory = given ?? exports.memory;
  if (!(memory instanceof WebAssembly.Memory)) throw new Error(`the kernel ${key} exports no memory`);
  return {
    call(name, ...values) {
      const exported = exports[name];
      if (typeof exported !== 'function') throw new Error(`the kernel ${key} exports no ${name}`);
      return Number(exported(...values) ?? 0);
    },
    floats: (at, count) => new Float32Array(memory.buffer, at, count),
    words: (at, count) => new Uint32Array(memory.buffer, at, count),
    bytes: (at, count) => Buffer.from(memory.buffer, at, count),
  };
}
