// Perplexity of texts, by source: per token, and per byte, which compares between tokenizers.
import * as tf from '@tensorflow/tfjs-core';
import type { Vocabulary } from '../generation/generate.ts';
import type { Model } from '../model.ts';

export interface MeasuredText {
  readonly source: string;
  readonly text: string;
}

/** Sums over the texts of a source; they add up. */
export interface TextMeasure {
  readonly documents: number;
  /** Predicted tokens: all tokens of the texts. */
  readonly tokens: number;
  /** UTF-8 bytes of the texts. */
  readonly bytes: number;
  /** −ln of the probability that the model gives the texts, summed. */
  readonly nats: number;
}

export interface Perplexity {
  /** e^(nats / tokens). Only models with the same tokenizer compare by it. */
  readonly perToken: number;
  /** e^(nats / bytes): how many values a byte could have, on average. Compares between tokenizers. */
  readonly perByte: number;
  /** nats / bytes / ln 2. */
  readonly bitsPerByte: number;
}

export function perplexityOf({ tokens, bytes, nats }: TextMeasure): Perplexity {
  return {
    perToken: Math.exp(nats / tokens),
    perByte: Math.exp(nats / bytes),
    bitsPerByte: nats / bytes / Math.LN2,
  };
}

export const NOTHING: TextMeasure = { documents: 0, tokens: 0, bytes: 0, nats: 0 };

export const added = (a: TextMeasure, b: TextMeasure): TextMeasure => ({
  documents: a.documents + b.documents,
  tokens: a.tokens + b.tokens,
  bytes: a.bytes + b.bytes,
  nats: a.nats + b.nats,
});

/**
 * Measures each text on its own: its first token is predicted from the end-of-document token, every later one from what
 * came before in its window. Windows of `context` tokens follow one another, each beginning with the last token of the one
 * before; every token is predicted once, the end of the document is not (as `loglikelihood_rolling` of EleutherAI's
 * evaluation harness does). Linear; memory: one window's logits.
 */
export async function measureTexts(
  model: Model,
  vocabulary: Vocabulary,
  texts: Iterable<MeasuredText> | AsyncIterable<MeasuredText>,
): Promise<Map<string, TextMeasure>> {
  const measures = new Map<string, TextMeasure>();
  for await (const { source, text } of texts) {
    const tokens = Int32Array.from(vocabulary.encode(text));
    const measure = {
      documents: 1,
      tokens: tokens.length,
      bytes: Buffer.byteLength(text),
      nats: await natsOf(model, vocabulary.endOfDocument, tokens),
    };
    measures.set(source, added(measures.get(source) ?? NOTHING, measure));
  }
  return measures;
}

async function natsOf(model: Model, endOfDocument: number, tokens: Int32Array): Promise<number> {
  const { context } = model.options;
  const whole = new Int32Array(tokens.length + 1);
  whole[0] = endOfDocument;
  whole.set(tokens, 1);
  let nats = 0;
  for (let at = 0; at < tokens.length; at += context) {
    const length = Math.min(context, tokens.length - at);
    const loss = tf.tidy(() =>
      model.loss(
        tf.tensor1d(whole.subarray(at, at + length), 'int32'),
        tf.tensor1d(whole.subarray(at + 1, at + 1 + length), 'int32'),
        1,
      ),
    );
    nats += ((await loss.data())[0] ?? Number.NaN) * length;
    loss.dispose();
  }
  return nats;
}

/** Sum over all sources. */
export const totalOf = (measures: ReadonlyMap<string, TextMeasure>): TextMeasure =>
  [...measures.values()].reduce(added, NOTHING);
