// `npx tsx scripts/backends/compare.ts`: the same 20 steps on every backend that works here; losses must agree within 1e-3.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { backendName } from '../../src/trainer/options.ts';

const ALLOWED = 1e-3;
const LIMIT_MS = 900_000;

const result = z.object({
  name: z.string(),
  why: z.string(),
  losses: z.record(z.string(), z.array(z.number())),
  leaked: z.record(z.string(), z.number()),
  seconds: z.number(),
});
type Result = z.output<typeof result>;

/** Each in a process of its own: two native libraries in one would meet. */
function train(backend: string): Result | string {
  const script = fileURLToPath(new URL('./twenty-steps.ts', import.meta.url));
  const child = spawnSync('npx', ['tsx', script, backend], { encoding: 'utf8', timeout: LIMIT_MS });
  const line = child.stdout.split('\n').findLast((text) => text.startsWith('{'));
  if (child.status === 0 && line !== undefined) return result.parse(JSON.parse(line));
  return child.stderr.split('\n').find((text) => /Error|cannot|Cannot|No backend/.test(text)) ?? `exit ${child.status}`;
}

function furthest(a: Result, b: Result): number {
  let largest = 0;
  for (const [architecture, losses] of Object.entries(a.losses))
    for (const [step, loss] of losses.entries())
      largest = Math.max(largest, Math.abs(loss - (b.losses[architecture]?.[step] ?? Number.NaN)));
  return largest;
}

const results: Result[] = [];
for (const backend of backendName.options) {
  const trained = train(backend);
  if (typeof trained === 'string') console.log(`${backend}: not here: ${trained.trim()}`);
  else results.push(trained);
}
const oracle = results.find(({ name }) => name === 'cpu');
if (oracle === undefined) throw new Error('the CPU backend did not train: nothing to compare with');
const row = (cells: readonly string[]) => console.log(`| ${cells.join(' | ')} |`);
row([
  'backend',
  'what',
  ...Object.keys(oracle.losses).map((name) => `last loss, ${name}`),
  'largest difference from cpu',
  'tensors left',
  'seconds',
]);
row(Array.from({ length: 5 + Object.keys(oracle.losses).length }, () => '---'));
const wrong: string[] = [];
for (const one of results) {
  const difference = furthest(oracle, one);
  const left = Object.values(one.leaked).reduce((a, b) => a + b, 0);
  if (!(difference <= ALLOWED) || left !== 0) wrong.push(one.name);
  const last = Object.values(one.losses).map((losses) => losses.at(-1)?.toFixed(5) ?? '');
  row([one.name, one.why, ...last, difference.toExponential(1), String(left), one.seconds.toFixed(1)]);
}
if (wrong.length > 0) {
  console.error(`Losses differ by more than ${ALLOWED}, or tensors are left: ${wrong.join(', ')}`);
  process.exit(1);
}
console.log(`${results.length} backends agree within ${ALLOWED}.`);
