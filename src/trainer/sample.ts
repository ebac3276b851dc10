// Writes text with a model: temperature, top-k, a seed.
import { StringDecoder } from 'node:string_decoder';
import * as tf from '@tensorflow/tfjs-core';
import type { Model } from './model.ts';
import type { Random } from './random.ts';
import type { Tokenizer } from './tokenizer/tokenizer.ts';

export interface SampleOptions {
  /** Text to go on from; empty: the start of a document. */
  readonly prompt: string;
  /** Tokens to write at most; the end of the document ends the text earlier. */
  readonly tokens: number;
  /** 0 takes the likeliest token each time. */
  readonly temperature: number;
  /** Choose among this many likeliest tokens; 0: among all. */
  readonly topK: number;
}

/** Pieces of the text that follows the prompt, as they are written. Costs one pass over the context for every token. */
export async function* sample(
  model: Model,
  tokenizer: Tokenizer,
  options: SampleOptions,
  random: Random,
): AsyncGenerator<string> {
  const ids = [tokenizer.endOfDocument, ...tokenizer.encode(options.prompt)];
  const decoder = new StringDecoder('utf8');
  for (let written = 0; written < options.tokens; written++) {
    const token = choose(await nextLogits(model, ids), options, random);
    if (token === tokenizer.endOfDocument) break;
    ids.push(token);
    const piece = decoder.write(Buffer.from(tokenizer.bytes(token)));
    if (piece !== '') yield piece;
  }
  const rest = decoder.end();
  if (rest !== '') yield rest;
}

async function nextLogits(model: Model, ids: readonly number[]): Promise<Float32Array> {
  const window = Int32Array.from(ids.slice(-model.options.context));
  const logits = tf.tidy(() => {
    const hidden = model.hidden(tf.tensor1d(window, 'int32'), 1); // (T, D)
    return model.logits(tf.slice(hidden, [window.length - 1, 0], [1, model.options.width])); // (1, V)
  });
  const values = Float32Array.from(await logits.data());
  logits.dispose();
  return values;
}

/** Draws a token: softmax of logits / temperature over the topK likeliest. O(V log V). */
export function choose(
  logits: Float32Array,
  options: Pick<SampleOptions, 'temperature' | 'topK'>,
  random: Random,
): number {
  const byLogit = Array.from(logits.keys()).sort((a, b) => (logits[b] ?? 0) - (logits[a] ?? 0) || a - b);
  const likeliest = byLogit[0] ?? 0;
  if (options.temperature === 0) return likeliest;
  const candidates = options.topK > 0 ? byLogit.slice(0, options.topK) : byLogit;
  const highest = logits[likeliest] ?? 0;
  const weights = candidates.map((token) => Math.exp(((logits[token] ?? 0) - highest) / options.temperature));
  let left = random.next() * weights.reduce((a, b) => a + b, 0);
  for (const [index, weight] of weights.entries()) {
    left -= weight;
    if (left < 0) return candidates[index] ?? likeliest;
  }
  return candidates.at(-1) ?? likeliest;
}
