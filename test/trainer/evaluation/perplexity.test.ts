import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { measureTexts, perplexityOf, totalOf } from '../../../src/trainer/evaluation/perplexity.ts';
import type { Model } from '../../../src/trainer/model.ts';
import { bytes, tinyModel } from '../generation/tiny-model.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

/** −ln p of `ids` after the end of a document, one token at a time, in windows that begin with the last token before. */
function slowNats(model: Model, ids: readonly number[]): number {
  const { context, width } = model.options;
  let nats = 0;
  ids.forEach((target, at) => {
    const begin = Math.floor(at / context) * context;
    const seen = [bytes.endOfDocument, ...ids].slice(begin, at + 1);
    const logits = tf.tidy(() => {
      const hidden = model.hidden(tf.tensor1d(Int32Array.from(seen), 'int32'), 1);
      return Array.from(model.logits(tf.slice(hidden, [seen.length - 1, 0], [1, width])).dataSync());
    });
    const highest = Math.max(...logits);
    const whole = logits.reduce((sum, logit) => sum + Math.exp(logit - highest), 0);
    nats -= (logits[target] ?? 0) - highest - Math.log(whole);
  });
  return nats;
}

describe('perplexity of texts', () => {
  it('predicts every token once, by the tokens before it in its window', async () => {
    const model = tinyModel(128);
    const texts = ['a', 'twelve chars', 'thirteen char', 'much longer than two windows of twelve'];
    const before = tf.memory().numTensors;
    const measures = await measureTexts(
      model,
      bytes,
      texts.map((text, i) => ({ source: `s${i % 2}`, text })),
    );
    expect(tf.memory().numTensors).toBe(before);
    for (const [source, parity] of [
      ['s0', 0],
      ['s1', 1],
    ] as const) {
      const own = texts.filter((_, i) => i % 2 === parity);
      const expected = own.reduce((sum, text) => sum + slowNats(model, bytes.encode(text)), 0);
      const length = own.join('').length;
      expect(measures.get(source)).toMatchObject({ documents: 2, tokens: length, bytes: length });
      expect(measures.get(source)?.nats).toBeCloseTo(expected, 2);
    }
    expect(totalOf(measures).documents).toBe(4);
    model.dispose();
  });

  it('per byte compares between tokenizers: the same probability of the same text, whatever its tokens', () => {
    const coarse = { documents: 1, tokens: 10, bytes: 60, nats: 90 };
    const fine = { documents: 1, tokens: 60, bytes: 60, nats: 90 };
    expect(perplexityOf(coarse).perByte).toBe(perplexityOf(fine).perByte);
    expect(perplexityOf(coarse).perToken).toBeCloseTo(Math.exp(9));
    expect(perplexityOf(fine).perToken).toBeCloseTo(Math.exp(1.5));
    expect(perplexityOf(coarse).bitsPerByte).toBeCloseTo(1.5 / Math.LN2);
  });

  it('of a model that knows nothing is the number of its tokens', async () => {
    const model = tinyModel(64);
    for (const weight of model.weights.values()) weight.assign(tf.zerosLike(weight));
    const measures = await measureTexts(model, bytes, [{ source: 's', text: '0123456789'.repeat(3) }]);
    expect(perplexityOf(totalOf(measures)).perToken).toBeCloseTo(64, 3);
    model.dispose();
  });

  it('adds an empty text to the documents alone', async () => {
    const model = tinyModel(64);
    expect((await measureTexts(model, bytes, [{ source: 's', text: '' }])).get('s')).toEqual({
      documents: 1,
      tokens: 0,
      bytes: 0,
      nats: 0,
    });
    model.dispose();
  });
});
