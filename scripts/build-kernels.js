// Compiles the AssemblyScript kernels to dist/kernels/, once with SIMD and once without.
import { mkdirSync } from 'node:fs';
import asc from 'assemblyscript/asc';

const KERNELS = ['minhash'];
const VARIANTS = [
  { suffix: 'simd', flags: ['--enable', 'simd'] },
  { suffix: 'scalar', flags: [] },
];

mkdirSync('dist/kernels', { recursive: true });
for (const kernel of KERNELS) {
  for (const { suffix, flags } of VARIANTS) {
    const source = `src/kernels/assembly/${kernel}.ts`;
    const options = ['--outFile', `dist/kernels/${kernel}.${suffix}.wasm`, '--runtime', 'stub', '-O3', '--noAssert', '--converge'];
    const { error, stderr } = await asc.main([source, ...options, ...flags]);
    if (error) {
      console.error(`${source}: ${error.message}\n${stderr.toString()}`);
      process.exit(1);
    }
  }
}
