// Options and texts that filters are measured with, where the defaults would leave them nothing to do.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { encodeModel } from '../src/lm/model-file.ts';
import { Trainer } from '../src/lm/train.ts';
import type { FilterPlugin, JsonObject, Plugin } from '../src/pipeline/define.ts';
import { DATA } from './corpus.ts';

/** Bytes of UTF-8 text that a round reads. */
const ROUND = 12 * 2 ** 20;

export const isFilter = (plugin: Plugin): plugin is FilterPlugin => plugin.kind === 'filter';

export interface Sample {
  readonly text: string;
  readonly url: string;
  readonly meta: JsonObject;
}

/** Options where the defaults would do nothing; words and evaluation texts like those of real lists, made from a seed. */
export const heavier: Record<string, (texts: readonly string[]) => JsonObject> = {
  'word-list': (texts) => ({ words: reversed(sampled(texts, 4000, 5)), min: 1e9 }),
  decontaminate: (texts) => ({ texts: reversed(sampled(texts, 2000, 60)) }),
  'url-list': () => ({ urls: ['example.com', '*.ac.jp'] }),
  metadata: () => ({ keep: 'url.contains("example.jp/") && meta.timestamp < "2020"' }),
};

/** A model of characters, of the texts of another shard. */
export function benchModel(texts: readonly string[]): string {
  const trainer = new Trainer({ order: 5, unit: 'character', memory: 600e6, prune: 2, smoothing: 'stupid-backoff' });
  for (const text of texts) trainer.learn(text);
  const path = join(DATA, 'perplexity.lm');
  writeFileSync(path, Buffer.concat(encodeModel(trainer.finish())));
  return path;
}

/** The first documents of a shard, `ROUND` bytes of text. */
export function readSamples(shard: string): Sample[] {
  const samples: Sample[] = [];
  let bytes = 0;
  for (const line of gunzipSync(readFileSync(shard)).toString('utf8').split('\n')) {
    if (line === '' || bytes > ROUND) break;
    const { text, url, ...meta }: { text: string; url: string } & JsonObject = JSON.parse(line);
    bytes += Buffer.byteLength(text);
    samples.push({ text, url, meta });
  }
  return samples;
}

/** `count` pieces of `length` characters, evenly from the texts: the same every time. */
function sampled(texts: readonly string[], count: number, length: number): string[] {
  const all = texts.join('');
  const step = Math.floor(all.length / count);
  return Array.from({ length: count }, (_, index) => all.slice(index * step, index * step + length)).filter(
    (piece) => !piece.includes('\n'),
  );
}

/** Texts of the same characters that the corpus does not hold, as a list's words are mostly not in a document. */
const reversed = (texts: readonly string[]): string[] => texts.map((text) => [...text].reverse().join(''));
