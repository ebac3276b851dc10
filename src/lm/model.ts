// A language model of n-grams: its header, and its lines in a memory that workers share.
import { z } from 'zod';
import { kernelMemory, wordsIn } from '../kernels/ngrams-wasm.ts';
import { bytesOf, type Layout, MOST_ORDER } from './layout.ts';

export const FORMAT = 2;

export const headerSchema = z.strictObject({
  format: z.literal(FORMAT),
  unit: z.enum(['character', 'word']),
  form: z.enum(['folded', 'plain']),
  /** `stupid-backoff`: every step down costs `alpha` bits; the others: each context has its own weight. */
  smoothing: z.enum(['stupid-backoff', 'kneser-ney', 'arpa']),
  alpha: z.number().min(0),
  /** Bits of a token never seen. */
  unknown: z.number().min(0),
  orders: z
    .array(z.strictObject({ entries: z.int().min(0), lines: z.int().min(1).max(0xffff_ffff) }))
    .min(1)
    .max(MOST_ORDER),
  documents: z.int().min(0),
  tokens: z.int().min(0),
  /** Perplexities that 1 %, 2 %, … 99 % of the documents held out, or given for this, stay below. */
  quantiles: z.array(z.number()),
});
export type ModelHeader = z.output<typeof headerSchema>;

export interface Model {
  readonly header: ModelHeader;
  /** The lines of all orders, as src/lm/layout.ts says. (lines × LINE_WORDS) */
  readonly words: Uint32Array;
  /** Where the words lie, when the kernel can read them. */
  readonly memory: WebAssembly.Memory | undefined;
}

/** N-grams of all orders. */
export const entriesOf = ({ orders }: Layout): number => orders.reduce((sum, { entries }) => sum + entries, 0);

/** Zeroed words for a model's lines, shared between threads. Throws RangeError when there is not as much memory. */
export function reserveLines(layout: Layout): Pick<Model, 'words' | 'memory'> {
  const bytes = bytesOf(layout);
  const memory = kernelMemory(bytes);
  const words = memory === undefined ? new Uint32Array(new SharedArrayBuffer(bytes)) : wordsIn(memory, bytes);
  return { words, memory };
}

const sharedSchema = z.object({
  header: headerSchema,
  memory: z.instanceof(WebAssembly.Memory).optional(),
  buffer: z.instanceof(SharedArrayBuffer).optional(),
});

/** What crosses into another thread: nothing of it is copied. */
export const toShared = ({ header, words, memory }: Model): unknown =>
  memory === undefined ? { header, buffer: words.buffer } : { header, memory };

/** The model that another thread shares; undefined when it is none. */
export function fromShared(shared: unknown): Model | undefined {
  const { data } = sharedSchema.safeParse(shared);
  if (data === undefined) return undefined;
  const { header, memory, buffer } = data;
  if (memory !== undefined) return { header, memory, words: wordsIn(memory, bytesOf(header)) };
  return buffer === undefined ? undefined : { header, memory, words: new Uint32Array(buffer) };
}
