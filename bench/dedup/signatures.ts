// Speed of signatures: both algorithms against npm `minhash` and the peers from PyPI, on the same Japanese texts, one core each.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Minhash } from 'minhash';
import { minhash } from '../../src/dedup/minhash.ts';
import { permutations } from '../../src/kernels/minhash.ts';
import { wasmKernel, wasmOnePermutation } from '../../src/kernels/minhash-wasm.ts';
import { IGNORABLE } from '../../src/kernels/shingles.ts';
import { corpusShards } from '../corpus.ts';
import { readSamples } from '../workload.ts';
import { peerPython, pythonPeers, signWith } from './peers.ts';

const ROUNDS = 3;
/** UTF-8 bytes of text that every signer gets: seconds of work for the slowest. */
const BYTES = 1e6;
/** CPU seconds of ours in a round at least: after a peer's turn the caches are cold and the clock is slow to rise. */
const LONG_ENOUGH = 0.5;
const SHAPE = { bands: 14, rows: 8, shingle: 5 };
const PERMUTATIONS = SHAPE.bands * SHAPE.rows;
/** MB of text a CPU second that the two algorithms are wanted to reach, and how many times a peer's speed. */
const WANTED: Readonly<Record<string, number>> = { 'one-permutation': 450, permutations: 140 };
const TIMES: Readonly<Record<string, number>> = {
  rensa: 2,
  datasketch: 100,
  datatrove: 20,
  hojichar: 0,
  'npm minhash': 50,
};

interface Row {
  readonly name: string;
  /** MB of UTF-8 text a CPU second, round by round. */
  readonly speeds: number[];
  note: string;
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** CPU seconds of one call of `work`, as the mean of as many as make a measurement. */
function meanCpuSeconds(work: () => void): number {
  let calls = 0;
  let seconds = 0;
  for (let more = 1; seconds < LONG_ENOUGH; more = calls) {
    seconds += cpuSeconds(() => {
      for (let call = 0; call < more; call++) work();
    });
    calls += more;
  }
  return seconds / calls;
}

function cpuSeconds(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

/** Texts as a parser gets them: flat strings, not parts of a larger one. */
async function sampleTexts(): Promise<string[]> {
  const [shard = ''] = await corpusShards();
  const texts: string[] = [];
  let bytes = 0;
  for (const { text } of readSamples(shard)) {
    if (bytes > BYTES) break;
    bytes += Buffer.byteLength(text);
    texts.push(Buffer.from(text).toString());
  }
  return texts;
}

/** Ours, by the name of its row. */
async function ownSigners(): Promise<Record<string, (text: string) => void>> {
  const signed = async (given: object): Promise<(text: string) => void> => {
    const signer = await minhash.createSigner(minhash.options.parse({ ...SHAPE, ...given }));
    const out = new Uint32Array(signer.words);
    return (text) => signer.sign(text, out, 0);
  };
  const shingling = { unit: 'character', length: SHAPE.shingle, ignore: ['space'] } as const;
  const scalar = [
    wasmOnePermutation(PERMUTATIONS, 1, shingling, 'scalar'),
    wasmKernel(permutations(PERMUTATIONS, 1), shingling, 'scalar'),
  ];
  const minima = new Uint32Array(PERMUTATIONS);
  return {
    'one-permutation': await signed({ algorithm: 'one-permutation' }),
    permutations: await signed({ algorithm: 'permutations' }),
    'one-permutation, all of `ignore`': await signed({ ignore: IGNORABLE }),
    'one-permutation, words': await signed({ unit: 'word' }),
    'one-permutation without SIMD': (text) => scalar[0]?.minima(text, minima),
    'permutations without SIMD': (text) => scalar[1]?.minima(text, minima),
  };
}

function npmPackage(text: string): void {
  const sketch = new Minhash({ numPerm: PERMUTATIONS, seed: 1 });
  for (let at = 0; at + SHAPE.shingle <= text.length; at++) sketch.update(text.slice(at, at + SHAPE.shingle));
}

/** Lines of a Markdown table, interleaved rounds; the last column says what is wanted and whether it is reached. */
export async function signatureTable(): Promise<string[]> {
  const texts = await sampleTexts();
  const megabytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0) / 1e6;
  const signers = await ownSigners();
  const own: Row[] = Object.keys(signers).map((name) => ({ name, speeds: [], note: '' }));
  const npm: Row = { name: 'npm minhash', speeds: [], note: '' };
  const others: Row[] = pythonPeers.map((name) => ({ name, speeds: [], note: '' }));
  const python = peerPython();
  const folder = mkdtempSync(join(tmpdir(), 'seiryu-dedup-'));
  try {
    const job = { ...SHAPE, texts: join(folder, 'texts.json') };
    writeFileSync(job.texts, JSON.stringify(texts));
    // A run signs gigabytes: what counts is the speed once the code is compiled. Python has nothing to compile.
    for (const sign of [...Object.values(signers), npmPackage]) for (const text of texts.slice(0, 60)) sign(text);
    for (let round = 0; round < ROUNDS; round++) {
      for (const row of own) {
        const sign = signers[row.name];
        const seconds = meanCpuSeconds(() => {
          for (const text of texts) sign?.(text);
        });
        row.speeds.push(megabytes / seconds);
      }
      npm.speeds.push(megabytes / cpuSeconds(() => texts.forEach(npmPackage)));
      for (const [at, peer] of pythonPeers.entries()) {
        const row = others[at];
        const run = signWith(python, peer, job);
        row?.speeds.push(megabytes / run.cpu);
        if (row !== undefined) row.note = `${run.version}, Python ${run.python}`;
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  return [
    `${texts.length} Japanese documents, ${megabytes.toFixed(1)} MB of UTF-8; ${PERMUTATIONS} values from shingles of ${SHAPE.shingle} characters; MB a CPU second, medians of ${ROUNDS} interleaved rounds`,
    '',
    '| signer | MB/s | one-permutation is | permutations is | wanted |',
    '| --- | ---: | ---: | ---: | --- |',
    ...own.map(ownLine),
    ...[npm, ...others].map((row) =>
      peerLine(
        row,
        own.map(({ speeds }) => median(speeds)),
      ),
    ),
  ];
}

const verdict = (reached: number, wanted: number, unit: string): string =>
  `≥ ${wanted}${unit}: ${reached >= wanted ? 'reached' : 'FALLS SHORT'}`;

function ownLine({ name, speeds }: Row): string {
  const wanted = WANTED[name];
  const goal = wanted === undefined ? '' : verdict(median(speeds), wanted, ' MB/s');
  return `| Seiryu, ${name} | ${median(speeds).toFixed(0)} | | | ${goal} |`;
}

function peerLine({ name, speeds, note }: Row, [one = Number.NaN, classic = Number.NaN]: readonly number[]): string {
  const speed = median(speeds);
  const wanted = TIMES[name] ?? 0;
  const times = (ours: number): string => `${(ours / speed).toPrecision(3)} ×`;
  const goal =
    wanted === 0
      ? ''
      : `${verdict(one / speed, wanted, ' ×')}; permutations: ${verdict(classic / speed, wanted, ' ×')}`;
  return `| ${name} ${note} | ${speed.toPrecision(3)} | ${times(one)} | ${times(classic)} | ${goal} |`;
}
