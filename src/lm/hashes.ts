// Hashes of n-grams that grow to the right and can be taken back: two lanes of 32 bits, each a polynomial of the tokens.

const FIRST = 0x9e3779b1;
const SECOND = 0x85ebca6b;
const SPREAD = 0xc2b2ae35;
const MIX = 0x2c1b3c6d;

/** First lane of a context followed by `token`; 0 is the empty context. */
export const firstOf = (context: number, token: number): number => (Math.imul(context, FIRST) + token + 1) | 0;
export const secondOf = (context: number, token: number): number =>
  (Math.imul(context, SECOND) + Math.imul(token + 1, SPREAD)) | 0;

/** What `firstOf` was given as context. Odd multipliers have inverses modulo 2^32. */
export const firstWithout = (hash: number, token: number): number => Math.imul((hash - token - 1) | 0, inverse(FIRST));
export const secondWithout = (hash: number, token: number): number =>
  Math.imul((hash - Math.imul(token + 1, SPREAD)) | 0, inverse(SECOND));

/** Both lanes of an n-gram of `order` tokens without `head`, its first. */
export function headless(first: number, second: number, head: number, order: number): [number, number] {
  let [firstPower, secondPower] = [1, 1];
  for (let power = 1; power < order; power++) {
    firstPower = Math.imul(firstPower, FIRST);
    secondPower = Math.imul(secondPower, SECOND);
  }
  return [
    (first - Math.imul(head + 1, firstPower)) | 0,
    (second - Math.imul(Math.imul(head + 1, SPREAD), secondPower)) | 0,
  ];
}

/** A slot of a table of 2^(32 - shift) slots. */
export const slotOf = (first: number, shift: number): number => Math.imul(first ^ (first >>> 15), MIX) >>> shift;

/** A line of so many: the upper half of a product of 64 bits, in parts that doubles hold. `lines` < 2^32. */
export function lineOf(first: number, lines: number): number {
  const mixed = Math.imul(first ^ (first >>> 15), MIX);
  const low = Math.floor(((mixed & 0xffff) * lines) / 0x10000);
  return Math.floor(((mixed >>> 16) * lines + low) / 0x10000);
}

/** The key that tells n-grams apart while they are counted; 0 means free. */
export const keyOf = (second: number): number => second >>> 0 || 1;

/** The 24 bits of it that a model keeps; never 0. */
export const tagOf = (second: number): number => second >>> 8 || 1;

/** Newton's iteration doubles the right bits each time. */
function inverse(odd: number): number {
  let found = odd;
  for (let step = 0; step < 5; step++) found = Math.imul(found, 2 - Math.imul(odd, found));
  return found;
}
