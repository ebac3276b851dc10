// The gate of the first pass of the global mode: keeps every document, and remembers its signatures and its shard.
import type { EarlierLookup } from '../dedup/against/earlier.ts';
import { EXTRA_WORDS, MAX_SHARDS, packExtra } from '../dedup/global/rows.ts';
import { PipelineError } from '../errors.ts';
import type { BlockFacts, Decider } from './decider.ts';
import type { GateDecision } from './gate.ts';
import { WordBuffer } from './word-buffer.ts';

/** One deduper's part of the signatures. */
export interface CollectedPart {
  readonly words: number;
  readonly before?: EarlierLookup | undefined;
}

/** u32 words that an entry holds of a block, after its rows: documents, print. */
export const FACT_WORDS = 2;

/** Rows are numbered with 32 bits. */
const MAX_ROWS = 2 ** 32 - 1;

export class Collector implements Decider {
  readonly words: number;
  readonly bytes = 0;
  readonly indexes = [];
  readonly counts = {};
  readonly #parts: readonly CollectedPart[];
  readonly #rows = new WordBuffer();
  readonly #facts = new WordBuffer();
  #admitted = 0;

  readonly earlier: readonly string[];

  /** `earlier`: fingerprints of the runs before. */
  constructor(parts: readonly CollectedPart[], earlier: readonly string[] = []) {
    this.#parts = parts;
    this.earlier = earlier;
    this.words = parts.reduce((sum, { words }) => sum + words, 0);
  }

  get admitted(): number {
    return this.#admitted;
  }

  get pendingBytes(): number {
    return 4 * (this.#rows.length + this.#facts.length);
  }

  decide(count: number, signatures: Uint32Array, { shard, print }: BlockFacts): GateDecision {
    if (shard >= MAX_SHARDS || this.#admitted + count > MAX_ROWS) throw tooMany(shard >= MAX_SHARDS);
    for (let document = 0; document < count; document++) {
      const at = document * this.words;
      this.#rows.push(signatures.subarray(at, at + this.words));
      this.#rows.pushWord(packExtra(shard, this.#markOf(signatures, at)));
    }
    this.#facts.pushWord(count);
    this.#facts.pushWord(print);
    this.#admitted += count;
    return { kept: Array.from({ length: count }, (_, document) => document), duplicates: {}, matches: [] };
  }

  async settle(): Promise<void> {}

  close(): void {}

  restore(_signatures: Uint32Array, documents: number): void {
    this.#admitted += documents;
  }

  /** Rows of (words + EXTRA_WORDS), then FACT_WORDS a block. */
  takePending(): Uint32Array {
    const rows = this.#rows.take();
    const facts = this.#facts.take();
    const taken = new Uint32Array(rows.length + facts.length);
    taken.set(rows);
    taken.set(facts, rows.length);
    return taken;
  }

  #markOf(signatures: Uint32Array, row: number): number {
    let at = row;
    for (const [number, { words, before }] of this.#parts.entries()) {
      if (before?.find(signatures, at) !== undefined) return number + 1;
      at += words;
    }
    return 0;
  }
}

/** Words of one row in the journal. */
export const rowWords = (words: number): number => words + EXTRA_WORDS;

const tooMany = (isShards: boolean): PipelineError =>
  new PipelineError(
    isShards
      ? `The global mode numbers shards with 24 bits: at most ${MAX_SHARDS}.`
      : `The global mode numbers documents with 32 bits: at most ${MAX_ROWS}.`,
    { code: 'dedup.too_many', fix: 'Divide the corpus, and deduplicate each part `against:` those before it.' },
  );
