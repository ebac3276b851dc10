// How similar a corpus' documents are to each other, and what choices of bands and rows would drop of them.
import { agreement, estimateJaccard, sketchShape } from '../dedup/index/sketch.ts';
import { minhash } from '../dedup/minhash.ts';
import { readRecords } from '../engine/read-records.ts';
import type { Context } from '../pipeline/define.ts';
import type { Plan } from '../pipeline/plan.ts';
import { Random } from '../trainer/random.ts';
import { type Choice, dropChance, dropChances, halfPoint, type Pair } from './s-curve.ts';
import { createTracer } from './trace.ts';

export interface TuneOptions {
  /** Documents to compare with each other. */
  readonly documents: number;
  /** Records to choose them from, shared evenly among the sources, from the beginning of each. */
  readonly read: number;
  readonly seed: number;
  readonly choices: readonly Choice[];
}

/** `from` ≤ similarity < `from + 1 / BINS`; the last holds 1 too. */
export interface Bin {
  readonly from: number;
  readonly pairs: number;
  /** Documents whose nearest earlier one is so similar. */
  readonly nearest: number;
}

export interface ChoiceResult extends Choice {
  /** The similarity at which half the pairs become candidates. */
  readonly half: number;
  /** Expected number of documents dropped. */
  readonly dropped: number;
  /** Of those, how many have no earlier document at `threshold` or above. */
  readonly wrongly: number;
  /** Documents with an earlier one at `threshold` or above that stay all the same. */
  readonly missed: number;
}

export interface Tuning {
  readonly documents: number;
  readonly read: number;
  readonly threshold: number;
  readonly shingle: number;
  readonly bins: readonly Bin[];
  readonly choices: readonly ChoiceResult[];
}

export const BINS = 20;
/** 256 values of 16 bits: an estimate has a standard deviation of at most 0.031. */
const SKETCH = sketchShape(128, 2);
/** Pairs below are none that any choice would drop; there are too many of them to hold. */
const LEAST = 0.1;

/** Reads, filters, and compares each document with each: quadratic in `documents`, 5,000 take some seconds. */
export async function tune(plan: Plan, context: Context, options: TuneOptions): Promise<Tuning> {
  const own = plan.dedupers.find(({ name }) => name === 'minhash');
  const given = minhash.options.parse(own?.options ?? {});
  const { texts, read } = await sampled(plan, context, options);
  const sketches = await sketchesOf(texts, { ...given, bands: SKETCH.bands, rows: SKETCH.rows });
  const { pairs, bins } = compared(texts.length, sketches);
  const all = [{ bands: given.bands, rows: given.rows }, ...options.choices].filter(
    ({ bands, rows }, index, list) => list.findIndex((one) => one.bands === bands && one.rows === rows) === index,
  );
  const { threshold, shingle } = given;
  const choices = all.map((choice) => judged(texts.length, pairs, choice, threshold));
  return { documents: texts.length, read, threshold, shingle, bins, choices };
}

/** Kept documents of the first records of each source, as many as wanted, each as likely (Vitter 1985), in reading order. */
async function sampled(
  plan: Plan,
  context: Context,
  { documents, read: wanted, seed }: TuneOptions,
): Promise<{ texts: string[]; read: number }> {
  const tracer = await createTracer(plan);
  const random = new Random(seed);
  const held: { text: string; number: number }[] = [];
  const share = Math.ceil(Math.max(wanted, documents) / plan.sources.length);
  let read = 0;
  let kept = 0;
  for (const source of plan.sources) {
    let own = 0;
    for await (const record of readRecords({ ...plan, sources: [source] }, context)) {
      if (record.kind === 'skipped') continue;
      read++;
      own++;
      const trace = record.kind === 'document' ? tracer.filter(record.document) : undefined;
      if (trace?.outcome.decision === 'keep') {
        const one = { text: trace.text, number: kept++ };
        if (held.length < documents) held.push(one);
        else {
          const place = Math.floor(random.next() * kept);
          if (place < documents) held[place] = one;
        }
      }
      if (own >= share) break;
    }
  }
  return { texts: held.sort((a, b) => a.number - b.number).map(({ text }) => text), read };
}

/** (texts × SKETCH.words) */
async function sketchesOf(
  texts: readonly string[],
  options: Parameters<typeof minhash.createSigner>[0],
): Promise<Uint32Array> {
  const signer = await minhash.createSigner(options);
  const sketches = new Uint32Array(texts.length * signer.words);
  for (const [index, text] of texts.entries()) signer.sign(text, sketches, index * signer.words);
  return sketches;
}

function compared(documents: number, sketches: Uint32Array): { pairs: Pair[]; bins: Bin[] } {
  const pairs: Pair[] = [];
  const inBin = new Float64Array(BINS);
  const nearestIn = new Float64Array(BINS);
  const binOf = (similarity: number): number => Math.min(BINS - 1, Math.floor(similarity * BINS));
  for (let later = 0; later < documents; later++) {
    let nearest = 0;
    for (let earlier = 0; earlier < later; earlier++) {
      const agreeing = agreement(sketches, earlier * SKETCH.words, sketches, later * SKETCH.words, SKETCH);
      const similarity = Math.max(0, estimateJaccard(agreeing, SKETCH));
      const bin = binOf(similarity);
      inBin[bin] = (inBin[bin] ?? 0) + 1;
      nearest = Math.max(nearest, similarity);
      if (similarity >= LEAST) pairs.push({ earlier, later, similarity });
    }
    const bin = binOf(nearest);
    nearestIn[bin] = (nearestIn[bin] ?? 0) + 1;
  }
  const bins = Array.from(inBin, (count, bin) => ({ from: bin / BINS, pairs: count, nearest: nearestIn[bin] ?? 0 }));
  return { pairs, bins };
}

function judged(documents: number, pairs: readonly Pair[], choice: Choice, threshold: number): ChoiceResult {
  const chances = dropChances(documents, pairs, dropChance(choice, threshold));
  const similar = new Uint8Array(documents);
  for (const { later, similarity } of pairs) if (similarity >= threshold) similar[later] = 1;
  let [dropped, wrongly, missed] = [0, 0, 0];
  for (const [document, chance] of chances.entries()) {
    dropped += chance;
    if (similar[document] === 1) missed += 1 - chance;
    else wrongly += chance;
  }
  return { ...choice, half: halfPoint(choice), dropped, wrongly, missed };
}
