// `npm run bench -- generation`: tokens a second with keys and values kept, against computing the whole window for every token.
import * as tf from '@tensorflow/tfjs-core';
import { chooseBackend } from '../src/trainer/backends.ts';
import {
  collectAll,
  type GenerateOptions,
  randomOf,
  type Vocabulary,
  windowStart,
} from '../src/trainer/generation/generate.ts';
import { Sampler } from '../src/trainer/generation/sampling.ts';
import { initialWeights, Model } from '../src/trainer/model.ts';
import { trainerOptions } from '../src/trainer/options.ts';
import { Random } from '../src/trainer/random.ts';

const ROUNDS = 2;
const SIZES = [
  { layers: 2, width: 64, heads: 4, context: 128, vocabulary: 2000, tokens: 120 },
  { layers: 4, width: 256, heads: 8, context: 256, vocabulary: 8000, tokens: 120 },
];

/** A tokenizer that is there in name only. */
const numbers: Vocabulary = { endOfDocument: 0, encode: () => [1], bytes: (token) => Uint8Array.of(token % 128) };
const OPTIONS = { temperature: 0.8, topK: 40, topP: 1, repetitionPenalty: 1, noRepeatNgram: 0, stop: [] };

async function whole(model: Model, options: GenerateOptions): Promise<void> {
  const sampler = new Sampler(options, randomOf(1, 0));
  const ids = [0, 1];
  for (let written = 0; written < options.tokens; written++) {
    const window = Int32Array.from(ids.slice(windowStart(ids.length, model.options.context)));
    const logits = tf.tidy(() => {
      const hidden = model.hidden(tf.tensor1d(window, 'int32'), 1);
      return model.logits(tf.slice(hidden, [window.length - 1, 0], [1, model.options.width]));
    });
    ids.push(sampler.choose(Float32Array.from(await logits.data())) ?? 0);
    logits.dispose();
  }
}

async function tokensPerCpuSecond(tokens: number, write: () => Promise<unknown>): Promise<number> {
  const begin = process.cpuUsage();
  await write();
  const { user, system } = process.cpuUsage(begin);
  return tokens / ((user + system) / 1e6);
}

export async function generation(): Promise<void> {
  const { name } = await chooseBackend('auto');
  console.log(`Tokens for each second of CPU time, backend ${name}, best of ${ROUNDS} interleaved rounds`);
  for (const { vocabulary, tokens, ...sizes } of SIZES) {
    const options = trainerOptions.shape.model.parse({ ...sizes, tied: true });
    const model = new Model(options, vocabulary, initialWeights(options, vocabulary, new Random(1)));
    const one = { ...OPTIONS, tokens };
    const batch = Array.from({ length: 16 }, () => '');
    const best = { whole: 0, cached: 0, batched: 0 };
    for (let round = 0; round < ROUNDS; round++) {
      best.whole = Math.max(best.whole, await tokensPerCpuSecond(tokens, () => whole(model, one)));
      let written = 0;
      const count = async (prompts: string[]) => {
        const texts = await collectAll(model, numbers, prompts, one, { seed: 1, batch: 16 });
        written = texts.reduce((sum, text) => sum + text.tokens, 0);
      };
      best.cached = Math.max(best.cached, (await tokensPerCpuSecond(1, () => count(['']))) * written);
      best.batched = Math.max(best.batched, (await tokensPerCpuSecond(1, () => count(batch))) * written);
    }
    const row = Object.entries(best).map(([way, speed]) => `${way} ${speed.toFixed(0)}`);
    console.log(
      `${sizes.layers} layers, width ${sizes.width}, ${tokens} tokens: ${row.join(', ')} (cached ${(best.cached / best.whole).toFixed(1)} times whole)`,
    );
    model.dispose();
  }
}
