// How a model's n-grams lie in memory and in its file: in lines of 64 bytes, so that a look-up waits for memory once.
//
// The n-grams of each order have lines of their own, so that the few short ones stay in the cache. Which line an n-gram is
// in follows from its first hash; a line that is full goes on in the next. Of an n-gram a line holds one word: 24 bits of
// its second hash, never 0, and -log2 of its probability in steps (0 where there is room). With back-off weights a line
// has 12 n-grams and then 12 bytes, log2 of their weights in steps, plus 128; without them it has 16 n-grams.

/** u32 words of a line: 64 bytes are what a processor fetches at once. */
export const LINE_WORDS = 16;
export const LINE_BYTES = 4 * LINE_WORDS;
/** Bits a step of a -log2 probability, of 0 to 31.9 bits, and of a back-off weight, of -16 to 15.9. */
export const STEP = 1 / 8;
export const MOST_ORDER = 9;
/** The byte of a back-off weight of 1. */
export const NO_BACKOFF = 128;
/** Byte of a line at which its back-off weights begin. */
export const BACKOFFS = 48;
/** So full are lines on average: one in ten has no room left then, and costs a second look. */
const FULL = 0.7;

export type Smoothing = 'stupid-backoff' | 'kneser-ney' | 'arpa';

/** What of a model's header says how its lines lie. */
export interface Layout {
  readonly smoothing: Smoothing;
  /** Of the n-grams of 1, 2, … tokens: how many there are, and their lines. */
  readonly orders: readonly { readonly entries: number; readonly lines: number }[];
}

/** Whether each context has a back-off weight of its own. With stupid back-off every step down costs the same. */
export const hasBackoffs = ({ smoothing }: Pick<Layout, 'smoothing'>): boolean => smoothing !== 'stupid-backoff';

/** N-grams that a line has room for. */
export const roomOf = (layout: Pick<Layout, 'smoothing'>): number => (hasBackoffs(layout) ? 12 : 16);

/** Lines for so many n-grams; one at least. */
export const linesFor = (entries: number, layout: Pick<Layout, 'smoothing'>): number =>
  Math.max(1, Math.ceil(entries / (FULL * roomOf(layout))));

/** Line at which each order begins, and behind the last their sum. (orders + 1) */
export function lineStarts({ orders }: Pick<Layout, 'orders'>): number[] {
  const starts = [0];
  for (const { lines } of orders) starts.push((starts.at(-1) ?? 0) + lines);
  return starts;
}

/** Bytes of all lines: what the model takes in memory. */
export const bytesOf = (layout: Pick<Layout, 'orders'>): number => LINE_BYTES * (lineStarts(layout).at(-1) ?? 0);
