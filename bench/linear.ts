// `npm run bench -- linear`: what each filter's cost does when a text made to hurt it doubles; fails above 2.6 a doubling.
import type { Filter } from '../src/pipeline/define.ts';
import { plugins } from '../src/registry.gen.ts';
import { Random } from '../src/trainer/random.ts';
import { type Adversary, cost, known, searched } from './adversary.ts';
import { corpusShards } from './corpus.ts';
import { benchModel, heavier, isFilter, readSamples } from './workload.ts';

/** A linear cost doubles with the text; the rest is what caches and the collector add. */
const MOST = 2.6;
/** Milliseconds of CPU time below which a cost is mostly noise. */
const TELLING = 8;
/** UTF-16 units of the largest of the four texts: the small one first, the large one where the small one costs too little to tell. */
const LARGEST = [1 << 17, 1 << 20];
/** Milliseconds from which a text is dear enough to be judged as it is. */
const DEAR = 200;
const ROUNDS = 3;
/** What slowed a measurement down does not slow this many. */
const TRIES = 5;
const SEED = 14;
/** UTF-16 units of one line of prose: 10 MB of UTF-8. */
const LINE = 3_300_000;

interface Measured {
  readonly name: string;
  /** Greatest cost ratio of two doublings in a row; 1 where all costs are too small to tell. */
  readonly ratio: number;
  /** Nanoseconds of CPU time a UTF-16 unit, at the largest size. */
  readonly perUnit: number;
}

/** Prints the worst texts of every filter, by ratio and by cost; a ratio above `MOST` makes the exit code 1. */
export async function linear(): Promise<void> {
  const wanted = new Set((process.env.FILTERS ?? '').split(',').filter((name) => name !== ''));
  const [shard = '', other = ''] = await corpusShards();
  const texts = readSamples(shard).map(({ text }) => text);
  if (wanted.size === 0 || wanted.has('perplexity'))
    heavier.perplexity = () => ({ model: benchModel(readSamples(other).map(({ text }) => text)) });
  console.log(
    `linear: cost ratio per doubling, sizes n, 2n, 4n, 8n, median of ${ROUNDS} interleaved rounds by CPU time; below ${MOST} wanted`,
  );
  console.log(`${'filter'.padEnd(20)}${'worst ratio'.padStart(12)}  on`);
  console.log(`${''.padEnd(20)}${'most ns/unit'.padStart(12)}  on`);
  const failures: string[] = [];
  for (const plugin of plugins.filter(isFilter).filter(({ name }) => wanted.size === 0 || wanted.has(name))) {
    const options = plugin.options.parse(heavier[plugin.name]?.(texts) ?? {});
    const filter = plugin.create(options, { language: 'ja', baseDir: '.' });
    const measured = [...known, ...searched(plugin, filter, SEED)].map((adversary) =>
      measure(filter, adversary, LARGEST),
    );
    measured.push(measure(filter, { name: 'one line of 10 MB of prose', text: proseLine }, [LINE]));
    const worst = measured.reduce((a, b) => (b.ratio > a.ratio ? b : a));
    const dearest = measured.reduce((a, b) => (b.perUnit > a.perUnit ? b : a));
    console.log(`${plugin.name.padEnd(20)}${worst.ratio.toFixed(2).padStart(12)}  ${worst.name}`);
    console.log(`${''.padEnd(20)}${dearest.perUnit.toFixed(1).padStart(12)}  ${dearest.name}`);
    for (const { name, ratio } of measured)
      if (ratio > MOST) failures.push(`${plugin.name}: ${ratio.toFixed(2)} on ${name}`);
  }
  if (failures.length === 0) return;
  console.error(`More than linear:\n${failures.join('\n')}`);
  process.exitCode = 1;
}

function measure(filter: Filter, { name, text }: Adversary, largest: readonly number[]): Measured {
  let perUnit = 0;
  for (const size of largest) {
    const whole = text(size);
    const once = cost(filter, whole);
    perUnit = (1e6 * once) / whole.length;
    if (once < TELLING) continue;
    const sizes = [size / 8, size / 4, size / 2, size];
    let costs = medians(filter, sizes.map(text));
    if (confirmed(costs) > MOST || (ratios(costs).at(-1) ?? 0) > MOST)
      costs = medians(filter, [...sizes, 2 * size].map(text));
    for (let tries = 1; tries < TRIES && confirmed(costs) > MOST; tries++)
      costs = medians(filter, [...sizes, 2 * size].map(text));
    // What the collector does to small texts it does not do to large ones; a square only grows.
    if (confirmed(costs) > MOST && size !== largest.at(-1) && once < DEAR) continue;
    return { name, ratio: confirmed(costs), perUnit: (1e6 * (costs[3] ?? 0)) / whole.length };
  }
  return { name, ratio: 1, perUnit };
}

/** Milliseconds of each text, measured in turn. */
function medians(filter: Filter, texts: readonly string[]): number[] {
  const costs = texts.map((): number[] => []);
  for (let round = 0; round < ROUNDS; round++)
    for (const [index, text] of texts.entries()) costs[index]?.push(cost(filter, text));
  return costs.map((rounds) => rounds.sort((a, b) => a - b)[ROUNDS >> 1] ?? 0);
}

/** A cost too small to tell counts as half of the least that tells: what comes after it is then all noise or all square. */
const ratios = (costs: readonly number[]): number[] =>
  costs.slice(1).map((after, at) => (after < TELLING ? 1 : after / Math.max(costs[at] ?? 0, TELLING / 2)));

/**
 * The worst ratio that the doubling after it confirms. A cache that a text no longer fits, or objects that now outlive a
 * collection, are one step (measured: up to 5); more than linear goes on.
 */
function confirmed(costs: readonly number[]): number {
  const all = ratios(costs);
  return all.slice(1).reduce((worst, ratio, at) => Math.max(worst, Math.min(ratio, all[at] ?? 1)), 1);
}

const clauses =
  '春が来て 花が咲き 鳥が鳴いたので 朝早くから 山へ出かけた 祖父の話では 川の水は 昔からとても冷たく 夏でも足を入れると 駅前の古い本屋で 見つけた地図には 今はもうない橋が 描かれていて そこを渡った先に 小さな畑があったという 雨の日は 家で鍋を磨きながら 友人の手紙を読み 返事を書こうと思ったが'.split(
    ' ',
  );

/** Sentences drawn from clauses, without a line break; the same draws for every size. */
function proseLine(units: number): string {
  const random = new Random(SEED);
  const pieces: string[] = [];
  for (let length = 0; length < units; ) {
    const clause = `${clauses[Math.floor(random.next() * clauses.length)] ?? ''}${random.next() < 0.3 ? '。' : '、'}`;
    pieces.push(clause);
    length += clause.length;
  }
  return pieces.join('');
}
