// `npm run bench -- starve`: what the stream costs training: the time it waits for data, and its speed beside memory's.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';
import { Feed as FeedServer } from '../src/feed/server.ts';
import { chooseBackend } from '../src/trainer/backends.ts';
import { noBatches } from '../src/trainer/batches/batches.ts';
import { Commands } from '../src/trainer/commands.ts';
import { Documents } from '../src/trainer/documents.ts';
import { Feed } from '../src/trainer/feed.ts';
import { initialWeights, Model } from '../src/trainer/model.ts';
import { openBatches } from '../src/trainer/open-batches.ts';
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

/** Steps of a round, after those that warm up. */
const STEPS = Number(process.env.STEPS ?? 24);
const WARM = 4;
const ROUNDS = 3;
const MOST_WAITED = 0.01;
const LEAST_SPEED = 0.98;

const options = trainerOptions.parse({
  model: { layers: 2, width: 64, heads: 2, context: 128 },
  batch: 16,
  heldOut: 0.01,
  optimizer: { warmup: 1 },
});

/**
 * The same model, seed and steps, fed by turns from the feed (socket, reading thread, encoding, held-out split, packing) and
 * from memory. Beyond 1 % waited, or below 0.98 of the speed, the exit code is 1. Both are medians of the rounds.
 */
export async function starve(): Promise<void> {
  const { name } = await chooseBackend(options.backend);
  const [shard = ''] = await corpusShards();
  const texts = readSamples(shard).map(({ text }) => text);
  const json = learnTokenizer(texts.slice(0, 500), { model: 'bpe', vocab: 2000 });
  const rounds: { waited: number; speed: number }[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const streamed = await fromFeed(texts, json);
    const held = await timed(memory(streamed.batches), json);
    rounds.push({ waited: streamed.waited / streamed.seconds, speed: held.seconds / streamed.seconds });
    const tokens = STEPS * options.batch * options.model.context;
    console.log(
      `round ${round + 1}: ${(tokens / streamed.seconds).toFixed(0)} tokens/s from the feed, ${(tokens / held.seconds).toFixed(0)} from memory, waited ${(100 * (rounds.at(-1)?.waited ?? 0)).toFixed(2)} %`,
    );
  }
  const waited = median(rounds.map((one) => one.waited));
  const speed = median(rounds.map((one) => one.speed));
  console.log(`starve (${name}): waited for data ${(100 * waited).toFixed(2)} % of the time, below 1 % wanted`);
  console.log(`starve (${name}): ${speed.toFixed(3)} of the speed from memory, 0.98 wanted`);
  if (waited > MOST_WAITED || speed < LEAST_SPEED) process.exitCode = 1;
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

type NextBatch = () => Promise<readonly Sequence[]>;

/** Seconds of `STEPS` steps, those of warming up left out; `onStart` is called when the clock starts. */
async function timed(
  next: NextBatch,
  json: string,
  onStart: () => void = () => undefined,
): Promise<{ seconds: number }> {
  const { vocabulary } = parseTokenizer(json, 'tokenizer.json');
  const model = new Model(options.model, vocabulary, initialWeights(options.model, vocabulary, new Random(1)));
  const optimizer = new AdamW(options.optimizer, model.weights);
  let begin = performance.now();
  for (let step = 1; step <= WARM + STEPS; step++) {
    const batch = await next();
    const examples = batch.map((sequence) => shown(sequence, options.packing.attention));
    await trainStep(model, optimizer, examples, step, 1e-3);
    await setImmediate();
    if (step !== WARM) continue;
    begin = performance.now();
    onStart();
  }
  const seconds = (performance.now() - begin) / 1000;
  model.dispose();
  optimizer.dispose();
  return { seconds };
}

async function fromFeed(
  texts: readonly string[],
  json: string,
): Promise<{ seconds: number; waited: number; batches: readonly (readonly Sequence[])[] }> {
  const disk = { reserve: async () => undefined, release: () => undefined };
  const server = new FeedServer(0, { limit: 512 * 1024, disk, onConsumed: async () => undefined });
  const dir = mkdtempSync(join(tmpdir(), 'seiryu-starve-'));
  const feed = new Feed(await server.listen());
  const pushed = push(server, texts);
  const documents = new Documents(feed, 0, new Commands());
  const tokenizer = parseTokenizer(json, 'tokenizer.json');
  const none = noBatches();
  const batches = await openBatches(
    { socketPath: feed.socketPath, dir, options, seed: 1, language: 'ja', resume: false },
    { feed, commands: new Commands(), emit: () => undefined },
    documents,
    {
      tokenizer,
      json,
      first: [],
      checkpoint: {
        state: {
          step: 0,
          tokens: 0,
          documents: 0,
          random: [],
          batches: none.state,
          perplexity: { first: null, last: null },
        },
        model: options.model,
        vocabulary: tokenizer.vocabulary,
        weights: new Map(),
        heldOut: new Int32Array(0),
        waiting: none.tokens,
      },
    },
  );
  const taken: (readonly Sequence[])[] = [];
  let waitedBefore = 0;
  try {
    const next = async () => {
      const batch = await batches.next(options.batch);
      if (batch === 'asked' || batch.length < options.batch)
        throw new Error('the corpus is too short for the benchmark');
      taken.push(batch);
      return batch;
    };
    const { seconds } = await timed(next, json, () => {
      waitedBefore = documents.waited;
    });
    return { seconds, waited: documents.waited - waitedBefore, batches: taken };
  } finally {
    server.discard();
    await pushed;
    await documents.close();
    await feed.close();
    await server.close();
    rmSync(dir, { recursive: true });
  }
}

/** The same batches again, from memory. */
function memory(batches: readonly (readonly Sequence[])[]): NextBatch {
  let at = 0;
  return async () => batches[at++] ?? [];
}

/** What the engine does: kept documents as JSON lines, as fast as they are taken. */
async function push(server: FeedServer, texts: readonly string[]): Promise<void> {
  for (const [number, text] of texts.entries()) {
    const line = Buffer.from(`${JSON.stringify({ id: `bench/x#${number}`, source: 'bench', text })}\n`);
    await server.push(line, Uint32Array.of(0, line.length), [0]);
  }
  server.end();
}
