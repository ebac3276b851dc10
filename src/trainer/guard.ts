// Watches a training's loss and gradient norm and says when it diverges; what is done about it is rescue.ts's.
import { z } from 'zod';
import type { TrainerOptions } from './options.ts';
import { median, type Outlook, outlook, risingScore } from './robust.ts';

export type GuardOptions = TrainerOptions['guard'];

export interface Measured {
  /** Mean cross-entropy of the step's tokens, in nats. */
  readonly loss: number;
  /** Norm of all gradients together, before clipping. */
  readonly gradientNorm: number;
}

/** What the guard remembers: it goes into checkpoints, so that a resumed training raises the same alarms. */
export const guardWindow = z.strictObject({
  /** Loss of the last steps, oldest first. */
  losses: z.array(z.number()),
  /** Natural logarithm of the gradient norm of the last steps, oldest first. */
  norms: z.array(z.number()),
  /** Loss of the batches left out in a row without a step, after a rescue, oldest first. */
  odd: z.array(z.number()),
});
export type GuardWindow = z.output<typeof guardWindow>;

/**
 * `not-finite`: a loss, gradient, weight or evaluation is NaN or infinite. `chance`: worse than guessing every token alike.
 * `loss`, `gradient`: far above the window. `trend`: rising for three windows.
 */
export const alarmKind = z.enum(['not-finite', 'chance', 'loss', 'gradient', 'trend']);

export interface Alarm {
  readonly kind: z.output<typeof alarmKind>;
  /** For a person: what was measured, against what. */
  readonly message: string;
}

/**
 * Whatever the spread says, a loss no more than this share above the recent ones is no alarm, nor a norm of less than so many
 * times them. On the bundled sample clean trainings stay below a rise of 0.14, 2.4 times, and 8 deviations.
 */
const LEAST_RISE = 0.2;
const LEAST_TIMES = 10;
/** A trend is asked about once in so many steps: it costs O(window²), and is slow by nature. */
const TREND_EVERY = 8;
/** Each third of a trend rises at least so surely (a chance of 1 in 100 each where there is none), and all of it by so much. */
const TREND_SCORE = 2.33;
const TREND_RISE = 0.1;
/** So many times `skip` batches in a row that a good model finds odd are no accident but another corpus. */
const ODD_IN_A_ROW = 8;
/** Beyond the loss of a uniform guess by this share and so many nats, a model knows less than nothing. */
const CHANCE_SHARE = 1.2;
const CHANCE_NATS = 0.5;

/**
 * A running window of `window` steps. A step costs O(window log window), and once in eight O(window²). Deterministic: a
 * function of the measurements alone.
 */
export class Guard {
  readonly #options: GuardOptions;
  readonly #chance: number;
  #losses: number[];
  #norms: number[];
  #odd: number[];

  /** `vocabulary`: number of tokens, for the loss of a uniform guess. */
  constructor(options: GuardOptions, vocabulary: number, { losses, norms, odd }: GuardWindow) {
    this.#options = options;
    this.#chance = Math.log(vocabulary) * CHANCE_SHARE + CHANCE_NATS;
    this.#losses = [...losses];
    this.#norms = [...norms];
    this.#odd = [...odd];
  }

