// `npm run bench -- starve`: what the stream costs training: the time it waits for data, and its speed beside memory's.
import { performance } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';
import { Feed as FeedServer } from '../src/feed/server.ts';
import { chooseBackend } from '../src/trainer/backends.ts';
import { Batches, noBatches } from '../src/trainer/batches/batches.ts';
import { Commands } from '../src/trainer/commands.ts';
import { Documents } from '../src/trainer/documents.ts';
import { Feed } from '../src/trainer/feed.ts';
import { initialWeights, Model } from '../src/trainer/model.ts';
import { aheadOf } from '../src/trainer/open-batches.ts';
import { AdamW } from '../src/trainer/optimizer.ts';
import { trainerOptions } from '../src/trainer/options.ts';
import type { Sequence } from '../src/trainer/packing.ts';
import { shown } from '../src/trainer/packing.ts';
import { Random } from '../src/trainer/random.ts';
import { trainStep } from '../src/trainer/step.ts';
import { parseTokenizer } from '../src/trainer/tokenizer/file.ts';
import { learnTokenizer } from '../src/trainer/tokenizer/learn.ts';
import { corpusShards } from './corpus.ts';
import { readSamples } from './workload.ts';

/** Steps in a row with one of the two; then comes the other's turn, so that noise hits both. */
const STEPS = 6;
/** Turns of each; the first is left out. */
const TURNS = 9;
const MOST_WAITED = 0.01;
const LEAST_SPEED = 0.98;

const options = trainerOptions.parse({
  model: { layers: 2, width: 64, heads: 2, context: 128 },
  batch: 4,
  heldOut: 0.01,
  optimizer: { warmup: 1 },
});

/**
 * The same model, seed and batches, by turns from the feed (socket, reading thread, encoding, held-out split, packing) and
 * from memory. Beyond 1 % waited, or below 0.98 of the speed (the fastest turn of each), the exit code is 1. CPU seconds count
 * all threads, the serving side included, which is a process of its own in a run.
 */
export async function starve(): Promise<void> {
  const { name } = await chooseBackend(options.backend);
  const [shard = ''] = await corpusShards();
  const texts = readSamples(shard).map(({ text }) => text);
  const json = learnTokenizer(texts.slice(0, 500), { model: 'bpe', vocab: 2000 });
  const { vocabulary } = parseTokenizer(json, 'tokenizer.json');
  const streamed = new Loop(vocabulary);
  const held = new Loop(vocabulary);
  const turns: { fed: Cost; held: Cost; waited: number }[] = [];
  await withFeed(texts, json, async (next, waited) => {
    for (let turn = 0; turn < TURNS; turn++) {
      const batches: (readonly Sequence[])[] = [];
      const before = waited();
      const fed = await streamed.steps(async () => {
        const batch = await next();
        batches.push(batch);
        return batch;
      });
      const waitedNow = waited() - before;
      let at = 0;
      turns.push({ fed, held: await held.steps(async () => batches[at++] ?? []), waited: waitedNow });
    }
  });
  streamed.dispose();
  held.dispose();
  const counted = turns.slice(1);
  const tokens = STEPS * options.batch * options.model.context;
  const fed = least(counted.map((turn) => turn.fed));
  const inMemory = least(counted.map((turn) => turn.held));
  const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
  const waited = sum(counted.map((turn) => turn.waited)) / sum(counted.map((turn) => turn.fed.seconds));
  const speed = inMemory.seconds / fed.seconds;
  console.log(
    `starve (${name}): ${(tokens / fed.seconds).toFixed(0)} tokens/s from the feed, ${(tokens / inMemory.seconds).toFixed(0)} from memory: ${speed.toFixed(3)}, at least ${LEAST_SPEED} wanted`,
  );
  console.log(
    `starve (${name}): ${fed.cpu.toFixed(3)} CPU seconds a turn from the feed, ${inMemory.cpu.toFixed(3)} from memory: ${(inMemory.cpu / fed.cpu).toFixed(3)}`,
  );
  console.log(`starve (${name}): waited for data ${(100 * waited).toFixed(2)} % of the time, at most 1 % wanted`);
  if (waited > MOST_WAITED || speed < LEAST_SPEED) process.exitCode = 1;
}

interface Cost {
  readonly seconds: number;
  readonly cpu: number;
}

const least = (costs: readonly Cost[]): Cost => ({
  seconds: Math.min(...costs.map(({ seconds }) => seconds)),
  cpu: Math.min(...costs.map(({ cpu }) => cpu)),
});

type NextBatch = () => Promise<readonly Sequence[]>;

/** The training loop, as in src/trainer, without its reports. */
class Loop {
  readonly #model: Model;
  readonly #optimizer: AdamW;
  #step = 0;

  constructor(vocabulary: number) {
    this.#model = new Model(options.model, vocabulary, initialWeights(options.model, vocabulary, new Random(1)));
    this.#optimizer = new AdamW(options.optimizer, this.#model.weights);
  }

  /** What `STEPS` steps cost. */
  async steps(next: NextBatch): Promise<Cost> {
    const begin = performance.now();
    const cpuBegin = process.cpuUsage();
    for (let count = 0; count < STEPS; count++) {
      const batch = await next();
      const examples = batch.map((sequence) => shown(sequence, options.packing.attention));
      await trainStep(this.#model, this.#optimizer, examples, ++this.#step, 1e-3);
      await setImmediate();
    }
    const { user, system } = process.cpuUsage(cpuBegin);
    return { seconds: (performance.now() - begin) / 1000, cpu: (user + system) / 1e6 };
  }

  dispose(): void {
    this.#model.dispose();
    this.#optimizer.dispose();
  }
}

/** Serves `texts` as the engine does; `use` takes batches of them, and asks for the seconds waited so far. */
async function withFeed(
  texts: readonly string[],
  json: string,
  use: (next: NextBatch, waited: () => number) => Promise<void>,
): Promise<void> {
  const disk = { reserve: async () => undefined, release: () => undefined };
  const server = new FeedServer(0, { limit: 512 * 1024, disk, onConsumed: async () => undefined });
  const feed = new Feed(await server.listen());
  const pushed = push(server, texts);
  const documents = new Documents(feed, 0, new Commands());
  documents.encodeWith({ tokenizer: json, heldOut: options.heldOut, ahead: aheadOf(options) }, []);
  const batches = new Batches(
    documents,
    { context: options.model.context, epochs: 1, shuffle: 0, mixture: undefined, seed: 1 },
    noBatches(),
    { store: undefined, onSilent: () => undefined },
  );
  try {
    await use(
      async () => {
        const batch = await batches.next(options.batch);
        if (batch === 'asked' || batch.length < options.batch) throw new Error('the corpus is too short');
        return batch;
      },
      () => documents.waited,
    );
  } finally {
    server.discard();
    await pushed;
    await documents.close();
    await feed.close();
    await server.close();
  }
}

/** What the engine does: kept documents as JSON lines, as fast as they are taken. */
async function push(server: FeedServer, texts: readonly string[]): Promise<void> {
  for (const [number, text] of texts.entries()) {
    const line = Buffer.from(`${JSON.stringify({ id: `bench/x#${number}`, source: 'bench', text })}\n`);
    await server.push(line, Uint32Array.of(0, line.length), [0]);
  }
  server.end();
}
