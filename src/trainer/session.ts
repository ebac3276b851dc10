// The loop of a training: batches, steps, evaluations, checkpoints, rescues, until something ends it.
import { performance } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';
import { TrainerError } from '../errors.ts';
import type { Batches } from './batches/batches.ts';
import type { Documents } from './documents.ts';
import type { Alarm, Measured } from './guard.ts';
import { parameterCount } from './model.ts';
import { learningRate } from './optimizer.ts';
import type { TrainerOptions } from './options.ts';
import type { Sequence } from './packing.ts';
import type { TrainerConfig, TrainerEvent } from './protocol.ts';
import { Random } from './random.ts';
import { afterOdd, afterStep } from './rescue.ts';
import { sample } from './sample.ts';
import { type Kept, Standing } from './standing.ts';
import type { Start, TrainerContext } from './start.ts';

type EndReason = Extract<TrainerEvent, { event: 'done' }>['reason'];

export interface SessionParts {
  /** Where batches come from, for the time that training waits for them. */
  readonly documents: Documents;
  readonly batches: Batches;
  readonly start: Start;
  readonly kept: Kept;
}

export class Session {
  readonly #config: TrainerConfig;
  readonly #options: TrainerOptions;
  readonly #context: TrainerContext;
  readonly #documents: Documents;
  readonly #begun: Start;
  readonly #standing: Standing;
  readonly #batches: Batches;
  readonly #lastStep: number | undefined;
  #begin = 0;
  #waitedBefore = 0;

  constructor(config: TrainerConfig, context: TrainerContext, { documents, batches, start, kept }: SessionParts) {
    const { options } = config;
    const { checkpoint } = start;
    this.#config = config;
    this.#options = options;
    this.#context = context;
    this.#documents = documents;
    this.#begun = start;
    this.#batches = batches;
    this.#standing = new Standing(options, context, start, batches, kept);
    const { until } = options;
    const tokensAStep = options.batch * options.model.context;
    const ends = [until?.steps, until?.tokens === undefined ? undefined : Math.ceil(until.tokens / tokensAStep)].filter(
      (end) => end !== undefined,
    );
    this.#lastStep = options.optimizer.decaySteps ?? (ends.length > 0 ? Math.min(...ends) : undefined);
    const { architecture, layers, width, heads, context: length } = options.model;
    const parameters = parameterCount(options.model, checkpoint.vocabulary);
    const { step, rescue } = this.#standing.state;
    const shape = { parameters, architecture, layers, width, heads, context: length };
    context.emit({ event: 'model', ...shape, step, rescues: rescue.records });
  }