  get window(): GuardWindow {
    return { losses: [...this.#losses], norms: [...this.#norms], odd: [...this.#odd] };
  }

  /** Median loss and gradient norm of the last steps; undefined while there are too few to judge by. */
  get usual(): Measured | undefined {
    const { window } = this.#options;
    const [loss, norm] = [outlook(this.#losses, window), outlook(this.#norms, window)];
    return loss === undefined || norm === undefined
      ? undefined
      : { loss: loss.centre, gradientNorm: Math.exp(norm.centre) };
  }

  /**
   * Judges a step and, when it is well, remembers it. `step` counts from 1. `norms: 'noted'` raises no alarm for a large
   * gradient alone: clipping bounds what it does, and where it has raised one already, it shows that data, not harm.
   */
  check(step: number, measured: Measured, norms: 'judged' | 'noted' = 'judged'): Alarm | undefined {
    const alarm = this.#judge(measured, norms);
    if (alarm !== undefined) return alarm;
    const { window } = this.#options;
    this.#losses = [...this.#losses, measured.loss].slice(-3 * window);
    this.#norms = [...this.#norms, Math.log(Math.max(measured.gradientNorm, Number.MIN_VALUE))].slice(-window - 1);
    return step % TREND_EVERY === 0 ? this.#trend() : undefined;
  }

  /**
   * Judges a batch that was not trained on, by its loss under a model known to be good: `odd` batches are left out. When so
   * many come in a row that it is the corpus that has changed, their loss is what is usual from now on: `changed`.
   */
  look(loss: number): 'usual' | 'odd' | 'changed' {
    if (this.judgeLoss(loss) === undefined) {
      this.#odd = [];
      return 'usual';
    }
    this.#odd.push(loss);
    if (this.#odd.length < ODD_IN_A_ROW * this.#options.skip) return 'odd';
    this.#losses = this.#odd.filter(Number.isFinite);
    this.#norms = [];
    this.#odd = [];
    return 'changed';
  }

  #judge({ loss, gradientNorm }: Measured, norms: 'judged' | 'noted'): Alarm | undefined {
    if (!Number.isFinite(loss) || !Number.isFinite(gradientNorm))
      return { kind: 'not-finite', message: `loss ${loss}, gradient norm ${gradientNorm}` };
    return this.judgeLoss(loss) ?? (norms === 'judged' ? this.#judgeNorm(gradientNorm) : undefined);
  }

  /** The alarm that a loss would raise; nothing is remembered. */
  judgeLoss(loss: number): Alarm | undefined {
    if (!Number.isFinite(loss)) return { kind: 'not-finite', message: `loss ${loss}` };
    const expected = outlook(this.#losses, this.#options.window);
    if (expected === undefined) {
      // Nothing to compare with yet. Later, a corpus that the model is wrong about may lie beyond chance.
      if (loss <= this.#chance) return undefined;
      const message = `loss ${loss.toFixed(3)}; guessing every token alike, and a fifth and ${CHANCE_NATS} nats worse, has ${this.#chance.toFixed(3)}`;
      return { kind: 'chance', message };
    }
    const { centre, spread } = expected;
    if (loss <= centre + Math.max(this.#options.spike * spread, LEAST_RISE * centre)) return undefined;
    const message = `loss ${loss.toFixed(3)} against ${centre.toFixed(3)} usually (${deviations(loss, expected)})`;
    return { kind: 'loss', message };
  }

  #judgeNorm(gradientNorm: number): Alarm | undefined {
    const expected = outlook(this.#norms, this.#options.window);
    if (expected === undefined) return undefined;
    const { centre, spread } = expected;
    const norm = Math.log(gradientNorm);
    if (norm <= centre + Math.max(this.#options.spike * spread, Math.log(LEAST_TIMES))) return undefined;
    const message = `gradient norm ${gradientNorm.toPrecision(3)} against ${Math.exp(centre).toPrecision(3)} usually (its logarithm by ${deviations(norm, expected)})`;
    return { kind: 'gradient', message };
  }

  /** Rising in each third, and so no step between two corpora; and by a share that matters. */
  #trend(): Alarm | undefined {
    const { window } = this.#options;
    if (this.#losses.length < 3 * window) return undefined;
    const thirds = [0, 1, 2].map((third) => this.#losses.slice(third * window, (third + 1) * window));
    if (!thirds.every((third) => risingScore(third) > TREND_SCORE)) return undefined;
    const [first = Number.NaN, , last = Number.NaN] = thirds.map(median);
    if (last < first * (1 + TREND_RISE)) return undefined;
    const message = `the loss rises: median ${first.toFixed(3)} → ${last.toFixed(3)} over ${3 * window} steps`;
    return { kind: 'trend', message };
  }
}

const deviations = (value: number, { centre, spread }: Outlook): string =>
  spread > 0 ? `${((value - centre) / spread).toFixed(1)} robust deviations` : 'no spread at all';
