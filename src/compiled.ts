// Where the compiled file of a module is: workers, child processes and kernels load it even when the caller is a test that runs TypeScript.
import { fileURLToPath } from 'node:url';

/** Absolute path of `dist/<path>`, e.g. `engine/worker.js`. */
export function compiledFile(path: string): string {
  const fromSource = import.meta.url.endsWith('.ts');
  return fileURLToPath(new URL(fromSource ? `../dist/${path}` : path, import.meta.url));
}
