// `npm run bench -- filters`: MB/s of every filter on real Japanese text, one core, by CPU time.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { encodeModel } from '../src/lm/model.ts';
import { Trainer } from '../src/lm/train.ts';
import type { FilterPlugin, JsonObject, Plugin } from '../src/pipeline/define.ts';
import { plugins } from '../src/registry.gen.ts';
import { corpusShards, DATA } from './corpus.ts';

/** Bytes of UTF-8 text that a round reads. */
const ROUND = 12 * 2 ** 20;
const ROUNDS = 5;

/** Options where the defaults would do nothing; words and evaluation texts like those of real lists, made from a seed. */
const heavier: Record<string, (texts: readonly string[]) => JsonObject> = {
  'word-list': (texts) => ({ words: reversed(sampled(texts, 4000, 5)), min: 1e9 }),
  decontaminate: (texts) => ({ texts: reversed(sampled(texts, 2000, 60)) }),
  'url-list': () => ({ urls: ['example.com', '*.ac.jp'] }),
  metadata: () => ({ keep: 'url.contains("example.jp/") && meta.timestamp < "2020"' }),
};

/** A model of characters, of the texts of another shard. */
function benchModel(texts: readonly string[]): string {
  const trainer = new Trainer({ order: 5, unit: 'character', memory: 600e6, prune: 2 });
  for (const text of texts) trainer.learn(text);
  const { header, tables } = trainer.finish();
  const path = join(DATA, 'bench.lm');
  writeFileSync(path, Buffer.concat(encodeModel(header, tables)));
  return path;
}

const isFilter = (plugin: Plugin): plugin is FilterPlugin => plugin.kind === 'filter';

interface Sample {
  readonly text: string;
  readonly url: string;
  readonly meta: JsonObject;
}

/** Prints a line per filter: median MB/s of interleaved rounds, the slowest round, what share of the documents stayed. */
export async function filters(): Promise<void> {
  const wanted = new Set((process.env.FILTERS ?? '').split(',').filter((name) => name !== ''));
  const [shard = '', other = ''] = await corpusShards();
  const samples = readSamples(shard);
  if (wanted.size === 0 || wanted.has('perplexity'))
    heavier.perplexity = () => ({ model: benchModel(readSamples(other).map(({ text }) => text)) });
  const bytes = samples.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
  const texts = samples.map(({ text }) => text);
  const running = plugins
    .filter(isFilter)
    .filter(({ name }) => wanted.size === 0 || wanted.has(name))
    .map((plugin) => ({
      name: plugin.name,
      filter: plugin.create(plugin.options.parse(heavier[plugin.name]?.(texts) ?? {}), {
        language: 'ja',
        baseDir: '.',
      }),
      seconds: [] as number[],
      kept: 0,
    }));
  for (let round = 0; round < ROUNDS; round++) {
    for (const one of running) {
      one.kept = 0;
      const before = process.cpuUsage();
      for (const [index, { text, url, meta }] of samples.entries()) {
        if ('keep' in one.filter.apply({ id: `bench/0#${index}`, text, url, meta })) one.kept++;
      }
      const { user, system } = process.cpuUsage(before);
      // The first round compiles.
      if (round > 0) one.seconds.push((user + system) / 1e6);
    }
  }
  console.log(
    `filters: ${samples.length} documents, ${(bytes / 1e6).toFixed(1)} MB of UTF-8 text, median of ${ROUNDS - 1} rounds by CPU time`,
  );
  console.log(`${'filter'.padEnd(20)}${'MB/s'.padStart(8)}${'slowest'.padStart(9)}${'kept'.padStart(8)}`);
  for (const { name, seconds, kept } of running) {
    const sorted = [...seconds].sort((a, b) => a - b);
    const speed = (index: number): string => (bytes / 1e6 / (sorted[index] ?? Number.NaN)).toFixed(0);
    const share = `${((100 * kept) / samples.length).toFixed(1)} %`;
    console.log(
      `${name.padEnd(20)}${speed(sorted.length >> 1).padStart(8)}${speed(sorted.length - 1).padStart(9)}${share.padStart(8)}`,
    );
  }
}

function readSamples(shard: string): Sample[] {
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
