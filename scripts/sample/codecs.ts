// Compressors that give the same bytes on every machine: none of them is Node's own zlib, which differs between builds.
import { createRequire } from 'node:module';
import { gzipSync } from 'fflate';
import { check, xzSync } from 'node-liblzma';
import { compress } from 'zstd-napi';

interface Bzip2 {
  onRuntimeInitialized: () => void;
  compressBZ2(input: Uint8Array, level: number, workFactor: number): { error: number; output: Uint8Array };
}

/** Loads the WebAssembly bzip2. The module has a `then` of its own that would make `await` loop, hence the callback. */
export function loadBzip2(): Promise<(input: Uint8Array) => Buffer> {
  const create: () => Bzip2 = createRequire(import.meta.url)('libbzip2-wasm');
  return new Promise((resolve) => {
    const module = create();
    module.onRuntimeInitialized = () =>
      resolve((input) => {
        const { error, output } = module.compressBZ2(input, 9, 0);
        if (error !== 0) throw new Error(`bzip2 failed with ${error}.`);
        return Buffer.from(output);
      });
  });
}

export const gzip = (input: Uint8Array): Buffer => Buffer.from(gzipSync(input, { level: 9, mtime: 0 }));
export const xz = (input: Uint8Array): Buffer =>
  // What the xz program writes by itself; the library would leave the checksum out.
  xzSync(Buffer.from(input), { preset: 6, check: check.CRC64 });
export const zstd = (input: Uint8Array): Buffer => compress(Buffer.from(input), { compressionLevel: 19 });
