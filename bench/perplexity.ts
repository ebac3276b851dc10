// `npm run bench -- perplexity`: MB/s a core of language models, small and larger than any cache, beside the plain way; and what each smoothing makes of unseen text.
import { STEP } from '../src/lm/layout.ts';
import type { Model } from '../src/lm/model.ts';
import { ModelBuilder } from '../src/lm/model-builder.ts';
import { NgramCounts } from '../src/lm/ngram-counts.ts';
import { NgramLines } from '../src/lm/ngram-lines.ts';
import { Scorer } from '../src/lm/scorer.ts';
import { Tokens } from '../src/lm/tokens.ts';
import { Trainer, type TrainOptions } from '../src/lm/train.ts';
import { Random } from '../src/trainer/random.ts';
import { corpusShards } from './corpus.ts';
import { readSamples } from './workload.ts';

const ORDER = 5;
const MEMORY = 300e6;
const ROUNDS = 5;
/** MB/s a core that are wanted. */
const WANTED = 30;
/** N-grams that make a model as large as one of Wikipedia, and how they fall to 1 … 5 characters. */
const OTHERS = 20e6;
const SHARES = [0.001, 0.02, 0.15, 0.33, 0.499];

/** Prints a line a model, best of interleaved rounds by CPU time; below `WANTED` the exit code is 1. */
export async function perplexity(): Promise<void> {
  const [known, unseen] = halves(await sentences());
  const text = unseen.join('\n');
  const megabytes = Buffer.byteLength(text) / 1e6;
  console.log(
    `perplexity: ${ORDER}-grams of characters, ${megabytes.toFixed(1)} MB of sentences that the model has not seen, best of ${ROUNDS} interleaved rounds by CPU time`,
  );
  console.log('| smoothing | model | MB/s | plain way | perplexity | of the same backwards |');
  console.log('| --- | ---: | ---: | ---: | ---: | ---: |');
  for (const smoothing of ['stupid-backoff', 'kneser-ney'] as const) {
    const model = trained(known, smoothing);
    for (const one of [model, enlarged(model, known)]) {
      const scorer = new Scorer(one);
      const plain = new Scorer({ ...one, memory: undefined });
      const part = text.slice(0, text.length >> 3);
      const best = { kernel: 0, plain: 0 };
      for (let round = 0; round < ROUNDS; round++) {
        best.kernel = Math.max(best.kernel, megabytes / secondsOf(() => scorer.perplexity(text, text.length)));
        best.plain = Math.max(best.plain, megabytes / 8 / secondsOf(() => plain.perplexity(part, part.length)));
      }
      const backwards = unseen.map((sentence) => [...sentence].reverse().join('')).join('\n');
      const measured = [text, backwards].map((each) => scorer.perplexity(each, each.length).toFixed(2));
      const size = `${(one.words.byteLength / 1e6).toFixed(0)} MB`;
      console.log(`| ${[smoothing, size, best.kernel.toFixed(0), best.plain.toFixed(1), ...measured].join(' | ')} |`);
      if (best.kernel < WANTED) process.exitCode = 1;
    }
  }
}

async function sentences(): Promise<string[]> {
  const [one = '', two = ''] = await corpusShards();
  const texts = [...readSamples(one), ...readSamples(two)].map(({ text }) => text);
  return [...new Set(texts.flatMap((text) => text.split(/(?<=[。\n])/u)))].filter((sentence) => sentence.length > 20);
}

function halves(all: readonly string[]): [string[], string[]] {
  const random = new Random(1);
  const known: string[] = [];
  const unseen: string[] = [];
  for (const sentence of all) (random.next() < 0.5 ? known : unseen).push(sentence);
  return [known, unseen];
}

function trained(texts: readonly string[], smoothing: TrainOptions['smoothing']): Model {
  const trainer = new Trainer({ order: ORDER, unit: 'character', memory: MEMORY, prune: 2, smoothing });
  for (const text of texts) trainer.learn(text);
  return trainer.finish();
}

/** The same n-grams among others that no text has: what is asked of it lies as far apart as in a model of a large corpus. */
function enlarged({ header, words }: Model, texts: readonly string[]): Model {
  const counts = new NgramCounts(MEMORY, 0);
  const tokens = new Tokens('character', 'folded');
  for (const text of texts) {
    const { values, length } = tokens.of(text, text.length);
    counts.learn(values, length, ORDER);
  }
  const lines = new NgramLines(header, words);
  const { format, smoothing, orders, ...about } = header;
  const sizes = orders.map(({ entries }, at) => entries + Math.round(OTHERS * (SHARES[at] ?? 0)));
  const builder = new ModelBuilder(sizes, smoothing);
  for (const slot of counts.taken()) {
    const [size, first, second] = [counts.orders[slot] ?? 0, counts.first[slot] ?? 0, counts.keys[slot] ?? 0];
    const place = lines.find(size, first, second);
    if (place >= 0) builder.add(size, first, second, lines.cost(place) * STEP, lines.weight(place) * STEP);
  }
  const random = new Random(2);
  const word = (): number => Math.floor(random.next() * 2 ** 32) | 0;
  for (const [at, share] of SHARES.entries())
    for (let count = Math.round(OTHERS * share); count > 0; count--) builder.add(at + 1, word(), word(), 20);
  return builder.finish(about);
}

function secondsOf(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}
