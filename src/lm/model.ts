// A language model of n-grams in one file: hashed keys, log probabilities in one byte each.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { z } from 'zod';
import { errorMessage, PipelineError } from '../errors.ts';
import { firstOf, secondOf, slotOf, tagOf } from './hashes.ts';
import { LINE_END, LINE_START, Tokens } from './tokens.ts';

const MAGIC = 'SEIRYULM';
/** Tokens whose n-grams are looked up together; what is kept of them fits the second-level cache. */
const CHUNK = 512;
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
  /** Hashes of the last 0 … order - 1 tokens. */
  readonly #first = new Int32Array(MOST_ORDER + 1);
  readonly #second = new Int32Array(MOST_ORDER + 1);
  /** Of the n-grams of 1 … order tokens that end at each token of a chunk: slot, hash, and what the slot holds. (chunk × order) */
  readonly #slots: Int32Array;
  readonly #hashes: Int32Array;
  readonly #found: Uint32Array;
  /** Hashes of the contexts before each token of a chunk; only for stored back-off weights. (chunk × order) */
  readonly #contexts: Int32Array;

  constructor(header: ModelHeader, tables: ModelTables) {
    this.#header = header;
    this.#tables = tables;
    this.#tokens = new Tokens(header.unit, header.form);
    this.#shift = Math.clz32(header.slots - 1);
    this.#slots = new Int32Array(CHUNK * header.order);
    this.#hashes = new Int32Array(CHUNK * header.order);
    this.#found = new Uint32Array(CHUNK * header.order);
    this.#contexts = new Int32Array(header.backoff === 'stored' ? 2 * CHUNK * header.order : 0);
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
    let bits = 0;
    // `given` tokens of the line came before, the longest known n-gram that ends at the last token has `known` tokens.
    const state = { given: 0, known: 0 };
    for (let start = 0; start < length; start += CHUNK) {
      const end = Math.min(length, start + CHUNK);
      const { given } = state;
      this.#lookUp(values, start, end, given);
      bits += this.#add(values, start, end, state);
    }
    return bits;
  }

  /**
   * Fetches the first slot of every n-gram of the chunk, without looking at it, so that the fetches do not wait for one
   * another: a model is larger than any cache.
   */
  #lookUp(values: Uint32Array, start: number, end: number, before: number): void {
    const { order } = this.#header;
    const grams = this.#tables.grams;
    const [first, second, shift] = [this.#first, this.#second, this.#shift];
    const [slots, hashes, found, contexts] = [this.#slots, this.#hashes, this.#found, this.#contexts];
    const isStored = contexts.length > 0;
    let given = before;
    for (let at = start; at < end; at++) {
      const token = values[at] ?? 0;
      if (given === 0) {
        first[1] = firstOf(0, LINE_START);
        second[1] = secondOf(0, LINE_START);
        given = 1;
      }
      const row = (at - start) * order;
      for (let k = Math.min(order - 1, given); k >= 0; k--) {
        const one = firstOf(first[k] ?? 0, token);
        const two = secondOf(second[k] ?? 0, token);
        const slot = slotOf(one, shift);
        slots[row + k] = slot;
        hashes[row + k] = two;
        found[row + k] = grams[slot] ?? 0;
        if (isStored) {
          contexts[2 * (row + k)] = first[k] ?? 0;
          contexts[2 * (row + k) + 1] = second[k] ?? 0;
        }
        first[k + 1] = one;
        second[k + 1] = two;
      }
      given = token === LINE_END ? 0 : given + 1;
    }
  }

  #add(values: Uint32Array, start: number, end: number, state: { given: number; known: number }): number {
    const { order, alpha, unknown } = this.#header;
    const contexts = this.#contexts;
    const isStored = contexts.length > 0;
    let { given, known } = state;
    let bits = 0;
    for (let at = start; at < end; at++) {
      if (given === 0) [given, known] = [1, Math.min(1, order - 1)];
      const row = (at - start) * order;
      let cost = -1;
      let size = known;
      for (; size >= 0; size--) {
        cost = this.#costOf(row + size);
        if (cost >= 0) break;
        if (isStored && size > 0)
          bits -= this.#backoff(contexts[2 * (row + size)] ?? 0, contexts[2 * (row + size) + 1] ?? 0);
      }
      if (!isStored) bits += alpha * (Math.min(order - 1, given) - Math.max(0, size));
      bits += cost >= 0 ? cost * STEP : unknown;
      // An n-gram can be known only where its beginning is: no longer context can match next.
      known = Math.min(order - 1, size + 1);
      given = values[at] === LINE_END ? 0 : given + 1;
    }
    state.given = given;
    state.known = known;
    return bits;
  }

  /** Cost in steps of an n-gram of the chunk; -1 where the model has it not. */
  #costOf(index: number): number {
    const grams = this.#tables.grams;
    const tag = tagOf(this.#hashes[index] ?? 0);
    let gram = this.#found[index] ?? 0;
    for (let slot = this.#slots[index] ?? 0; gram !== 0; gram = grams[slot] ?? 0) {
      if (gram >>> 8 === tag) return gram & 0xff;
      slot = (slot + 1) & (grams.length - 1);
    }
    return -1;
  }

  #backoff(first: number, second: number): number {
    const { grams, backoffs } = this.#tables;
    const tag = tagOf(second);
    for (let slot = slotOf(first, this.#shift); grams[slot] !== 0; slot = (slot + 1) & (grams.length - 1))
      if ((grams[slot] ?? 0) >>> 8 === tag) return ((backoffs[slot] ?? 128) - 128) * STEP;
    return 0;
  }
}
