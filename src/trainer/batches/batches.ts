// From encoded documents to batches: held-out ones left out, epochs, mixture, shuffle, packing; and where all of it stands.
import { z } from 'zod';
import { Packer, type Sequence } from '../packing.ts';
import { Mixture, type OnSilent, type SourceState } from './mixture.ts';
import { Shuffle } from './shuffle.ts';
import { documentRow, type TokenDocument, TokenReader, TokenWriter } from './token-document.ts';
import type { TokenStore } from './token-store.ts';

/** A document of the corpus, its end of document included. */
export interface EncodedDocument extends TokenDocument {
  /** Text of a document that is never trained on; such a one has no tokens. */
  readonly heldOut?: string | undefined;
}

export interface BatchParts {
  /** Needed for more than one epoch; it stands where the saved state says. */
  readonly store: TokenStore | undefined;
  readonly onSilent: OnSilent;
  /** A held-out document came by. */
  readonly onHeldOut?: ((document: Omit<TokenDocument, 'tokens'> & { text: string }) => void) | undefined;
  /** A document that the next sequences have tokens of. */
  readonly onDocument?: ((document: TokenDocument) => void) | undefined;
}

/** What gives documents in order; `asked`: something else is to be done first, nothing is lost. */
export interface EncodedDocuments {
  nextEncoded(): Promise<EncodedDocument | 'end' | 'asked'>;
}

export interface BatchOptions {
  /** Tokens in a sequence. */
  readonly context: number;
  /** Times that the corpus is gone through. */
  readonly epochs: number;
  /** Tokens in the shuffle buffer; 0 keeps the order of the corpus. */
  readonly shuffle: number;
  /** Weights of the sources' tokens; undefined takes documents as they come. */
  readonly mixture: Readonly<Record<string, number>> | undefined;
  readonly seed: number;
}

/** Tokens of documents that may wait for a source that is behind its share: 16 MB. */
const MIXTURE_TOKENS = 4_000_000;

export const batchesState = z.strictObject({
  /** Documents taken of the corpus, held-out ones included: the number of the next one. */
  documents: z.int().nonnegative(),
  /** Times that the corpus was gone through to its end. */
  epoch: z.int().nonnegative(),
  /** Durable bytes of the kept tokens, and where they are read from next. */
  store: z.strictObject({ bytes: z.int().nonnegative(), at: z.int().nonnegative() }),
  mixture: z.array(
    z.strictObject({
      source: z.string(),
      weight: z.number(),
      progress: z.number(),
      silent: z.boolean(),
      queue: z.array(documentRow),
    }),
  ),
  shuffle: z
    .strictObject({ random: z.array(z.int().nonnegative()).length(4), documents: z.array(documentRow) })
    .nullable(),
  packer: z.array(documentRow),
});
/** All that decides the batches to come, but for the tokens of the documents that wait. */
export type BatchesState = z.output<typeof batchesState>;

export interface SavedBatches {
  readonly state: BatchesState;
  /** Tokens of the documents that wait, in the order of `state`. */
  readonly tokens: Int32Array;
}

export const noBatches = (): SavedBatches => ({
  state: { documents: 0, epoch: 0, store: { bytes: 0, at: 0 }, mixture: [], shuffle: null, packer: [] },
  tokens: new Int32Array(0),
});

/**
 * A function of the documents' order, the options and the seed: batches are the same for every machine, and go on from a
 * checkpoint as if there had been no stop. Memory: the shuffle buffer, the mixture's queues and one document.
 */
export class Batches {
  readonly #documents: EncodedDocuments;
  readonly #options: BatchOptions;
  readonly #parts: BatchParts;
  readonly #store: TokenStore | undefined;
  readonly #mixture: Mixture | undefined;
  readonly #shuffle: Shuffle;
  readonly #packer: Packer;
  #read: number;
  #epoch: number;
  #storeAt: number;

