// A document as token numbers, and lists of them as checkpoints hold them.
import { z } from 'zod';

export interface TokenDocument {
  /** Its number among the run's kept documents. */
  readonly number: number;
  /** `source/shard#ordinal`. */
  readonly id: string;
  readonly source: string;
  readonly url?: string | undefined;
  /** The end of document included. */
  readonly tokens: Int32Array;
}

/** A document of a checkpoint: its tokens stand in an array of all. */
export const documentRow = z.tuple([z.int(), z.string(), z.string(), z.string().nullable(), z.int().nonnegative()]);
/** Number, id, source, URL, tokens. */
export type DocumentRow = z.output<typeof documentRow>;

/** Takes documents apart into rows and one list of their tokens. */
export class TokenWriter {
  readonly #parts: Int32Array[] = [];

  rows(documents: Iterable<TokenDocument>): DocumentRow[] {
    return Array.from(documents, ({ number, id, source, url, tokens }): DocumentRow => {
      this.#parts.push(tokens);
      return [number, id, source, url ?? null, tokens.length];
    });
  }

  /** Tokens of all rows so far, in order. */
  tokens(): Int32Array {
    const all = new Int32Array(this.#parts.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const part of this.#parts) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  }
}

/** Puts documents together again, in the order in which `TokenWriter` took them apart. */
export class TokenReader {
  readonly #tokens: Int32Array;
  #at = 0;

  constructor(tokens: Int32Array) {
    this.#tokens = tokens;
  }

  documents(rows: readonly DocumentRow[]): TokenDocument[] {
    return rows.map(([number, id, source, url, length]) => {
      const tokens = this.#tokens.slice(this.#at, this.#at + length);
      this.#at += length;
      return { number, id, source, ...(url === null ? {} : { url }), tokens };
    });
  }
}
