// Packs documents end to end into sequences of one length, losing and doubling no token.
import type { TokenDocument } from './batches/token-document.ts';

/** What a sequence has of a document. */
export interface SequenceDocument {
  readonly number: number;
  /** `source/shard#ordinal`. */
  readonly id: string;
  readonly source: string;
  readonly url?: string | undefined;
  /** `inputs[start … end)` are the document's. The last one may be empty: only the last target is its. */
  readonly start: number;
  readonly end: number;
}

/** A training example: `inputs[i]` predicts `targets[i]`. */
export interface Sequence {
  /** (context) */
  readonly inputs: Int32Array;
  /** (context): `inputs` moved by one token. */
  readonly targets: Int32Array;
  /** (context): which document of the sequence a token of `inputs` belongs to, 0, 1, 2, … from the left. */
  readonly segments: Int32Array;
  /** The documents that its tokens come from, in order. */
  readonly documents: readonly SequenceDocument[];
}

/** The sequence of `context + 1` tokens. */
export function sequenceOf(tokens: Int32Array, documents: readonly SequenceDocument[]): Sequence {
  const segments = new Int32Array(tokens.length - 1);
  documents.forEach(({ start, end }, index) => {
    segments.fill(index, start, end);
  });
  return { inputs: tokens.slice(0, -1), targets: tokens.slice(1), segments, documents };
}

/** What a step learns from: `segments` only where documents must not see each other. */
export type Shown = Pick<Sequence, 'inputs' | 'targets'> & Partial<Pick<Sequence, 'segments'>>;

export function shown(
  { inputs, targets, segments }: Sequence,
  attention: 'across-documents' | 'within-documents',
): Shown {
  return attention === 'within-documents' ? { inputs, targets, segments } : { inputs, targets };
}

/**
 * Documents in, sequences out. A sequence takes `context + 1` tokens and gives the last one back, because it is the next
 * one's first input: every token but the first is predicted exactly once. Memory: the documents that wait.
 */
export class Packer {
  readonly #context: number;
  #waiting: TokenDocument[];
  /** Tokens of the first waiting document that are used up. */
  #at = 0;
  #tokens: number;

  /** `waiting`: what `state` gave. */
  constructor(context: number, waiting: readonly TokenDocument[] = []) {
    this.#context = context;
    this.#waiting = [...waiting];
    this.#tokens = waiting.reduce((sum, { tokens }) => sum + tokens.length, 0);
  }

  /** Adds a document with its end. */
  add(document: TokenDocument): void {
    this.#waiting.push(document);
    this.#tokens += document.tokens.length;
  }

  /** Full sequences that `take` would give now. */
  get ready(): number {
    return Math.max(0, Math.floor((this.#tokens - 1) / this.#context));
  }

  /** The next full sequence, or undefined until more documents come. O(context). */
  take(): Sequence | undefined {
    const length = this.#context + 1;
    if (this.#tokens < length) return undefined;
    const tokens = new Int32Array(length);
    const documents: SequenceDocument[] = [];
    let first = 0;
    let from = this.#at;
    for (let filled = 0; filled < length; ) {
      const document = this.#waiting[documents.length];
      if (document === undefined) throw new Error('the packer counted tokens that it has not');
      const part = document.tokens.subarray(from, from + length - filled);
      tokens.set(part, filled);
      // The last token is the next sequence's first input.
      const end = Math.min(filled + part.length, this.#context);
      const used = from + end - filled;
      const isUsedUp = used === document.tokens.length;
      first = documents.length + (isUsedUp ? 1 : 0);
      this.#at = isUsedUp ? 0 : used;
      const { number, id, source, url } = document;
      documents.push({ number, id, source, ...(url === undefined ? {} : { url }), start: filled, end });
      filled += part.length;
      from = 0;
    }
    this.#waiting = this.#waiting.slice(first);
    this.#tokens -= this.#context;
    return sequenceOf(tokens, documents);
  }

  /** What fills no sequence yet: documents with the tokens that are left of them. */
  get state(): TokenDocument[] {
    return this.#waiting.map((document, index) =>
      index === 0 ? { ...document, tokens: document.tokens.slice(this.#at) } : document,
    );
  }
}