  constructor(documents: EncodedDocuments, options: BatchOptions, saved: SavedBatches, parts: BatchParts) {
    this.#parts = parts;
    this.#documents = documents;
    this.#options = options;
    this.#store = parts.store;
    const { state } = saved;
    const reader = new TokenReader(saved.tokens);
    const sources = state.mixture.map(({ source, ...rest }): [string, SourceState] => [
      source,
      { ...rest, queue: reader.documents(rest.queue) },
    ]);
    if (options.mixture !== undefined) {
      this.#mixture = new Mixture(options.mixture, MIXTURE_TOKENS, parts.onSilent);
      this.#mixture.restore(new Map(sources));
    }
    this.#shuffle = new Shuffle(
      options.shuffle,
      state.shuffle === null
        ? options.seed
        : { random: state.shuffle.random, documents: reader.documents(state.shuffle.documents) },
    );
    this.#packer = new Packer(options.context, reader.documents(state.packer));
    this.#read = state.documents;
    this.#epoch = state.epoch;
    this.#storeAt = state.store.at;
  }

  /** Documents taken of the corpus: the number of the next one to ask the feed for. */
  get documents(): number {
    return this.#read;
  }

  /** Times that the corpus was gone through to its end. */
  get epoch(): number {
    return this.#epoch;
  }

  /** The next `size` sequences; fewer, or none, when documents end; `asked` when something else is to be done first. */
  async next(size: number): Promise<Sequence[] | 'asked'> {
    while (this.#packer.ready < size) {
      const document = await this.#document();
      if (document === 'asked') return 'asked';
      if (document === 'end') break;
      this.#parts.onDocument?.(document);
      this.#packer.add(document);
    }
    const batch: Sequence[] = [];
    while (batch.length < size) {
      const sequence = this.#packer.take();
      if (sequence === undefined) break;
      batch.push(sequence);
    }
    return batch;
  }

  /** The next document in the order of training. */
  async #document(): Promise<TokenDocument | 'end' | 'asked'> {
    for (;;) {
      const shuffled = this.#shuffle.take();
      if (shuffled !== undefined) return shuffled;
      const mixed = this.#mixture?.take();
      if (mixed !== undefined) {
        this.#shuffle.add(mixed);
        continue;
      }
      const next = await this.#input();
      if (next === 'asked') return next;
      if (next === 'end') return this.#rest();
      if (this.#mixture === undefined) this.#shuffle.add(next);
      else this.#mixture.add(next);
    }
  }

  #rest(): TokenDocument | 'end' {
    for (let mixed = this.#mixture?.rest(); mixed !== undefined; mixed = this.#mixture?.rest()) {
      this.#shuffle.add(mixed);
      const shuffled = this.#shuffle.take();
      if (shuffled !== undefined) return shuffled;
    }
    return this.#shuffle.rest() ?? 'end';
  }

  /** The next document to train on, of the corpus or of the kept tokens. */
  async #input(): Promise<TokenDocument | 'end' | 'asked'> {
    while (this.#epoch === 0) {
      const document = await this.#documents.nextEncoded();
      if (document === 'asked') return document;
      if (document === 'end') {
        if (this.#options.epochs === 1) return 'end';
        this.#epoch = 1;
        break;
      }
      this.#read = document.number + 1;
      if (document.heldOut !== undefined) {
        const { tokens: _, heldOut: text, ...rest } = document;
        this.#parts.onHeldOut?.({ ...rest, text });
        continue;
      }
      await this.#store?.add(document);
      return document;
    }
    return this.#kept();
  }

  async #kept(): Promise<TokenDocument | 'end'> {
    const store = this.#store;
    while (store !== undefined && store.bytes > 0 && this.#epoch < this.#options.epochs) {
      const entry = await store.read(this.#storeAt);
      if (entry !== undefined) {
        this.#storeAt = entry.next;
        return entry.document;
      }
      this.#epoch++;
      this.#storeAt = 0;
    }
    return 'end';
  }

  /** To be called at the end, whatever ended it; what was not saved is lost. */
  async close(): Promise<void> {
    await this.#store?.close();
  }

  /** Where the batches stand, kept tokens durable. */
  async save(): Promise<SavedBatches> {
    await this.#store?.sync();
    const writer = new TokenWriter();
    const mixture = Array.from(this.#mixture?.state ?? [], ([source, { queue, ...rest }]) => ({
      source,
      ...rest,
      queue: writer.rows(queue),
    }));
    const { random, documents } = this.#shuffle.state;
    const shuffle = { random: [...random], documents: writer.rows(documents) };
    const packer = writer.rows(this.#packer.state);
    const store = { bytes: this.#store?.bytes ?? 0, at: this.#storeAt };
    return {
      state: { documents: this.#read, epoch: this.#epoch, store, mixture, shuffle, packer },
      tokens: writer.tokens(),
    };
  }
}
