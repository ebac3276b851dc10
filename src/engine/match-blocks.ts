// What became of one block's documents at the gate, as few bytes: which were kept, and which repeat what.
import { VarintReader, VarintWriter } from './varint.ts';

/** One document that the gate saw. */
export type Fate =
  | { readonly ordinal: number; readonly kept: number }
  | {
      readonly ordinal: number;
      /** Number of the kept document that it repeats. */
      readonly earlier: number;
      /** Index of the deduper in the plan. */
      readonly deduper: number;
      readonly band: number | undefined;
      /** Estimated Jaccard similarity in steps of 1/254, where the deduper knows it. */
      readonly similarity: number | undefined;
    };

export interface MatchBlock {
  /** Index in the run's list of shards. */
  readonly shard: number;
  /** How many documents the run had kept before the block. */
  readonly number: number;
  /** In order; ordinals grow. */
  readonly fates: readonly Fate[];
}

const SIMILARITY_STEPS = 254;

/**
 * Numbers are LEB128: shard, number, count; then for each document twice the distance to the ordinal before (plus one for
 * a duplicate), and for a duplicate the distance back to the earlier number, deduper, band + 1 (0: none) and one byte of
 * similarity (0: unknown, else 1 + 254 · similarity). About 1 byte for a kept document, 7 for a duplicate.
 */
export function encodeMatches({ shard, number, fates }: MatchBlock): Uint8Array {
  const out = new VarintWriter();
  out.number(shard);
  out.number(number);
  out.number(fates.length);
  let next = number;
  let ordinal = 0;
  for (const fate of fates) {
    const distance = fate.ordinal - ordinal;
    ordinal = fate.ordinal;
    if ('kept' in fate) {
      out.number(2 * distance);
      next++;
      continue;
    }
    out.number(2 * distance + 1);
    out.number(next - fate.earlier);
    out.number(fate.deduper);
    out.number(fate.band === undefined ? 0 : fate.band + 1);
    out.byte(fate.similarity === undefined ? 0 : 1 + Math.round(SIMILARITY_STEPS * fate.similarity));
  }
  return out.taken();
}

export function decodeMatches(bytes: Uint8Array): MatchBlock {
  const from = new VarintReader(bytes);
  const [shard, number, count] = [from.number(), from.number(), from.number()];
  const fates: Fate[] = [];
  let next = number;
  let ordinal = 0;
  for (let document = 0; document < count; document++) {
    const head = from.number();
    ordinal += Math.floor(head / 2);
    if (head % 2 === 0) {
      fates.push({ ordinal, kept: next++ });
      continue;
    }
    const earlier = next - from.number();
    const deduper = from.number();
    const band = from.number();
    const similarity = from.byte();
    fates.push({
      ordinal,
      earlier,
      deduper,
      band: band === 0 ? undefined : band - 1,
      similarity: similarity === 0 ? undefined : (similarity - 1) / SIMILARITY_STEPS,
    });
  }
  return { shard, number, fates };
}
