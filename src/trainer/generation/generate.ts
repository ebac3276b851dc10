// Continues texts with a model: one streamed piece by piece, or many at once.
import type { Model } from '../model.ts';
import { Random } from '../random.ts';
import { CachedForward } from './cached-forward.ts';
import { Sampler, type Sampling } from './sampling.ts';
import { WrittenText } from './written-text.ts';

/** What generation needs of a tokenizer. */
export interface Vocabulary {
  readonly endOfDocument: number;
  encode(text: string): ArrayLike<number> & Iterable<number>;
  /** Bytes of one token; empty for the end of document. */
  bytes(token: number): Uint8Array;
}

export interface GenerateOptions extends Sampling {
  /** Tokens to write at most. */
  readonly tokens: number;
  /** Strings that end a text; they are no part of it. */
  readonly stop: readonly string[];
}

export interface Continuation {
  readonly text: string;
  /** Written, the end of the document included. */
  readonly tokens: number;
  /** The model ended the document, wrote a stop string, or wrote as much as it may. */
  readonly finish: 'end' | 'stop' | 'length';
  /** What was written, without the end of the document. */
  readonly ids: readonly number[];
}

/**
 * The tokens that the model sees of `length` tokens so far: all while they fit, then the newer half of the context and what
 * came since. A function of the length alone, so that keeping keys and values changes no token; the window is computed anew
 * once for every half context.
 */
export function windowStart(length: number, context: number): number {
  if (length <= context) return 0;
  const half = Math.max(1, Math.floor(context / 2));
  return Math.ceil((length - context) / half) * half;
}

/** One text being written. */
class Writer {
  readonly ids: number[];
  readonly #vocabulary: Vocabulary;
  readonly #options: GenerateOptions;
  readonly #sampler: Sampler;
  readonly #text: WrittenText;
  readonly #promptLength: number;
  finish: Continuation['finish'] | undefined;
  written = 0;

  constructor(vocabulary: Vocabulary, prompt: string, options: GenerateOptions, random: Random) {
    this.#vocabulary = vocabulary;
    this.#options = options;
    this.#sampler = new Sampler(options, random);
    this.#text = new WrittenText(options.stop);
    this.ids = [vocabulary.endOfDocument, ...vocabulary.encode(prompt)];
    this.#promptLength = this.ids.length;
    for (const id of this.ids) this.#sampler.see(id);
  }

  get newIds(): number[] {
    return this.ids.slice(this.#promptLength);
  }

  /** Takes the next token by these logits; the text that is certain now. */
  next(logits: Float32Array): string {
    const token = this.#sampler.choose(logits) ?? this.#vocabulary.endOfDocument;
    this.written++;
    if (token === this.#vocabulary.endOfDocument) return this.#end('end');
    this.ids.push(token);
    this.#sampler.see(token);
    const text = this.#text.write(this.#vocabulary.bytes(token));
    if (this.#text.stopped) return text + this.#end('stop');
    return this.written >= this.#options.tokens ? text + this.#end('length') : text;
  }

  #end(finish: Continuation['finish']): string {
    const rest = this.#text.end();
    this.finish = finish === 'length' && this.#text.stopped ? 'stop' : finish;
    return rest;
  }
}

/** Writers that step together. */
class Batch {
  readonly #model: Model;
  readonly #forward: CachedForward;
  /** In the order of the rows of the cache. */
  #rows: readonly Writer[];
  #starts: number[] = [];
  #begun = false;

  constructor(model: Model, writers: readonly Writer[]) {
    this.#model = model;
    this.#forward = new CachedForward(model);
    this.#rows = writers;
  }

  /** One token for each text that goes on; undefined when none does. */
  async step(): Promise<{ writer: Writer; text: string }[] | undefined> {
    const open = this.#rows.flatMap(({ finish }, row) => (finish === undefined ? [row] : []));
    if (open.length === 0) return undefined;
    if (open.length < this.#rows.length) {
      if (this.#begun) this.#forward.keep(open);
      this.#starts = open.map((row) => this.#starts[row] ?? 0);
      this.#rows = open.flatMap((row) => this.#rows[row] ?? []);
    }
    const logits = await this.#logits();
    return this.#rows.map((writer, row) => ({ writer, text: writer.next(logits[row] ?? new Float32Array(0)) }));
  }

  async #logits(): Promise<Float32Array[]> {
    const { context } = this.#model.options;
    const starts = this.#rows.map(({ ids }) => windowStart(ids.length, context));
    const moved = !this.#begun || starts.some((start, row) => start !== this.#starts[row]);
    this.#starts = starts;
    this.#begun = true;
    return moved
      ? this.#forward.begin(this.#rows.map(({ ids }, row) => ids.slice(starts[row])))
      : this.#forward.step(this.#rows.map(({ ids }) => ids.at(-1) ?? 0));
  }

  dispose(): void {
    this.#forward.dispose();
  }
}

/** Continues `prompt` (empty: the start of a document): yields pieces of text as they are certain, returns how it ended. */
export async function* generate(
  model: Model,
  vocabulary: Vocabulary,
  prompt: string,
  options: GenerateOptions,
  random: Random,
): AsyncGenerator<string, Continuation> {
  const writer = new Writer(vocabulary, prompt, options, random);
  const batch = new Batch(model, [writer]);
  let text = '';
  try {
    for (let step = await batch.step(); step !== undefined; step = await batch.step()) {
      for (const { text: piece } of step) {
        text += piece;
        if (piece !== '') yield piece;
      }
    }
  } finally {
    batch.dispose();
  }
  return { text, tokens: writer.written, finish: writer.finish ?? 'length', ids: writer.newIds };
}

/**
 * Continues many prompts, `batch` at a time, in their order. Text number i draws from a random generator of its own, made
 * of `seed` and i: the same prompt at the same place gives the same text, whatever the batch.
 */
export async function* generateAll(
  model: Model,
  vocabulary: Vocabulary,
  prompts: Iterable<string> | AsyncIterable<string>,
  options: GenerateOptions,
  { seed, batch: size }: { readonly seed: number; readonly batch: number },
): AsyncGenerator<Continuation> {
  let number = 0;
  for await (const group of groupsOf(prompts, size)) {
    const writers = group.map((prompt) => new Writer(vocabulary, prompt, options, randomOf(seed, number++)));
    const texts = new Map(writers.map((writer) => [writer, '']));
    const batch = new Batch(model, writers);
    try {
      for (let step = await batch.step(); step !== undefined; step = await batch.step()) {
        for (const { writer, text } of step) texts.set(writer, (texts.get(writer) ?? '') + text);
      }
    } finally {
      batch.dispose();
    }
    for (const writer of writers) {
      const { written: tokens, finish = 'length', newIds: ids } = writer;
      yield { text: texts.get(writer) ?? '', tokens, finish, ids };
    }
  }
}

/** All continuations of `generateAll`. */
export async function collectAll(...parameters: Parameters<typeof generateAll>): Promise<Continuation[]> {
  const continuations: Continuation[] = [];
  for await (const continuation of generateAll(...parameters)) continuations.push(continuation);
  return continuations;
}

/** The generator of text number `number`; that of number 0 is `new Random(seed)`. */
export function randomOf(seed: number, number: number): Random {
  // An odd multiplier: different numbers below 2^32 give different seeds.
  return new Random((seed + Math.imul(number, 0x9e3779b1)) >>> 0);
}

async function* groupsOf(prompts: Iterable<string> | AsyncIterable<string>, size: number): AsyncGenerator<string[]> {
  let group: string[] = [];
  for await (const prompt of prompts) {
    group.push(prompt);
    if (group.length < size) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}