  async run(): Promise<void> {
    if (this.#standing.state.step === 0) {
      await this.#standing.evaluate('first');
      // A rescue before the first checkpoint goes back to the start.
      if (this.#standing.kept.store.stored.length === 0) await this.#standing.saveFinite();
    }
    this.#begin = performance.now();
    this.#waitedBefore = this.#documents.waited;
    const reason = await this.#toTheEnd();
    const seconds = (performance.now() - this.#begin) / 1000;
    const waitedShare = seconds > 0 ? this.#waited / seconds : 0;
    if (reason !== 'stopped') await this.#writeSample();
    const { step: steps, tokens, documents, perplexity } = this.#standing.state;
    this.#context.emit({ event: 'done', reason, steps, tokens, documents, perplexity: { ...perplexity }, waitedShare });
  }

  dispose(): void {
    this.#standing.learner.dispose();
  }

  get #waited(): number {
    return this.#documents.waited - this.#waitedBefore;
  }

  /** Trains until something ends it, and saves. */
  async #toTheEnd(): Promise<EndReason> {
    for (;;) {
      const reason = await this.#steps();
      const alarm =
        (reason === 'stopped' ? undefined : await this.#standing.evaluate('final')) ?? (await this.#standing.save());
      if (alarm === undefined) return reason;
      // Stopped with weights that are no numbers: the checkpoint before stays, and the resumed training meets the same alarm.
      if (reason === 'stopped') return reason;
      await this.#standing.rescue(alarm);
    }
  }

  /** Steps until something ends them. */
  async #steps(): Promise<EndReason> {
    const { until } = this.#options;
    const { commands } = this.#context;
    for (;;) {
      if (commands.stop) return 'stopped';
      if (until?.steps !== undefined && this.#standing.state.step >= until.steps) return 'steps';
      if (until?.tokens !== undefined && this.#standing.state.tokens >= until.tokens) return 'tokens';
      const asked = commands.takeCheckpoint() ? await this.#standing.save() : undefined;
      if (asked !== undefined) {
        await this.#standing.rescue(asked);
        continue;
      }
      const batch =
        this.#standing.kept.history.takeWaiting()?.sequences ?? (await this.#batches.next(this.#options.batch));
      if (batch === 'asked') continue;
      if (batch.length === 0) {
        if (this.#standing.state.step === 0 && this.#standing.state.rescue.records.length === 0) throw this.#tooShort();
        return 'end';
      }
      const odd = this.#standing.state.rescue.inARow > 0 ? await this.#look(batch) : 'usual';
      if (odd === 'left out') continue;
      const alarm = odd === 'usual' ? ((await this.#step(batch)) ?? (await this.#whatIsDue())) : odd;
      if (alarm !== undefined) await this.#standing.rescue(alarm);
      // A step may be all computation: without a turn of the event loop no command and no document would ever come in.
      await setImmediate();
    }
  }

  /**
   * After a rescue, what would raise an alarm is left out before it is trained on, as long as the model is still good: it finds
   * the batch before as usual as ever. Otherwise it is the model that was harmed again.
   */
  async #look(batch: readonly Sequence[]): Promise<'usual' | 'left out' | (Alarm & Measured)> {
    const loss = await this.#standing.learner.loss(batch);
    if (this.#standing.guard.judgeLoss(loss) !== undefined) {
      const last = this.#standing.kept.history.last;
      const known = last === undefined ? Number.NaN : await this.#standing.learner.loss(last.sequences);
      const harmed = last === undefined ? undefined : this.#standing.guard.judgeLoss(known);
      if (harmed !== undefined) {
        this.#standing.kept.history.putBack({ step: this.#standing.state.step + 1, sequences: batch });
        return { ...harmed, loss: known, gradientNorm: Number.NaN };
      }
    }
    const found = this.#standing.guard.look(loss);
    if (found === 'usual') return found;
    this.#standing.state = { ...this.#standing.state, rescue: afterOdd(this.#standing.state.rescue, found) };
    // As after a step.
    await setImmediate();
    return 'left out';
  }

  async #step(batch: readonly Sequence[]): Promise<(Alarm & Measured) | undefined> {
    const step = this.#standing.state.step + 1;
    const rate = learningRate(this.#options.optimizer, step, this.#lastStep) * this.#standing.state.rescue.rate;
    const { loss, gradientNorm } = await this.#standing.learner.step(batch, step, rate);
    this.#standing.kept.history.add({ step, sequences: batch });
    const tokens = this.#standing.state.tokens + batch.length * this.#options.model.context;
    const documents = this.#batches.documents;
    this.#standing.state = { ...this.#standing.state, step, tokens, documents };
    const seconds = (performance.now() - this.#begin) / 1000;
    const { emit } = this.#context;
    emit({ event: 'step', step, loss, gradientNorm, rate, tokens, documents, waited: this.#waited, seconds });
    const norms = this.#standing.state.rescue.inARow > 0 ? 'noted' : 'judged';
    const alarm = this.#standing.guard.check(step, { loss, gradientNorm }, norms);
    if (alarm !== undefined) return { ...alarm, loss, gradientNorm };
    const before = this.#standing.state.rescue;
    const rescue = afterStep(before, step, { loss, gradientNorm }, this.#options.guard);
    this.#standing.state = { ...this.#standing.state, rescue };
    const last = rescue.records.at(-1);
    if (last !== undefined && last !== before.records.at(-1)) emit({ event: 'rescue', rescue: last });
    return undefined;
  }

  /** Evaluation and checkpoint, when they are due. The best weights so far are always saved. */
  async #whatIsDue(): Promise<Alarm | undefined> {
    const { evaluate, checkpoint } = this.#options;
    const { step, rescue } = this.#standing.state;
    let due = step % checkpoint.every === 0;
    if (step % evaluate.every === 0) {
      const alarm = await this.#standing.evaluate('periodic');
      if (alarm !== undefined) return alarm;
      due ||= this.#standing.state.rescue.best !== rescue.best;
    }
    return due ? this.#standing.save() : undefined;
  }

  #tooShort(): TrainerError {
    const { context } = this.#options.model;
    return new TrainerError(
      `The corpus ended after ${this.#batches.documents} documents, before there was a single sequence of ${context + 1} tokens to train on.`,
      {
        code: 'feed.too_short',
        fix: 'Give more text, use a smaller trainer.model.context, or see with `seiryu report` what the filters dropped.',
      },
    );
  }

  async #writeSample(): Promise<void> {
    const { generate } = this.#options;
    let text = '';
    for await (const piece of sample(
      this.#standing.learner.model,
      this.#begun.tokenizer,
      generate,
      new Random(this.#config.seed),
    ))
      text += piece;
    this.#context.emit({ event: 'generated', prompt: generate.prompt, text });
  }
}
