// What deciding by sketches is worth: recall and precision on pairs labelled by their exact Jaccard similarity, all pairs compared.
import { agreement, bandHashes, estimateJaccard, leastAgreement, sketchShape } from '../../src/dedup/index/sketch.ts';
import { minhash } from '../../src/dedup/minhash.ts';
import { normalisedText } from '../../src/kernels/short-texts.ts';
import { Random } from '../../src/trainer/random.ts';
import { corpusShards } from '../corpus.ts';
import { readSamples } from '../workload.ts';

const SHINGLE = 5;
const STANDARD = { bands: 14, rows: 8, threshold: 0.7 };
/** Texts of the table, each with its copy. */
const DOCUMENTS = 300;
const SEEDS = 8;

/** A pair of texts, the earlier one first. */
export interface Label {
  readonly a: number;
  readonly b: number;
  readonly jaccard: number;
}

/** Each text and an edited copy of it; the copies' similarity to their text is spread over 0.3 to 1. */
export function withCopies(texts: readonly string[], seed: number): string[] {
  const random = new Random(seed);
  return texts.flatMap((text, at) => {
    const jaccard = 0.3 + 0.7 * random.next();
    // Of two sets of equal size, the share that is not in the other one.
    const share = 1 - (2 * jaccard) / (1 + jaccard);
    const other = texts[(at + 1) % texts.length] ?? '';
    return [text, random.next() < 0.5 ? retyped(text, share, random) : spliced(text, other, share)];
  });
}

/** Single characters replaced all over the text: each changes as many shingles as it stands in. */
function retyped(text: string, share: number, random: Random): string {
  const units = [...text];
  // Replacements hit shingles that others have hit before: 1 − e^(−x) of them are hit.
  const count = Math.round((-Math.log(1 - share) * units.length) / SHINGLE);
  for (let done = 0; done < count; done++)
    units[Math.floor(random.next() * units.length)] = String.fromCodePoint(0x4e00 + Math.floor(random.next() * 20_000));
  return units.join('');
}

/** The end of the text replaced by another text's. */
function spliced(text: string, other: string, share: number): string {
  const kept = Math.round(text.length * (1 - share));
  return text.slice(0, kept) + other.slice(Math.max(0, other.length - (text.length - kept)));
}

/** Ascending numbers of each text's shingles: equal strings have equal numbers. */
function shingleSets(texts: readonly string[]): Uint32Array[] {
  const numbers = new Map<string, number>();
  return texts.map((text) => {
    const units = normalisedText(text, { unit: 'character', length: SHINGLE, ignore: ['space'] });
    const found = new Set<number>();
    for (let at = 0; at + SHINGLE <= units.length; at++) {
      const shingle = units.slice(at, at + SHINGLE);
      const number = numbers.get(shingle) ?? numbers.size;
      numbers.set(shingle, number);
      found.add(number);
    }
    return Uint32Array.from(found).sort();
  });
}

function exactJaccard(x: Uint32Array, y: Uint32Array): number {
  let common = 0;
  for (let i = 0, j = 0; i < x.length && j < y.length; ) {
    const [p, q] = [x[i] ?? 0, y[j] ?? 0];
    if (p === q) common++;
    if (p <= q) i++;
    if (q <= p) j++;
  }
  return common / (x.length + y.length - common);
}

/** All pairs of texts by brute force. O(texts² × length). */
export function labelled(texts: readonly string[]): Label[] {
  const sets = shingleSets(texts);
  return sets.flatMap((x, a) => sets.slice(a + 1).map((y, at) => ({ a, b: a + 1 + at, jaccard: exactJaccard(x, y) })));
}

export interface Verdict extends Label {
  readonly candidate: boolean;
  readonly dropped: boolean;
}

interface Choice {
  readonly algorithm: 'one-permutation' | 'permutations';
  readonly bands: number;
  readonly rows: number;
  readonly threshold: number;
  readonly seed: number;
}

