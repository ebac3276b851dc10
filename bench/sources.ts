// `npm run bench -- sources`: every decoder against the system's own on the same file, interleaved; fetch and Parquet by themselves.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { pipeline as piped } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { Piscina } from 'piscina';
import { compiledFile } from '../src/compiled.ts';
import { blockProcessor } from '../src/engine/pool.ts';
import type { ProcessorPlan } from '../src/engine/process.ts';
import type { CodecName, Shard } from '../src/pipeline/define.ts';
import type { RunTask } from '../src/sources/decode/index.ts';
import { openTransport } from '../src/sources/fetch/index.ts';
import { readShard } from '../src/sources/read.ts';
import { corpusShards, DATA } from './corpus.ts';

const ROUNDS = 5;
/** Corpus shards that the files are made of, 27 MB each. */
const SHARDS = 4;
/** Decoded bytes of a bzip2 stream: what Wikipedia's 100 pages have, roughly. */
const BZ2_STREAM = 1_000_000;
const SERVED = 2 ** 30;
const FOLDER = join(DATA, 'sources');
const { signal } = new AbortController();

/** What a decoder took: seconds of wall clock, and of all its threads together. */
interface Cost {
  readonly wall: number;
  readonly cpu: number;
}

interface Peer {
  readonly name: string;
  readonly codec: CodecName;
  readonly file: string;
  /** The system's own decoder, writing to /dev/null. */
  readonly command: readonly [string, ...string[]];
  readonly debianPackage: string;
  /** Least speed, as a share of the peer's. */
  readonly goal: number;
}

const PEERS: readonly Peer[] = [
  { name: 'gzip', codec: 'gzip', file: 'mc4.gz', command: ['zcat'], debianPackage: 'gzip', goal: 1.5 },
  { name: 'xz', codec: 'xz', file: 'mc4.xz', command: ['xz', '-dc'], debianPackage: 'xz-utils', goal: 0.9 },
  {
    name: 'xz, blocks of 8 MiB',
    codec: 'xz',
    file: 'mc4-blocks.xz',
    command: ['xz', '-dc'],
    debianPackage: 'xz-utils',
    goal: 0.9,
  },
  { name: 'zstd', codec: 'zstd', file: 'mc4.zst', command: ['zstd', '-dc'], debianPackage: 'zstd', goal: 0.7 },
  {
    name: 'bz2 multistream, 2 workers',
    codec: 'bz2',
    file: 'mc4.bz2',
    command: ['lbzip2', '-n2', '-dc'],
    debianPackage: 'lbzip2',
    goal: 0.9,
  },
];

const has = (program: string): boolean => spawnSync('which', [program]).status === 0;

/** Writes `name` once, through a `.part` file. */
async function made(name: string, write: (path: string) => Promise<void> | void): Promise<string> {
  const path = join(FOLDER, name);
  if (existsSync(path)) return path;
  console.log(`making ${path}`);
  await write(`${path}.part`);
  renameSync(`${path}.part`, path);
  return path;
}

const shell = (command: string): void => void execFileSync('bash', ['-c', `set -o pipefail; ${command}`]);

async function prepare(): Promise<{ plain: string; bytes: number }> {
  mkdirSync(FOLDER, { recursive: true });
  const shards = (await corpusShards()).slice(0, SHARDS);
  const plain = await made('mc4.jsonl', async (path) => {
    const out = createWriteStream(path);
    for (const shard of shards) await piped(createReadStream(shard), createGunzip(), out, { end: false });
    out.end();
    await once(out, 'close');
  });
  await made('mc4.gz', (path) => shell(`gzip -6 -c '${plain}' > '${path}'`));
  if (has('xz')) {
    await made('mc4.xz', (path) => shell(`xz -6 -T1 -c '${plain}' > '${path}'`));
    await made('mc4-blocks.xz', (path) => shell(`xz -6 -T2 --block-size=8MiB -c '${plain}' > '${path}'`));
  }
  if (has('zstd')) await made('mc4.zst', (path) => shell(`zstd -q -12 -c '${plain}' > '${path}'`));
  if (has('bzip2'))
    await made('mc4.bz2', (path) => shell(`split -b ${BZ2_STREAM} --filter='bzip2 -9 -c' '${plain}' > '${path}'`));
  return { plain, bytes: readFileSync(plain).length };
}

const shardOf = (path: string, codec: CodecName, format: Shard['format'] = 'jsonl'): Shard => ({
  id: path,
  path,
  codec,
  format,
});

async function measured(work: () => Promise<void>): Promise<Cost> {
  const start = performance.now();
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return { wall: (performance.now() - start) / 1000, cpu: (user + system) / 1e6 };
}

async function ours(shard: Shard, expected: number, runTask: RunTask): Promise<Cost> {
  const transport = openTransport(FOLDER);
  return measured(async () => {
    let bytes = 0;
    for await (const slice of readShard(transport, shard, { signal, runTask })) bytes += slice.length;
    if (bytes !== expected) throw new Error(`${shard.path} gave ${bytes} of ${expected} bytes`);
  });
}

