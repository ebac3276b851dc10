// Writes the bundled sample corpus: `npm run sample`. The same bytes every time.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSample } from './sample/build.ts';

const folder = fileURLToPath(new URL('../sample/', import.meta.url));
const { files, truth, decoded } = await buildSample();
await rm(folder, { recursive: true, force: true });
let bytes = 0;
for (const [path, content] of files) {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), content);
  bytes += content.length;
}
console.log(`sample/: ${files.size} files, ${bytes} bytes; ${truth.length} records, ${decoded} bytes decoded`);
