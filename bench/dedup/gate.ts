// `npm run bench -- gate`: the gate with an index of 20 million documents, exact and in Bloom mode: time, memory, longest pause.
//
// Signatures are random (no document is like another), which is the dearest case: every band of every document is looked up in
// memory that no cache holds. SEIRYU_GATE_DOCUMENTS makes it smaller.
import { performance } from 'node:perf_hooks';
import { falseDropRate } from '../../src/dedup/index/key-filter.ts';
import { NearIndex, type NearIndexOptions } from '../../src/dedup/index/near-index.ts';
import { Gate } from '../../src/engine/gate.ts';
import { mix32 } from '../../src/kernels/minhash.ts';

const DOCUMENTS = Number(process.env.SEIRYU_GATE_DOCUMENTS ?? 20e6);
const BLOCK = 512;
/** The last of the documents are the ones measured: the index is at its full size. */
const MEASURED = 0.1;

interface Measured {
  /** Microseconds of CPU a document, over the last tenth. */
  readonly microseconds: number;
  readonly bytesEach: number;
  /** Milliseconds of the slowest block, by the clock and of CPU time, and of the slowest single look with its admission. */
  readonly slowestBlock: number;
  readonly slowestCpu: number;
  readonly slowestOne: number;
  readonly dropped: number;
}

const cpu = (): number => {
  const { user, system } = process.cpuUsage();
  return user + system;
};

async function measure(options: NearIndexOptions): Promise<Measured> {
  const index = new NearIndex(options, undefined);
  const gate = new Gate([{ label: 'minhash', index }]);
  const signatures = new Uint32Array(BLOCK * gate.words);
  let state = 1;
  let spent = 0;
  let counted = 0;
  let slowestBlock = 0;
  let slowestCpu = 0;
  let slowestOne = 0;
  for (let done = 0; done < DOCUMENTS; done += BLOCK) {
    for (let word = 0; word < signatures.length; word++) {
      state = (state + 0x9e37_79b9) >>> 0;
      // Two rounds with the block's number between: a 32-bit counter alone would repeat itself.
      signatures[word] = mix32(mix32(state) ^ done);
    }
    const begin = cpu();
    const clock = performance.now();
    await gate.settle(BLOCK);
    // Every 64th block one by one, for the longest pause of a single document.
    if ((done / BLOCK) % 64 === 0) {
      for (let row = 0; row < BLOCK; row++) {
        const one = performance.now();
        gate.decideOne(signatures, row * gate.words);
        slowestOne = Math.max(slowestOne, performance.now() - one);
      }
    } else {
      gate.decide(BLOCK, signatures);
      gate.takePending();
      if (done >= DOCUMENTS * (1 - MEASURED)) {
        spent += cpu() - begin;
        counted += BLOCK;
      }
    }
    slowestBlock = Math.max(slowestBlock, performance.now() - clock);
    slowestCpu = Math.max(slowestCpu, (cpu() - begin) / 1000);
  }
  const dropped = Math.ceil(DOCUMENTS / BLOCK) * BLOCK - gate.admitted;
  return {
    microseconds: spent / counted,
    bytesEach: gate.bytes / DOCUMENTS,
    slowestBlock,
    slowestCpu,
    slowestOne,
    dropped,
  };
}

/** Prints a row for each mode, with what is aimed at. */
export async function gate(): Promise<void> {
  const common = { bands: 14, rows: 8, threshold: 0.7, full: 'stop' } as const;
  const rows: readonly (readonly [string, NearIndexOptions, { microseconds: number; bytes: number }])[] = [
    ['bloom', { ...common, mode: 'bloom', memory: 64 * DOCUMENTS }, { microseconds: 1.5, bytes: 64 }],
    ['exact', { ...common, mode: 'exact', memory: 1e12 }, { microseconds: 3, bytes: 240 }],
  ];
  console.log(`gate, ${DOCUMENTS.toLocaleString('en-US')} unlike documents in the index; CPU time of the last tenth`);
  for (const [mode, options, aim] of rows) {
    const { microseconds, bytesEach, slowestBlock, slowestCpu, slowestOne, dropped } = await measure(options);
    console.log(
      [
        mode.padEnd(6),
        `${microseconds.toFixed(2)} µs a document (aim ${aim.microseconds}${microseconds > aim.microseconds ? ', MISSED' : ''})`,
        `${bytesEach.toFixed(1)} bytes (aim ${aim.bytes}${bytesEach > aim.bytes ? ', MISSED' : ''})`,
        `slowest block of ${BLOCK}: ${slowestBlock.toFixed(1)} ms (${slowestCpu.toFixed(1)} ms of CPU), slowest document ${slowestOne.toFixed(2)} ms (aim 50${Math.max(slowestBlock, slowestOne) > 50 ? ', MISSED' : ''})`,
        mode === 'bloom'
          ? `${dropped} dropped falsely, at most ${(falseDropRate(14, 0.9) * DOCUMENTS).toFixed(1)} expected`
          : `${dropped} dropped`,
      ].join(' · '),
    );
  }
}
