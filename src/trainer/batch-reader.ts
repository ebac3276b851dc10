// Documents in, batches of sequences out: held-out documents left aside, commands answered while training waits.
import type { Documents, NumberedDocument } from './documents.ts';
import { isHeldOut } from './held-out.ts';
import type { TrainerOptions } from './options.ts';
import { Packer, type PackerState, type Sequence } from './packing.ts';
import type { BpeTokenizer } from './tokenizer/bpe.ts';

export interface BatchReaderParts {
  readonly options: TrainerOptions;
  readonly documents: Documents;
  readonly tokenizer: BpeTokenizer;
  /** Read already, not yet trained on. */
  readonly first: NumberedDocument[];
  /** Number of the next document to take. */
  readonly from: number;
  readonly packer: PackerState;
  /** Called for each document that goes into batches. */
  onDocument(document: NumberedDocument): void;
  /** Called for each that is never trained on. */
  onHeldOut(document: NumberedDocument): void;
}

export class BatchReader {
  readonly #parts: BatchReaderParts;
  readonly #packer: Packer;
  #taken: number;

  constructor(parts: BatchReaderParts) {
    this.#parts = parts;
    this.#packer = new Packer(parts.options.model.context, parts.tokenizer.endOfDocument, parts.packer);
    this.#taken = parts.from;
  }

  /** Number of the next document to ask the feed for. */
  get taken(): number {
    return this.#taken;
  }

  get packer(): PackerState {
    return this.#packer.state;
  }

  /** The next sequences, fewer than a batch only at the end of the corpus; `asked` when a command came meanwhile. */
  async next(): Promise<Sequence[] | 'asked'> {
    const { options, tokenizer, first, documents } = this.#parts;
    while (this.#packer.ready < options.batch) {
      const ahead = first.shift();
      const next = ahead === undefined ? await documents.next() : { document: ahead };
      if (next === 'end') break;
      if (next === 'asked') return 'asked';
      const { document } = next;
      this.#taken = document.number + 1;
      if (isHeldOut(document.id, options.heldOut)) {
        this.#parts.onHeldOut(document);
        continue;
      }
      this.#packer.add(document.number, tokenizer.encode(document.text));
      this.#parts.onDocument(document);
    }
    const batch: Sequence[] = [];
    while (batch.length < options.batch) {
      const sequence = this.#packer.take();
      if (sequence === undefined) break;
      batch.push(sequence);
    }
    return batch;
  }
}
