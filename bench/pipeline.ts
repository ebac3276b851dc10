// `npm run bench -- pipeline`: the whole pipeline against `zcat | wc` on the same files, interleaved.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { type RunRecord, runRecordSchema } from '../src/engine/record.ts';
import { corpusShards } from './corpus.ts';

const ROUNDS = 3;
const PIPELINE = `name: bench
language: ja
sources:
  - files: { glob: "in/*.json.gz" }
filters: [normalize, strip-urls, breadcrumbs, boilerplate, length]
dedup: { exact: true, minhash: true }
disk: { budget: 4GB }
sinks: [text]
`;

interface Timed {
  seconds: number;
  record: RunRecord;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function timed(work: () => void): number {
  const start = performance.now();
  work();
  return (performance.now() - start) / 1000;
}

/** Output goes to memory where there is a memory disk: the disk's speed is not what is measured. */
const OUTPUT = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

/** A folder with a pipeline file over `shards`. */
function prepare(shards: readonly string[]): string {
  const dir = mkdtempSync(join(OUTPUT, 'seiryu-bench-'));
  mkdirSync(join(dir, 'in'));
  for (const shard of shards) symlinkSync(shard, join(dir, 'in', basename(shard)));
  writeFileSync(join(dir, 'bench.yaml'), PIPELINE);
  return dir;
}

/** Where the process may run: everywhere, or on the first core alone, helper threads of V8 and libuv included. */
type Cores = 'all' | 'one';

function run(dir: string, workers: number, cores: Cores = 'all'): Timed {
  const main = new URL('../dist/cli/main.js', import.meta.url).pathname;
  const out = join(dir, 'out');
  const seconds = timed(() => {
    const args = [main, 'run', join(dir, 'bench.yaml'), '--out', out, '--workers', String(workers), '--fresh'];
    const command = cores === 'one' ? ['taskset', '-c', '0', process.execPath] : [process.execPath];
    const { status, stderr } = spawnSync(command[0] ?? '', [...command.slice(1), ...args], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`the run ended with ${status}: ${stderr}`);
  });
  const record = runRecordSchema.parse(JSON.parse(readFileSync(join(out, 'run.json'), 'utf8')));
  rmSync(out, { recursive: true });
  return { seconds, record };
}

function zcat(shards: readonly string[]): number {
  return timed(() => execFileSync('sh', ['-c', `zcat ${shards.map((path) => `'${path}'`).join(' ')} | wc -c`]));
}

const mb = (bytes: number): number => bytes / 1e6;

export async function pipeline(): Promise<void> {
  const shards = await corpusShards();
  const large = prepare(shards);
  const small = prepare(shards.slice(0, 4));
  const middle = prepare(shards.slice(0, 12));
  const results = {
    zcat: [] as number[],
    core: [] as Timed[],
    one: [] as Timed[],
    two: [] as Timed[],
    small: [] as Timed[],
    middle: [] as Timed[],
  };
  try {
    for (let round = 0; round < ROUNDS; round++) {
      results.zcat.push(zcat(shards));
      results.core.push(run(large, 1, 'one'));
      results.one.push(run(large, 1));
      results.two.push(run(large, 2));
      results.small.push(run(small, 1));
      results.middle.push(run(middle, 1));
    }
  } finally {
    for (const dir of [large, middle, small]) rmSync(dir, { recursive: true });
  }
  print(results);
}

function print({
  zcat: reference,
  core,
  one,
  two,
  small,
  middle,
}: {
  zcat: number[];
  core: Timed[];
  one: Timed[];
  two: Timed[];
  small: Timed[];
  middle: Timed[];
}): void {
  const record = one[0]?.record;
  if (record === undefined) return;
  const decoded = record.bytes.decoded;
  const speed = (runs: readonly Timed[]): number => mb(decoded) / median(runs.map(({ seconds }) => seconds));
  const zcatSpeed = mb(decoded) / median(reference);
  const cpu = (runs: readonly Timed[]): number => median(runs.map((each) => each.record.seconds.cpu.total));
  const resident = (runs: readonly Timed[]): number =>
    median(runs.map((each) => each.record.memory.peak - each.record.memory.index));
  const memory = [small, middle, one].map(
    (runs) =>
      `${mb(resident(runs)).toFixed(0)} MB for ${mb(runs[0]?.record.bytes.decoded ?? 0).toFixed(0)} MB of input`,
  );
  const lines = [
    `${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores, Node ${process.version}; medians of ${ROUNDS} interleaved rounds`,
    `corpus: ${mb(decoded).toFixed(0)} MB of JSONL decoded, ${mb(record.bytes.fetched).toFixed(0)} MB gzip, ${record.documents.read} documents, ${record.documents.kept} kept; output in ${OUTPUT}`,
    '',
    '                        MB/s   of zcat   CPU s   MB per CPU s   peak RSS MB   index MB',
    `zcat | wc         ${zcatSpeed.toFixed(0).padStart(10)}${'1.00'.padStart(10)}`,
  ];
  for (const [name, runs] of [
    ['1 worker, 1 core', core],
    ['1 worker', one],
    ['2 workers', two],
  ] as const) {
    const { memory } = runs[0]?.record ?? record;
    lines.push(
      `${name.padEnd(18)}${speed(runs).toFixed(0).padStart(10)}${(speed(runs) / zcatSpeed).toFixed(2).padStart(10)}${cpu(runs).toFixed(1).padStart(8)}${(mb(decoded) / cpu(runs)).toFixed(0).padStart(15)}${mb(memory.peak).toFixed(0).padStart(14)}${mb(memory.index).toFixed(0).padStart(11)}`,
    );
  }
  const stages = Object.entries(record.seconds.cpu).flatMap(([stage, value]): [string, number][] =>
    typeof value === 'number'
      ? [[stage, value]]
      : Object.entries(value).map(([name, each]) => [`filter ${name}`, each]),
  );
  lines.push(
    '',
    `2 workers on 2 cores / 1 worker on 1 core: ${(speed(two) / speed(core)).toFixed(2)}`,
    `2 workers / 1 worker, both on 2 cores: ${(speed(two) / speed(one)).toFixed(2)}`,
    `resident memory without the index, 1 worker: ${memory.join(', ')} (the second to the first: ${(100 * (resident(middle) / resident(small) - 1)).toFixed(1)} %)`,
    '',
    'CPU seconds per stage, 1 worker:',
    ...stages
      .filter(([, value]) => value > 0)
      .map(
        ([stage, value]) =>
          `  ${stage.padEnd(24)}${value.toFixed(2).padStart(7)}  ${(mb(decoded) / value).toFixed(0).padStart(6)} MB/s`,
      ),
  );
  console.log(lines.join('\n'));
}
