// `npm run bench -- global`: clusters ten million synthetic signatures in 2 GB, and checks every document against how it was made.
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { exact } from '../../src/dedup/exact.ts';
import { cluster } from '../../src/dedup/global/cluster.ts';
import { checkedDecisions, DecisionFiles, decide } from '../../src/dedup/global/decisions.ts';
import { EXTRA_WORDS, packExtra } from '../../src/dedup/global/rows.ts';
import { minhash } from '../../src/dedup/minhash.ts';
import { Journal } from '../../src/engine/journal.ts';
import { JournalRows } from '../../src/engine/journal-rows.ts';
import { peakMemory } from '../../src/engine/peak-memory.ts';
import { startCursor } from '../../src/engine/stream.ts';
import { emptyTally } from '../../src/engine/tally.ts';
import { mix32 } from '../../src/kernels/minhash.ts';
import type { Disk, Matching } from '../../src/pipeline/define.ts';
import { formatBytes } from '../../src/pipeline/units.ts';

const ROWS = Number(process.env.SEIRYU_BENCH_ROWS ?? 10_000_000);
const MEMORY = 1.9e9;
const DIR = 'bench/.data/global';
const SHARDS = 64;
const ENTRY_ROWS = 100_000;
const EXACT_WORDS = 4;
const SKETCH_WORDS = 14;
const WORDS = EXACT_WORDS + SKETCH_WORDS;
const STRIDE = WORDS + EXTRA_WORDS;

/** The most that is reserved at once: what a run would hold on disk. */
class Meter implements Disk {
  #held = 0;
  peak = 0;
  async reserve(bytes: number): Promise<void> {
    this.#held += bytes;
    this.peak = Math.max(this.peak, this.#held);
  }
  release(bytes: number): void {
    this.#held -= bytes;
  }
}

const random = (seed: number, stream: number): number =>
  mix32(mix32(seed + 0x9e3779b9) ^ Math.imul(stream + 1, 0x85ebca6b));
const chance = (seed: number, stream: number): number => random(seed, stream) / 2 ** 32;

/** The document that a row is a copy (1 in 10) or a variant (2 in 10) of; itself for the others. An original is an original's row. */
function originalOf(row: number): number {
  if (row === 0 || chance(row, 1) >= 0.3) return row;
  const other = Math.floor(chance(row, 2) * row);
  return chance(other, 1) >= 0.3 || other === 0 ? other : row;
}

const isCopy = (row: number): boolean => chance(row, 3) < 1 / 3;

/** A variant has one value in twenty changed: an estimated similarity of 0.95. */
function writeRow(row: number, out: Uint32Array, at: number): void {
  const original = originalOf(row);
  const same = original === row || isCopy(row) ? original : row;
  for (let word = 0; word < EXACT_WORDS; word++) out[at + word] = random(same, 100 + word);
  for (let word = 0; word < SKETCH_WORDS; word++) {
    let value = random(original, 200 + word);
    if (same !== original)
      for (let place = 0; place < 8; place++)
        if (chance(row, 300 + 8 * word + place) < 0.05)
          value ^= (1 + (random(row, 500 + 8 * word + place) % 15)) << (4 * place);
    out[at + EXACT_WORDS + word] = value >>> 0;
  }
  out[at + WORDS] = packExtra(row % SHARDS, 0);
}

async function writeJournal(path: string, disk: Disk): Promise<void> {
  const journal = await Journal.create(path, { version: 2, identity: 'bench', words: WORDS, shards: [] }, disk);
  const block = new Uint32Array(ENTRY_ROWS * STRIDE + 2);
  for (let first = 0; first < ROWS; first += ENTRY_ROWS) {
    const count = Math.min(ENTRY_ROWS, ROWS - first);
    for (let row = 0; row < count; row++) writeRow(first + row, block, row * STRIDE);
    block.set([count, 0], count * STRIDE);
    const tally = emptyTally();
    tally.documents.kept = first + count;
    const checkpoint = { cursor: startCursor(4), tally, sinks: [], quarantine: 0 };
    await journal.append(checkpoint, block.subarray(0, count * STRIDE + 2));
  }
  await journal.close();
}

interface Truth {
  readonly originals: number;
  readonly copies: number;
  /** Documents joined with others than their own. */
  readonly wrong: number;
  /** Documents that should have gone and stayed. */
  readonly missed: number;
}

/** Every document's survivor must be its original's: the first in source order of the family. */
function compare(files: DecisionFiles): Truth {
  const best = new Uint32Array(ROWS);
  for (let row = 0; row < ROWS; row++) best[row] = row;
  const isBefore = (a: number, b: number): boolean => (a % SHARDS === b % SHARDS ? a < b : a % SHARDS < b % SHARDS);
  let originals = 0;
  for (let row = 0; row < ROWS; row++) {
    const original = originalOf(row);
    if (original === row) originals++;
    if (isBefore(row, best[original] ?? row)) best[original] = row;
  }
  let wrong = 0;
  let missed = 0;
  for (let row = 0; row < ROWS; row++) {
    const survivor = files.survivor(row);
    if (survivor === best[originalOf(row)]) continue;
    if (originalOf(survivor) === originalOf(row)) missed++;
    else wrong++;
  }
  return { originals, copies: ROWS - originals, wrong, missed };
}

const matchingOf = (found: Matching | undefined): Matching => {
  if (found === undefined) throw new Error('has a matching');
  return found;
};

export async function globalPass(): Promise<void> {
  await rm(DIR, { recursive: true, force: true });
  await mkdir(DIR, { recursive: true });
  const disk = new Meter();
  const path = join(DIR, 'journal.bin');
  await writeJournal(path, disk);
  const matchings = [matchingOf(exact.matching?.({})), matchingOf(minhash.matching?.(minhash.options.parse({})))];
  const start = performance.now();
  const cpu = process.cpuUsage();
  const rows = await JournalRows.open(path, WORDS);
  console.log(`${rows.count.toLocaleString('en')} documents, ${formatBytes(MEMORY)} of memory`);
  let last = start;
  const clusters = await cluster({
    rows,
    matchings,
    dir: DIR,
    memory: MEMORY,
    spill: () => 10e9,
    disk,
    onBand: ({ done, of }) => {
      const now = performance.now();
      console.log(`  band ${done} of ${of}: ${((now - last) / 1000).toFixed(1)} s, peak ${formatBytes(peakMemory())}`);
      last = now;
    },
  });
  const labels = ['exact', 'minhash'];
  await decide({ dir: DIR, identity: 'bench', labels, pieces: rows.blocks(), words: WORDS, clusters, disk });
  rows.close();
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const peak = peakMemory();
  const head = await checkedDecisions(DIR, 'bench');
  const files = new DecisionFiles(DIR);
  const truth = compare(files);
  files.close();
  console.log(
    [
      `  ${seconds.toFixed(0)} s, ${((user + system) / 1e6).toFixed(0)} CPU seconds, ${((1e6 * seconds) / ROWS).toFixed(1)} µs a document`,
      `  peak memory of the process ${formatBytes(peak)}${peak < 2e9 ? '' : ': FALLS SHORT of 2 GB'}`,
      `  kept ${head?.kept}, made as originals ${truth.originals}; joined wrongly ${truth.wrong}, missed ${truth.missed} of ${truth.copies}`,
    ].join('\n'),
  );
  await rm(DIR, { recursive: true, force: true });
}
