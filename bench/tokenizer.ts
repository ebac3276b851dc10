// `npm run bench -- tokenizer`: MB/s of text a core, encoding with what was learned, beside the official bindings on the same file.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Tokenizer as Official } from 'tokenizers';
import { Random } from '../src/trainer/random.ts';
import { parseTokenizer } from '../src/trainer/tokenizer/file.ts';
import { learnTokenizer } from '../src/trainer/tokenizer/learn.ts';
import { corpusShards, DATA } from './corpus.ts';
import { readSamples } from './workload.ts';

const VOCABULARY = 16_000;
const LEARN_BYTES = 4e6;
const TEXT_BYTES = 4e6;
const ROUNDS = 3;
/** MB/s a core that are wanted. */
const WANTED = 5;

/** Prints CPU-time speeds of interleaved rounds, the best of each; below `WANTED` the exit code is 1. */
export async function tokenizer(): Promise<void> {
  const [learnShard = '', textShard = ''] = await corpusShards();
  const sample = first(texts(learnShard), LEARN_BYTES);
  const corpora = {
    pages: first(texts(textShard), TEXT_BYTES),
    // No cache helps here: no piece comes twice.
    'random kanji': scrambled(TEXT_BYTES / 4),
  };
  console.log(
    `tokenizer: ${VOCABULARY} tokens, MB of UTF-8 a second of CPU time, best of ${ROUNDS} interleaved rounds`,
  );
  console.log('| model | text | Seiryu | official bindings | ratio | bytes a token | seconds to learn |');
  console.log('| --- | --- | ---: | ---: | ---: | ---: | ---: |');
  for (const model of ['bpe', 'unigram'] as const) {
    const begin = process.cpuUsage();
    const json = learnTokenizer(sample, { model, vocab: VOCABULARY });
    const learned = secondsSince(begin);
    const path = join(DATA, `${model}.tokenizer.json`);
    writeFileSync(path, json);
    const ours = parseTokenizer(json, path);
    const theirs = Official.fromFile(path);
    for (const [name, corpus] of Object.entries(corpora)) {
      const bytes = corpus.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
      let best = { ours: 0, theirs: 0 };
      let tokens = 0;
      for (let round = 0; round < ROUNDS; round++) {
        const atOurs = process.cpuUsage();
        tokens = corpus.reduce((sum, text) => sum + ours.encode(text).length, 0);
        const secondsOurs = secondsSince(atOurs);
        const atTheirs = process.cpuUsage();
        let theirTokens = 0;
        for (const text of corpus)
          theirTokens += (await theirs.encode(text, null, { addSpecialTokens: false })).getLength();
        const secondsTheirs = secondsSince(atTheirs);
        if (tokens !== theirTokens)
          throw new Error(`${model}: ${tokens} tokens, the official library has ${theirTokens}`);
        best = {
          ours: Math.max(best.ours, bytes / 1e6 / secondsOurs),
          theirs: Math.max(best.theirs, bytes / 1e6 / secondsTheirs),
        };
      }
      const columns = [model, name, best.ours.toFixed(1), best.theirs.toFixed(1), (best.ours / best.theirs).toFixed(1)];
      console.log(`| ${[...columns, (bytes / tokens).toFixed(2), learned.toFixed(0)].join(' | ')} |`);
      if (name === 'pages' && best.ours < WANTED) process.exitCode = 1;
    }
  }
}

function secondsSince(begin: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(begin);
  return (user + system) / 1e6;
}

const texts = (shard: string) => readSamples(shard).map(({ text }) => text);

function first(all: readonly string[], bytes: number): string[] {
  const out: string[] = [];
  for (let sum = 0, at = 0; sum < bytes && at < all.length; at++) {
    const text = all[at] ?? '';
    out.push(text);
    sum += Buffer.byteLength(text);
  }
  return out;
}

/** Lines of random kanji and kana. */
function scrambled(bytes: number): string[] {
  const random = new Random(1);
  const unit = () => (random.next() < 0.5 ? 0x4e00 + random.next() * 0x5000 : 0x3041 + random.next() * 0x56);
  const line = () => String.fromCharCode(...Array.from({ length: 200 }, unit));
  return Array.from({ length: Math.ceil(bytes / 600) }, line);
}
