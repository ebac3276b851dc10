// Begins a build: empties dist/ and compiles the AssemblyScript kernels to dist/kernels/.
import { mkdirSync, rmSync } from 'node:fs';
import asc from 'assemblyscript/asc';

const SIMD = { suffix: 'simd', flags: ['--enable', 'simd'] };
const SCALAR = { suffix: 'scalar', flags: [] };
/** The trainer's kernels have SIMD only: without it TensorFlow.js does the work. */
const KERNELS = {
  minhash: [SIMD, SCALAR],
  'one-permutation': [SIMD, SCALAR],
  attention: [SIMD],
  'cross-entropy': [SIMD],
  murmur3: [SCALAR],
  'json-text': [SIMD, SCALAR],
  tidy: [SCALAR],
  bz2: [SCALAR],
};

// What an earlier build left must not be packed.
rmSync('dist', { recursive: true, force: true });
mkdirSync('dist/kernels', { recursive: true });
for (const [kernel, variants] of Object.entries(KERNELS)) {
  for (const { suffix, flags } of variants) {
    const source = `src/kernels/assembly/${kernel}.ts`;
    const options = [
      '--outFile',
      `dist/kernels/${kernel}.${suffix}.wasm`,
      '--runtime',
      'stub',
      '-O3',
      '--noAssert',
      '--converge',
    ];
    const { error, stderr } = await asc.main([source, ...options, ...flags]);
    if (error) {
      console.error(`${source}: ${error.message}\n${stderr.toString()}`);
      process.exit(1);
    }
  }
}
