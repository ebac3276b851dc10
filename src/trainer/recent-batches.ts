// The batches trained on last, and the documents they came from: what a rescue trains again, and what blame looks into.
import type { NumberedDocument } from './documents.ts';
import type { Sequence } from './packing.ts';

/** The batch of one step. */
export interface StepBatch {
  /** The step that trained on it, from 1. */
  readonly step: number;
  readonly sequences: readonly Sequence[];
}

/** Numbers of the documents that a sequence has tokens of. */
export const documentNumbers = ({ documents }: Sequence): number[] => documents.map(({ number }) => number);

/** Memory of a sequence: three arrays of 4-byte numbers. */
const bytesOfBatch = ({ sequences }: StepBatch): number =>
  sequences.reduce((sum, { inputs }) => sum + 12 * inputs.length, 0);

/** A text longer than this share of the limit is cut: one document must not push all others out. */
const LONGEST_SHARE = 1 / 8;

/**
 * A ring: batches hold at most `limit` bytes, and so do the documents' texts, the least recently used leaving first. Both
 * are functions of what was added alone, so that a resumed training holds the same.
 */
export class RecentBatches {
  readonly #limit: number;
  readonly #documents = new Map<number, NumberedDocument>();
  #textBytes = 0;
  #batches: StepBatch[] = [];
  #batchBytes = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get batches(): readonly StepBatch[] {
    return this.#batches;
  }

  get documents(): readonly NumberedDocument[] {
    return [...this.#documents.values()];
  }

  /** A document that later batches will have tokens of. */
  note(document: NumberedDocument): void {
    // Two bytes a UTF-16 unit at most.
    const longest = Math.floor((this.#limit * LONGEST_SHARE) / 2);
    const text = document.text.length <= longest ? document.text : document.text.slice(0, longest);
    this.#put({ ...document, text });
    this.#evictDocuments();
  }

  /** A batch that was trained on. */
  add(batch: StepBatch): void {
    this.#batches.push(batch);
    this.#batchBytes += bytesOfBatch(batch);
    for (
      let first = this.#batches[0];
      this.#batchBytes > this.#limit && first !== undefined;
      first = this.#batches[0]
    ) {
      this.#batchBytes -= bytesOfBatch(first);
      this.#batches.shift();
    }
    for (const number of batch.sequences.flatMap(documentNumbers)) {
      const document = this.#documents.get(number);
      if (document !== undefined) this.#put(document);
    }
  }

  /** Forgets the batches after `step` and returns those that it still had, in order. */
  rewind(step: number): StepBatch[] {
    const after = this.#batches.filter((batch) => batch.step > step);
    this.#batches = this.#batches.filter((batch) => batch.step <= step);
    this.#batchBytes = this.#batches.reduce((sum, batch) => sum + bytesOfBatch(batch), 0);
    return after;
  }

  /** Those documents of a batch whose text is still held. */
  documentsOf({ sequences }: Pick<StepBatch, 'sequences'>): NumberedDocument[] {
    const numbers = new Set(sequences.flatMap(documentNumbers));
    return [...numbers].flatMap((number) => this.#documents.get(number) ?? []);
  }

  #put(document: NumberedDocument): void {
    const before = this.#documents.get(document.number);
    if (before !== undefined) this.#textBytes -= 2 * before.text.length;
    this.#documents.delete(document.number);
    this.#documents.set(document.number, document);
    this.#textBytes += 2 * document.text.length;
  }

  #evictDocuments(): void {
    for (const [number, { text }] of this.#documents) {
      if (this.#textBytes <= this.#limit) return;
      this.#documents.delete(number);
      this.#textBytes -= 2 * text.length;
    }
  }
}