/** What `minhash` says of every pair: candidates agree on a band, and are dropped from the estimated threshold on. */
export async function verdicts(texts: readonly string[], labels: readonly Label[], choice: Choice): Promise<Verdict[]> {
  const shape = sketchShape(choice.bands, choice.rows);
  const signer = await minhash.createSigner(minhash.options.parse({ ...choice, shingle: SHINGLE }));
  const sketches = new Uint32Array(texts.length * shape.words);
  const hashes = texts.map((text, at) => {
    signer.sign(text, sketches, at * shape.words);
    const bands = new Uint32Array(shape.bands);
    bandHashes(sketches, at * shape.words, shape, bands);
    return bands;
  });
  const needed = leastAgreement(choice.threshold, shape);
  return labels.map((label) => {
    const [x, y] = [hashes[label.a], hashes[label.b]];
    const candidate = x?.some((hash, band) => hash === y?.[band]) ?? false;
    const agreeing = agreement(sketches, label.a * shape.words, sketches, label.b * shape.words, shape);
    return { ...label, candidate, dropped: candidate && agreeing >= needed };
  });
}

/** The same decided by ideal sketches: values that agree independently with the probability that theory gives. */
export function ideal(labels: readonly Label[], choice: Omit<Choice, 'algorithm'>): Verdict[] {
  const random = new Random(choice.seed);
  const shape = sketchShape(choice.bands, choice.rows);
  return labels.map((label) => {
    const p = label.jaccard + (1 - label.jaccard) * 2 ** -shape.bits;
    let agreeing = 0;
    let candidate = false;
    for (let band = 0; band < choice.bands; band++) {
      let inBand = 0;
      for (let row = 0; row < choice.rows; row++) inBand += random.next() < p ? 1 : 0;
      agreeing += inBand;
      candidate ||= inBand === choice.rows;
    }
    return { ...label, candidate, dropped: candidate && estimateJaccard(agreeing, shape) >= choice.threshold };
  });
}

export interface Quality {
  /** Pairs at the threshold or above, and of these the share that was dropped. */
  readonly alike: number;
  readonly recall: number;
  /** Pairs that were dropped, and of these the share at the threshold or above. */
  readonly dropped: number;
  readonly precision: number;
}

export function qualityOf(all: readonly Verdict[], threshold: number): Quality {
  const alike = all.filter(({ jaccard }) => jaccard >= threshold);
  const dropped = all.filter((pair) => pair.dropped);
  const both = alike.filter((pair) => pair.dropped).length;
  return {
    alike: alike.length,
    recall: both / alike.length,
    dropped: dropped.length,
    precision: both / dropped.length,
  };
}

/** Markdown rows on real Japanese documents; shares are means over seeds, as one choice of hashes is one draw. */
export async function qualityTable(): Promise<string[]> {
  const [shard = ''] = await corpusShards();
  const documents = readSamples(shard).map(({ text }) => text);
  const texts = withCopies(documents.slice(0, DOCUMENTS), 10);
  const labels = labelled(texts);
  const choices: Record<string, (seed: number) => Promise<Verdict[]>> = {
    'one-permutation': (seed) => verdicts(texts, labels, { ...STANDARD, seed, algorithm: 'one-permutation' }),
    permutations: (seed) => verdicts(texts, labels, { ...STANDARD, seed, algorithm: 'permutations' }),
    // Below 0.2 a drop is less likely than 10^-9; most pairs are.
    'ideal sketches': async (seed) =>
      ideal(
        labels.filter(({ jaccard }) => jaccard > 0.2),
        { ...STANDARD, seed },
      ),
  };
  const alike = labels.filter(({ jaccard }) => jaccard >= STANDARD.threshold).length;
  const lines = [
    `${texts.length} documents, all ${labels.length} pairs labelled by exact Jaccard similarity, ${alike} of them ≥ 0.7; 14 × 8, threshold 0.7; means of ${SEEDS} seeds`,
    '',
    '| decided by | recall at ≥ 0.7 | recall at ≥ 0.8 | precision | least similar of the dropped |',
    '| --- | ---: | ---: | ---: | ---: |',
  ];
  for (const [name, decide] of Object.entries(choices)) {
    const runs: Verdict[][] = [];
    for (let seed = 1; seed <= SEEDS; seed++)
      runs.push((await decide(seed)).filter(({ dropped, jaccard }) => dropped || jaccard >= STANDARD.threshold));
    const all = runs.flat();
    const { recall, precision } = qualityOf(all, STANDARD.threshold);
    const least = all.reduce((low, { dropped, jaccard }) => (dropped ? Math.min(low, jaccard) : low), 1);
    const shares = [recall, qualityOf(all, 0.8).recall, precision].map((share) => share.toFixed(3));
    lines.push(`| ${name} | ${shares.join(' | ')} | ${least.toFixed(2)} |`);
  }
  return lines;
}
