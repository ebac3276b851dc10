// A language model of n-grams in one file: hashed keys, log probabilities in one byte each.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { z } from 'zod';
import { errorMessage, PipelineError } from '../errors.ts';
import { firstOf, secondOf, slotOf, tagOf } from './hashes.ts';
import { LINE_END, LINE_START, Tokens } from './tokens.ts';

const MAGIC = 'SEIRYULM';
/** Bits a step of a stored log2 probability, of 0 to 31.9 bits, and of a back-off, of -16 to 15.9. */
export const STEP = 1 / 8;
export const MOST_ORDER = 9;

const headerSchema = z.strictObject({
  format: z.literal(1),
  order: z.int().min(1).max(MOST_ORDER),
  unit: z.enum(['character', 'word']),
  form: z.enum(['folded', 'plain']),
  /** `stupid`: every step down costs `alpha` bits; `stored`: each context has its own (ARPA). */
  backoff: z.enum(['stupid', 'stored']),
  alpha: z.number().min(0),
  /** Bits of a token never seen. */
  unknown: z.number().min(0),
  /** A power of two. */
  slots: z.int().min(1),
  entries: z.int().min(0),
  documents: z.int().min(0),
  tokens: z.int().min(0),
  /** Perplexities that 1 %, 2 %, … 99 % of the documents held out, or given for this, stay below. */
  quantiles: z.array(z.number()),
});
export type ModelHeader = z.output<typeof headerSchema>;

export interface ModelTables {
  /**
   * In one word, because each look-up waits for memory: 24 bits of the n-gram's second hash, never 0, and -log2 of its
   * probability in steps. 0 where the slot is free. An n-gram that is not there is taken for another once in 10^7 look-ups. (slots)
   */
  readonly grams: Uint32Array;
  /** log2 of the back-off weight in steps, plus 128; empty for `stupid`. (slots) */
  readonly backoffs: Uint8Array;
}

/** The file's bytes: magic, u32 header length, header as JSON padded to eight bytes, n-grams, back-offs. Little-endian. */
export function encodeModel(header: ModelHeader, { grams, backoffs }: ModelTables): Uint8Array[] {
  const json = Buffer.from(JSON.stringify(header));
  const padded = Buffer.alloc(8 * Math.ceil((json.length + 12) / 8) - 12, ' ');
  json.copy(padded);
  const start = Buffer.alloc(12);
  start.write(MAGIC, 'latin1');
  start.writeUInt32LE(padded.length, 8);
  return [start, padded, new Uint8Array(grams.buffer, grams.byteOffset, grams.byteLength), backoffs];
}

/** Reads a model's header, and its tables when they are asked for. Throws PipelineError `lm.file` for what is no model. */
export function readModel(path: string): { header: ModelHeader; tables(): ModelTables } {
  return {
    header: withFile(path, (file) => headerOf(path, file).header),
    tables: () => withFile(path, (file) => tablesOf(path, file)),
  };
}

function withFile<T>(path: string, use: (file: number) => T): T {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    throw wrong(path, `cannot be read: ${errorMessage(error)}`);
  }
  try {
    return use(file);
  } finally {
    closeSync(file);
  }
}

function headerOf(path: string, file: number): { header: ModelHeader; start: number } {
  const head = Buffer.alloc(12);
  readSync(file, head, 0, 12, 0);
  const length = head.readUInt32LE(8);
  if (head.toString('latin1', 0, 8) !== MAGIC || length > 1 << 20) throw wrong(path, 'is no language model of Seiryu');
  const json = Buffer.alloc(length);
  readSync(file, json, 0, length, 12);
  try {
    const header = headerSchema.parse(JSON.parse(json.toString('utf8')));
    const bytes = header.slots * (header.backoff === 'stored' ? 5 : 4);
    if (fstatSync(file).size !== 12 + length + bytes) throw new Error('it is cut short');
    return { header, start: 12 + length };
  } catch (error) {
    throw wrong(path, `is damaged: ${errorMessage(error)}`);
  }
}

