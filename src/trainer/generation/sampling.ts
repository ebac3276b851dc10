// Which token comes next: penalties, then temperature, top-k and top-p, in the order and with the meaning of Hugging Face's `generate`.
import type { Random } from '../random.ts';

export interface Sampling {
  /** Logits are divided by it; 0 takes the likeliest token each time. */
  readonly temperature: number;
  /** Choose among this many likeliest tokens (more when several share the last place); 0: among all. */
  readonly topK: number;
  /** Choose among the likeliest tokens whose probabilities together reach this, 0 to 1; 1: among all. */
  readonly topP: number;
  /** Divides positive and multiplies negative logits of every token seen so far (Keskar et al. 2019); 1: none. */
  readonly repetitionPenalty: number;
  /** No run of this many tokens occurs twice; 0: they may. */
  readonly noRepeatNgram: number;
}

/**
 * Draws the tokens of one text. The order of steps is that of `transformers`: repetition penalty, no-repeat n-gram,
 * temperature, top-k, top-p, softmax. "Seen" is every token told through `see`: start of document, prompt, own tokens.
 */
export class Sampler {
  readonly #sampling: Sampling;
  readonly #random: Random;
  readonly #seen = new Set<number>();
  readonly #followers: NgramFollowers | undefined;

  constructor(sampling: Sampling, random: Random) {
    this.#sampling = sampling;
    this.#random = random;
    this.#followers = sampling.noRepeatNgram > 0 ? new NgramFollowers(sampling.noRepeatNgram) : undefined;
  }

  see(token: number): void {
    if (this.#sampling.repetitionPenalty !== 1) this.#seen.add(token);
    this.#followers?.add(token);
  }

  /** The next token, or undefined when every token is banned. `logits` (V) is changed. O(V log V), O(V) for temperature 0. */
  choose(logits: Float32Array): number | undefined {
    this.process(logits);
    if (this.#sampling.temperature === 0) return likeliest(logits);
    return draw(candidatesOf(logits, this.#sampling), this.#random);
  }

  /** The two penalties alone, in place. */
  process(logits: Float32Array): void {
    const { repetitionPenalty } = this.#sampling;
    for (const token of this.#seen) {
      const logit = logits[token] ?? 0;
      logits[token] = logit < 0 ? logit * repetitionPenalty : logit / repetitionPenalty;
    }
    for (const token of this.#followers?.banned() ?? []) logits[token] = Number.NEGATIVE_INFINITY;
  }
}

/** Tokens that followed each run of n − 1 tokens. A token costs O(n), whatever came before. */
class NgramFollowers {
  readonly #last: number[] = [];
  readonly #n: number;
  readonly #after = new Map<string, Set<number>>();

  constructor(n: number) {
    this.#n = n;
  }

  add(token: number): void {
    if (this.#last.length === this.#n - 1) {
      const run = this.#last.join();
      const followers = this.#after.get(run);
      if (followers === undefined) this.#after.set(run, new Set([token]));
      else followers.add(token);
    }
    this.#last.push(token);
    if (this.#last.length > this.#n - 1) this.#last.shift();
  }

  banned(): Iterable<number> {
    return (this.#last.length === this.#n - 1 ? this.#after.get(this.#last.join()) : undefined) ?? [];
  }
}

/** The first of the highest logits; undefined when all are −∞ or not numbers. */
function likeliest(logits: Float32Array): number | undefined {
  let best: number | undefined;
  let highest = Number.NEGATIVE_INFINITY;
  for (let token = 0; token < logits.length; token++) {
    const logit = logits[token] ?? Number.NaN;
    if (logit > highest) {
      highest = logit;
      best = token;
    }
  }
  return best;
}

export interface Candidates {
  readonly tokens: readonly number[];
  /** Not divided by their sum. */
  readonly weights: readonly number[];
}

/** The tokens that temperature, top-k and top-p leave, with their weights. */
export function candidatesOf(
  logits: Float32Array,
  { temperature, topK, topP }: Pick<Sampling, 'temperature' | 'topK' | 'topP'>,
): Candidates {
  const top = likeliest(logits);
  if (top === undefined) return { tokens: [], weights: [] };
  const highest = logits[top] ?? 0;
  const least = topK > 0 && topK < logits.length ? kthHighest(logits, topK) : Number.NEGATIVE_INFINITY;
  let tokens: number[] = [];
  for (let token = 0; token < logits.length; token++) {
    const logit = logits[token] ?? Number.NaN;
    if (logit >= least && logit > Number.NEGATIVE_INFINITY) tokens.push(token);
  }
  const weightOf = (token: number) => Math.exp(((logits[token] ?? 0) - highest) / temperature);
  if (topP < 1) {
    tokens.sort((a, b) => (logits[b] ?? 0) - (logits[a] ?? 0) || a - b);
    tokens = nucleus(tokens, tokens.map(weightOf), topP);
  }
  return { tokens, weights: tokens.map(weightOf) };
}

/** Sorted tokens up to the one with which their share reaches `topP`; always one (Holtzman et al. 2020). */
function nucleus(tokens: readonly number[], weights: readonly number[], topP: number): number[] {
  const whole = weights.reduce((a, b) => a + b, 0);
  let before = 0;
  let kept = 0;
  for (const weight of weights) {
    if (kept > 0 && before >= topP * whole) break;
    before += weight;
    kept++;
  }
  return tokens.slice(0, kept);
}

function kthHighest(logits: Float32Array, k: number): number {
  // A typed array sorts by number, without a call for each comparison.
  return (
    Float32Array.from(logits, (logit) => (Number.isNaN(logit) ? Number.NEGATIVE_INFINITY : logit)).sort()[
      logits.length - k
    ] ?? Number.NEGATIVE_INFINITY
  );
}

function draw({ tokens, weights }: Candidates, random: Random): number | undefined {
  let left = random.next() * weights.reduce((a, b) => a + b, 0);
  for (const [index, weight] of weights.entries()) {
    left -= weight;
    if (left < 0) return tokens[index];
  }
  return tokens.at(-1);
}