/** The peer's wall clock, start of its process included, and the CPU seconds that bash reports of it. */
function theirs({ command, file }: Peer): Cost {
  const start = performance.now();
  const script = `${command.join(' ')} '${join(FOLDER, file)}' > /dev/null && times`;
  const out = execFileSync('bash', ['-c', script], { encoding: 'utf8' });
  const wall = (performance.now() - start) / 1000;
  const cpu = [...(out.trim().split('\n')[1] ?? '').matchAll(/(\d+)m([\d.]+)s/g)].reduce(
    (sum, [, minutes, seconds]) => sum + 60 * Number(minutes) + Number(seconds),
    0,
  );
  return { wall, cpu };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

const mbs = (bytes: number, seconds: readonly number[]): number => bytes / 1e6 / median(seconds);
const cell = (value: number, digits: number, width: number): string => value.toFixed(digits).padStart(width);

async function decoders(bytes: number, runTask: RunTask): Promise<void> {
  console.log('\n                            ours MB/s  theirs  ratio   goal   MB per CPU s: ours  theirs  ratio');
  for (const peer of PEERS) {
    const [program] = peer.command;
    if (!has(program) || !existsSync(join(FOLDER, peer.file))) {
      console.log(`${peer.name.padEnd(27)} not measured: install the Debian package ${peer.debianPackage}`);
      continue;
    }
    const shard = shardOf(peer.file, peer.codec);
    const us: Cost[] = [];
    const them: Cost[] = [];
    await ours(shard, bytes, runTask);
    for (let round = 0; round < ROUNDS; round++) {
      us.push(await ours(shard, bytes, runTask));
      them.push(theirs(peer));
    }
    const wall = [us, them].map((costs) =>
      mbs(
        bytes,
        costs.map((cost) => cost.wall),
      ),
    );
    const cpu = [us, them].map((costs) =>
      mbs(
        bytes,
        costs.map((cost) => cost.cpu),
      ),
    );
    const [ourWall = 0, theirWall = 1] = wall;
    const [ourCpu = 0, theirCpu = 1] = cpu;
    console.log(
      `${peer.name.padEnd(27)}${cell(ourWall, 0, 10)}${cell(theirWall, 0, 8)}${cell(ourWall / theirWall, 2, 7)}${cell(peer.goal, 1, 7)}${cell(ourCpu, 0, 21)}${cell(theirCpu, 0, 8)}${cell(ourCpu / theirCpu, 2, 7)}`,
    );
  }
}

/** A server in a process of its own, so that the reader's CPU seconds are the reader's. */
const SERVER = `
const body = Buffer.alloc(4 * 2 ** 20, 'seiryu ');
require('node:http').createServer((request, response) => {
  response.setHeader('content-length', ${SERVED});
  let left = ${SERVED};
  const more = () => {
    while (left > 0) {
      const part = body.subarray(0, Math.min(left, body.length));
      left -= part.length;
      if (!response.write(part)) return response.once('drain', more);
    }
    response.end();
  };
  more();
}).listen(0, '127.0.0.1', function () { console.log(this.address().port); });
`;

async function fetching(): Promise<void> {
  const server = spawn(process.execPath, ['-e', SERVER], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const [port] = await once(server.stdout, 'data');
    const costs: Cost[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const transport = openTransport(`http://127.0.0.1:${String(port).trim()}/`);
      costs.push(
        await measured(async () => {
          let bytes = 0;
          for await (const chunk of transport.open('a')) bytes += chunk.length;
          if (bytes !== SERVED) throw new Error(`fetched ${bytes} of ${SERVED} bytes`);
        }),
      );
    }
    report('fetch over loopback', SERVED, costs, 500);
  } finally {
    server.kill();
  }
}

function report(name: string, bytes: number, costs: readonly Cost[], goal: number): void {
  const wall = mbs(
    bytes,
    costs.map((cost) => cost.wall),
  );
  const cpu = mbs(
    bytes,
    costs.map((cost) => cost.cpu),
  );
  console.log(`${name.padEnd(27)}${cell(wall, 0, 10)} MB/s, ${cpu.toFixed(0)} MB per CPU second (goal ${goal})`);
}

async function parquet(plain: string): Promise<void> {
  const records = readFileSync(plain, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line): { text: string; url: string } => JSON.parse(line));
  const texts = records.map(({ text }) => text);
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  for (const rowGroupSize of [1000, 1_000_000]) {
    const name = `mc4-${rowGroupSize}.parquet`;
    await made(name, (path) => {
      const columnData = [
        { name: 'text', data: texts, type: 'STRING' as const },
        { name: 'url', data: records.map(({ url }) => url), type: 'STRING' as const },
      ];
      writeFileSync(path, new Uint8Array(parquetWriteBuffer({ columnData, rowGroupSize })));
    });
    const costs: Cost[] = [];
    const shard = shardOf(name, 'none', 'parquet');
    for (let round = 0; round < ROUNDS; round++) {
      costs.push(
        await measured(async () => {
          let lines = 0;
          for await (const slice of readShard(openTransport(FOLDER), shard, { signal }))
            for (let at = slice.indexOf(10); at >= 0; at = slice.indexOf(10, at + 1)) lines++;
          if (lines !== texts.length) throw new Error(`${name} gave ${lines} of ${texts.length} rows`);
        }),
      );
    }
    report(`parquet, ${rowGroupSize} rows a group`, bytes, costs, 100);
  }
}

export async function sources(): Promise<void> {
  const { plain, bytes } = await prepare();
  console.log(
    `${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores, Node ${process.version}; medians of ${ROUNDS} interleaved rounds; ${(bytes / 1e6).toFixed(0)} MB of Japanese JSONL`,
  );
  const workerData: ProcessorPlan = {
    language: 'ja',
    baseDir: FOLDER,
    plugins: [],
    filters: [],
    dedupers: [],
    views: [],
    work: Number.POSITIVE_INFINITY,
  };
  const pool = new Piscina({
    filename: compiledFile('engine/worker.js'),
    minThreads: 2,
    maxThreads: 2,
    concurrentTasksPerWorker: 2,
    workerData,
  });
  try {
    await decoders(bytes, blockProcessor(pool).runTask);
  } finally {
    await pool.destroy();
  }
  await fetching();
  await parquet(plain);
}
