// Packs documents end to end into sequences of one length, losing and doubling no token.

/** A training example: `inputs[i]` predicts `targets[i]`. */
export interface Sequence {
  /** (context) */
  readonly inputs: Int32Array;
  /** (context): `inputs` moved by one token. */
  readonly targets: Int32Array;
  /** Numbers of the first and the last document that its tokens come from. */
  readonly documents: readonly [number, number];
}

export interface PackerState {
  /** Tokens that fill no sequence yet. */
  tokens: number[];
  /** For each run of tokens of one document: its number and how many of its tokens are left. */
  documents: [number, number][];
}

/**
 * Documents in, sequences out. A sequence takes `context + 1` tokens and gives the last one back, because it is the next
 * one's first input: every token but the first is predicted exactly once. Memory: the longest document and one sequence.
 */
export class Packer {
  readonly #context: number;
  readonly #endOfDocument: number;
  #tokens: number[];
  #at = 0;
  #documents: [number, number][];

  constructor(context: number, endOfDocument: number, state: PackerState = { tokens: [], documents: [] }) {
    this.#context = context;
    this.#endOfDocument = endOfDocument;
    this.#tokens = [...state.tokens];
    this.#documents = state.documents.map(([number, left]) => [number, left]);
  }

  /** Adds a document and its end. */
  add(number: number, tokens: readonly number[]): void {
    if (this.#at > 0) {
      this.#tokens = this.#tokens.slice(this.#at);
      this.#at = 0;
    }
    for (const token of tokens) this.#tokens.push(token);
    this.#tokens.push(this.#endOfDocument);
    this.#documents.push([number, tokens.length + 1]);
  }

  /** Full sequences that `take` would give now. */
  get ready(): number {
    return Math.max(0, Math.floor((this.#tokens.length - this.#at - 1) / this.#context));
  }

  /** The next full sequence, or undefined until more documents come. */
  take(): Sequence | undefined {
    const end = this.#at + this.#context + 1;
    if (this.#tokens.length < end) return undefined;
    const tokens = Int32Array.from(this.#tokens.slice(this.#at, end));
    const first = this.#documents[0]?.[0] ?? 0;
    let last = first;
    let covered = 0;
    for (const [number, left] of this.#documents) {
      if (covered >= this.#context + 1) break;
      covered += left;
      last = number;
    }
    this.#at += this.#context;
    for (let spent = this.#context; spent > 0; ) {
      const run = this.#documents[0];
      if (run === undefined) break;
      const taken = Math.min(run[1], spent);
      spent -= taken;
      run[1] -= taken;
      if (run[1] === 0) this.#documents.shift();
    }
    return { inputs: tokens.slice(0, -1), targets: tokens.slice(1), documents: [first, last] };
  }

  get state(): PackerState {
    return { tokens: this.#tokens.slice(this.#at), documents: this.#documents.map(([number, left]) => [number, left]) };
  }
}
