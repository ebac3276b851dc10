// `npm run bench -- filters`: MB/s of every filter on real Japanese text, one core, by CPU time.
import { plugins } from '../src/registry.gen.ts';
import { corpusShards } from './corpus.ts';
import { benchModel, heavier, isFilter, readSamples } from './workload.ts';

const ROUNDS = 5;

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