function tablesOf(path: string, file: number): ModelTables {
  const { header, start } = headerOf(path, file);
  const grams = new Uint32Array(header.slots);
  const backoffs = new Uint8Array(header.backoff === 'stored' ? header.slots : 0);
  let at = start;
  for (const view of [new Uint8Array(grams.buffer), backoffs]) {
    for (let filled = 0; filled < view.length; ) {
      const read = readSync(file, view, filled, Math.min(view.length - filled, 1 << 28), at);
      if (read === 0) throw wrong(path, 'was cut while it was read');
      filled += read;
      at += read;
    }
  }
  return { grams, backoffs };
}

const wrong = (path: string, what: string): PipelineError =>
  new PipelineError(`The language model ${path} ${what}.`, {
    code: 'lm.file',
    fix: 'Make one with `seiryu lm`, and give its path relative to the folder of the pipeline file.',
  });

/** Measures texts with a model. Holds scratch space: one a worker. */
export class Scorer {
  readonly #header: ModelHeader;
  readonly #tables: ModelTables;
  readonly #tokens: Tokens;
  readonly #shift: number;
  readonly #first = new Int32Array(MOST_ORDER + 1);
  readonly #second = new Int32Array(MOST_ORDER + 1);

  constructor(header: ModelHeader, tables: ModelTables) {
    this.#header = header;
    this.#tables = tables;
    this.#tokens = new Tokens(header.unit, header.form);
    this.#shift = Math.clz32(header.slots - 1);
  }

  /**
   * 2 to the mean bits of a token, over the first `limit` UTF-16 units of the text, line ends included; infinite for a
   * text without tokens. Linear: at most `order` look-ups a token.
   */
  perplexity(text: string, limit: number): number {
    const { values, length } = this.#tokens.of(text, limit);
    return length === 0 ? Number.POSITIVE_INFINITY : 2 ** (this.#bits(values, length) / length);
  }

  #bits(values: Uint32Array, length: number): number {
    const { order, alpha, unknown } = this.#header;
    const isStored = this.#header.backoff === 'stored';
    const grams = this.#tables.grams;
    const [first, second] = [this.#first, this.#second];
    let bits = 0;
    // Contexts of 0 … `known` tokens stand in first[k] and second[k]; `given` tokens of the line came before.
    let [known, given] = [this.#startLine(), 1];
    for (let at = 0; at < length; at++) {
      const token = values[at] ?? 0;
      let size = known;
      let slot = -1;
      for (; size >= 0; size--) {
        slot = this.#find(firstOf(first[size] ?? 0, token), secondOf(second[size] ?? 0, token));
        if (slot >= 0) break;
        if (isStored && size > 0) bits -= this.#backoff(first[size] ?? 0, second[size] ?? 0);
      }
      if (!isStored) bits += alpha * (Math.min(order - 1, given) - Math.max(0, size));
      bits += slot >= 0 ? ((grams[slot] ?? 0) & 0xff) * STEP : unknown;
      if (token === LINE_END) {
        [known, given] = [this.#startLine(), 1];
        continue;
      }
      // An n-gram can be known only where its beginning is: no longer context can match next.
      known = Math.min(order - 1, size + 1);
      given++;
      for (let k = known; k > 0; k--) {
        first[k] = firstOf(first[k - 1] ?? 0, token);
        second[k] = secondOf(second[k - 1] ?? 0, token);
      }
    }
    return bits;
  }

  #startLine(): number {
    this.#first[1] = firstOf(0, LINE_START);
    this.#second[1] = secondOf(0, LINE_START);
    return Math.min(1, this.#header.order - 1);
  }

  #backoff(first: number, second: number): number {
    const slot = this.#find(first, second);
    return slot < 0 ? 0 : ((this.#tables.backoffs[slot] ?? 128) - 128) * STEP;
  }

  #find(first: number, second: number): number {
    const grams = this.#tables.grams;
    const mask = grams.length - 1;
    const key = tagOf(second);
    for (let slot = slotOf(first, this.#shift); ; slot = (slot + 1) & mask) {
      const found = grams[slot] ?? 0;
      if (found >>> 8 === key) return slot;
      if (found === 0) return -1;
    }
  }
}
