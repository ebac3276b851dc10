// The gate: the one place that decides, in sequence order, whether a document was seen before. It only probes tables.
import type { EarlierDocument, EarlierLookup } from '../dedup/against/earlier.ts';
import { type Agreement, type DedupIndex, NOT_SEEN, SEEN_SOMEWHERE } from '../pipeline/define.ts';
import type { Decider } from './decider.ts';

export interface GateDecision {
  /** Kept documents of the block, ascending. */
  readonly kept: number[];
  readonly duplicates: Record<string, number>;
  /** The documents that were dropped, ascending. */
  readonly matches: readonly Match[];
}

/** A duplicate of the block, and what it repeats. */
export interface Match extends Duplicate {
  /** Index in the block. */
  readonly document: number;
}

export type Decided =
  /** Kept, as the run's document of this number. */
  | { readonly kept: number }
  | Duplicate
  /** The deduper `label` found it in an earlier run. */
  | { readonly label: string; readonly deduper: number; readonly before: EarlierDocument };

/** The deduper `label`, number `deduper` of the gate's, found the kept document of the number `earlier`, or one that it keeps no number of (SEEN_SOMEWHERE). */
export interface Duplicate {
  readonly label: string;
  readonly deduper: number;
  readonly earlier: number;
  readonly agreement: Agreement;
}

export interface LabelledIndex {
  readonly label: string;
  readonly index: DedupIndex;
  /** The runs before this one, where the pipeline names any. */
  readonly before?: EarlierLookup | undefined;
}

/** Documents whose table lines are fetched together: few enough that they are still in the cache when they are looked at. */
const TOUCHED = 256;

export class Gate implements Decider {
  readonly words: number;
  readonly #indexes: readonly LabelledIndex[];
  #admitted = 0;
  /** Signatures admitted since the last commit, for the journal. */
  #pending: Uint32Array = new Uint32Array(4096);
  #pendingWords = 0;

  readonly earlier: readonly string[];

  /** `earlier`: fingerprints of the runs before. */
  constructor(indexes: readonly LabelledIndex[], earlier: readonly string[] = []) {
    this.#indexes = indexes;
    this.earlier = earlier;
    this.words = indexes.reduce((sum, { index }) => sum + index.words, 0);
  }

  /** Documents admitted over the whole run. */
  get admitted(): number {
    return this.#admitted;
  }

  /** Bytes of memory of all indexes. */
  get bytes(): number {
    return this.#indexes.reduce((sum, { index }) => sum + index.bytes, 0);
  }

  get indexes(): readonly LabelledIndex[] {
    return this.#indexes;
  }

  /** Checks made by the indexes since the gate was opened, by `<deduper>.<name>`. */
  get counts(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const { label, index } of this.#indexes)
      for (const [name, count] of Object.entries(index.counts ?? {})) counts[`${label}.${name}`] = count;
    return counts;
  }

  /** Makes room for `documents` more; to be called before `decide`. Throws MemoryError when an index is full. */
  async settle(documents: number): Promise<void> {
    for (const { index } of this.#indexes) await index.settle?.(documents);
  }

  close(): void {
    for (const { index } of this.#indexes) index.close?.();
  }

  get pendingBytes(): number {
    return this.#pendingWords * 4;
  }

  /** Decides about the `count` documents of one block, in order. (signatures: count × words) */
  decide(count: number, signatures: Uint32Array): GateDecision {
    const kept: number[] = [];
    const duplicates: Record<string, number> = {};
    const matches: Match[] = [];
    for (let document = 0; document < count; document++) {
      if (document % TOUCHED === 0) this.#touch(Math.min(TOUCHED, count - document), signatures, document * this.words);
      const row = document * this.words;
      const decided = this.decideOne(signatures, row);
      if ('kept' in decided) {
        this.#remember(signatures, row);
        kept.push(document);
      } else {
        const reason = `${decided.label}.${'before' in decided ? 'earlier-run' : 'duplicate'}`;
        duplicates[reason] = (duplicates[reason] ?? 0) + 1;
        const { label, deduper } = decided;
        matches.push(
          'before' in decided
            ? { document, label, deduper, earlier: SEEN_SOMEWHERE, agreement: {} }
            : { document, ...decided },
        );
      }
    }
    return { kept, duplicates, matches };
  }

  /** Decides about the next document, without remembering it for the journal. (signatures from `row`: words) */
  decideOne(signatures: Uint32Array, row: number): Decided {
    let at = row;
    for (const [deduper, { label, index, before }] of this.#indexes.entries()) {
      const earlier = index.find(signatures, at);
      if (earlier !== NOT_SEEN) {
        const agreement = earlier < 0 ? {} : (index.agreement?.(signatures, at, earlier) ?? {});
        return { label, deduper, earlier, agreement };
      }
      const found = before?.find(signatures, at);
      if (found !== undefined) return { label, deduper, before: found };
      at += index.words;
    }
    this.#admit(signatures, row);
    return { kept: this.#admitted - 1 };
  }

  /** Rebuilds the indexes from journalled signatures. */
  restore(signatures: Uint32Array, documents: number): void {
    for (let document = 0; document < documents; document++) this.#admit(signatures, document * this.words);
  }

  /** Signatures since the call before; the journal takes them over. */
  takePending(): Uint32Array {
    const taken = this.#pending.slice(0, this.#pendingWords);
    this.#pendingWords = 0;
    return taken;
  }

  #touch(count: number, signatures: Uint32Array, from: number): void {
    let at = from;
    for (const { index } of this.#indexes) {
      index.touch?.(signatures, count, this.words, at);
      at += index.words;
    }
  }

  #admit(signatures: Uint32Array, row: number): void {
    let at = row;
    for (const { index } of this.#indexes) {
      index.admit(signatures, at, this.#admitted);
      at += index.words;
    }
    this.#admitted++;
  }

  #remember(signatures: Uint32Array, row: number): void {
    const needed = this.#pendingWords + this.words;
    if (needed > this.#pending.length) {
      const grown = new Uint32Array(Math.max(needed, this.#pending.length * 2));
      grown.set(this.#pending.subarray(0, this.#pendingWords));
      this.#pending = grown;
    }
    // A loop: for so few words a view costs more than the copy.
    for (let word = 0; word < this.words; word++)
      this.#pending[this.#pendingWords + word] = signatures[row + word] ?? 0;
    this.#pendingWords = needed;
  }
}
