// Begins a build: empties dist/ and compiles the AssemblyScript kernels to dist/kernels/.
import { mkdirSync, rmSync } from 'node:fs';
import asc from 'assemblyscript/asc';

const SIMD = { suffix: 'simd', flags: ['--enable', 'simd'] };
const SCALAR = { suffix: 'scalar', flags: [] };
/** Its memory is given to it, up to 4 GB, and is the same in all workers. */
const SHARED_SIMD = {
  suffix: 'simd',
  flags: [
    ...SIMD.flags,
    ...['--enable', 'threads', '--importMemory', '--sharedMemory', '--initialMemory', '1', '--maximumMemory', '65536'],
  ],
};
/** The trainer's kernels have SIMD only: without it TensorFlow.js does the work. Nor has ngrams another: its plain twin does. */
const KERNELS = {
  minhash: [SIMD, SCALAR],
  'one-permutation': [SIMD, SCALAR],
  attention: [SIMD],
  'cross-entropy': [SIMD],
  murmur3: [SCALAR],
  'json-text': [SIMD, SCALAR],
  tidy: [SCALAR],
  bz2: [SCALAR],
  ngrams: [SHARED_SIMD],
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
