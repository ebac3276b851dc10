// What generation relies on: keeping keys and values changes no token, and a text does not depend on those written beside it.
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { CachedForward } from '../../../src/trainer/generation/cached-forward.ts';
import {
  type GenerateOptions,
  generate,
  generateAll,
  randomOf,
  windowStart,
} from '../../../src/trainer/generation/generate.ts';
import { Sampler } from '../../../src/trainer/generation/sampling.ts';
import type { Model } from '../../../src/trainer/model.ts';
import { architectures, bytes, tinyModel } from './tiny-model.ts';

const VOCABULARY = 128;
const GREEDY: GenerateOptions = {
  tokens: 40,
  temperature: 0,
  topK: 0,
  topP: 1,
  repetitionPenalty: 1,
  noRepeatNgram: 0,
  stop: [],
};
const SAMPLED: GenerateOptions = { ...GREEDY, temperature: 1.2, topK: 30, topP: 0.95, repetitionPenalty: 1.2 };

beforeAll(async () => {
  await tf.setBackend('cpu');
});

function wholeLogits(model: Model, window: readonly number[]): Float32Array {
  return tf.tidy(() => {
    const hidden = model.hidden(tf.tensor1d(Int32Array.from(window), 'int32'), 1);
    const last = tf.slice(hidden, [window.length - 1, 0], [1, model.options.width]);
    return Float32Array.from(model.logits(last).dataSync());
  });
}

/** The same text written the slow way: the whole window computed for every token. */
function slowly(model: Model, prompt: string, options: GenerateOptions, seed: number): number[] {
  const sampler = new Sampler(options, randomOf(seed, 0));
  const ids = [bytes.endOfDocument, ...bytes.encode(prompt)];
  for (const id of ids) sampler.see(id);
  const start = ids.length;
  while (ids.length - start < options.tokens) {
    const window = ids.slice(windowStart(ids.length, model.options.context));
    const token = sampler.choose(wholeLogits(model, window)) ?? 0;
    if (token === 0) break;
    ids.push(token);
    sampler.see(token);
  }
  return ids.slice(start);
}

async function written(model: Model, prompt: string, options: GenerateOptions, seed = 1) {
  const pieces: string[] = [];
  const iterator = generate(model, bytes, prompt, options, randomOf(seed, 0));
  for (;;) {
    const next = await iterator.next();
    if (next.done === true) return { ...next.value, pieces };
    pieces.push(next.value);
  }
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

describe.each(architectures)('a cache of keys and values, %s', (architecture) => {
  it('gives the logits of a pass over the whole window', async () => {
    const model = tinyModel(VOCABULARY, { architecture });
    const forward = new CachedForward(model);
    const texts = [
      [0, 5, 9, 33],
      [0, 7],
      [0, 80, 81, 82, 83, 84, 85],
    ];
    let logits = await forward.begin(texts);
    for (let token = 20; token < 25; token++) {
      texts.forEach((ids, row) => {
        const differences = wholeLogits(model, ids).map((value, i) =>
          Math.abs(value - (logits[row]?.[i] ?? Number.NaN)),
        );
        expect(Math.max(...differences), `row ${row}`).toBeLessThan(1e-4);
        ids.push(token + row);
      });
      logits = await forward.step(texts.map((ids) => ids.at(-1) ?? 0));
    }
    forward.dispose();
    model.dispose();
  });

  it('changes no token, whether the likeliest is taken or drawn, far beyond the context', async () => {
    const model = tinyModel(VOCABULARY, { architecture });
    for (const options of [GREEDY, { ...SAMPLED, noRepeatNgram: 3 }]) {
      const { ids } = await written(model, 'ab', options);
      expect(ids.length).toBeGreaterThan(2 * model.options.context);
      expect(ids).toEqual(slowly(model, 'ab', options, 1));
    }
    model.dispose();
  });
});

describe('generation', () => {
  it('writes many texts at once as it writes each alone', async () => {
    const model = tinyModel(VOCABULARY);
    const prompts = ['a', 'a longer prompt than the context', '', 'bcd', 'a'];
    const options = { ...SAMPLED, stop: ['e', '5', '#'] };
    const alone = await all(generateAll(model, bytes, prompts, options, { seed: 4, batch: 1 }));
    for (const batch of [2, 5]) {
      expect(await all(generateAll(model, bytes, prompts, options, { seed: 4, batch }))).toEqual(alone);
    }
    // The same prompt at another place draws other numbers.
    expect(alone[0]?.ids).not.toEqual(alone[4]?.ids);
    expect(new Set(alone.map(({ tokens }) => tokens)).size).toBeGreaterThan(1);
    model.dispose();
  });

  it('yields the text piece by piece, and leaves no tensors behind', async () => {
    const model = tinyModel(VOCABULARY);
    const before = tf.memory().numTensors;
    const { text, pieces, ids, finish, tokens } = await written(model, 'xy', GREEDY);
    expect(pieces.length).toBeGreaterThan(5);
    expect(pieces.join('')).toBe(text);
    expect(text).toBe(Buffer.from(ids).toString('utf8'));
    expect(finish).toBe(ids.length === GREEDY.tokens ? 'length' : 'end');
    expect(tokens).toBe(ids.length + (finish === 'end' ? 1 : 0));
    // A reader that leaves early leaves nothing behind either.
    for await (const _ of generate(model, bytes, 'xy', GREEDY, randomOf(1, 0))) break;
    expect(tf.memory().numTensors).toBe(before);
    model.dispose();
  });

  it('ends before a stop string', async () => {
    const model = tinyModel(VOCABULARY);
    const whole = await written(model, 'xy', GREEDY);
    const stop = whole.text.slice(7, 10);
    const cut = await written(model, 'xy', { ...GREEDY, stop: [stop] });
    expect(cut).toMatchObject({ text: whole.text.slice(0, whole.text.indexOf(stop)), finish: 'stop' });
    model.dispose();
  });

  it('sees all tokens while they fit, then at least half a context', () => {
    for (const context of [8, 9, 128]) {
      for (let length = 1; length < 5 * context; length++) {
        const seen = length - windowStart(length, context);
        expect(seen).toBeLessThanOrEqual(context);
        expect(seen).toBeGreaterThanOrEqual(Math.min(length, Math.ceil(context / 2)));
      }
    }
  });
});
