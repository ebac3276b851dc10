// The loop of a training: batches, steps, evaluations, checkpoints, rescues, until something ends it.
import { performance } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';
import { DivergedError, TrainerError } from '../errors.ts';
import { BatchReader } from './batch-reader.ts';
import type { TrainingState } from './checkpoint.ts';
import type { CheckpointStore } from './checkpoint-store.ts';
import type { Documents } from './documents.ts';
import { evaluate } from './evaluate.ts';
import type { Evaluations } from './evaluation/evaluations.ts';
import { type Alarm, Guard, type Measured } from './guard.ts';
import type { History } from './history.ts';
import { Learner, notFinite } from './learner.ts';
import { parameterCount } from './model.ts';
import { learningRate } from './optimizer.ts';
import type { TrainerOptions } from './options.ts';
import type { Sequence } from './packing.ts';
import type { TrainerConfig, TrainerEvent } from './protocol.ts';
import { Random } from './random.ts';
import {
  afterOdd,
  afterRescue,
  afterStep,
  finiteOrNull,
  planRescue,
  type RescueRecord,
  rescueRecordOf,
} from './rescue.ts';
import { sample } from './sample.ts';
import type { Start, TrainerContext } from './start.ts';

type EndReason = Extract<TrainerEvent, { event: 'done' }>['reason'];
type Counters = Omit<TrainingState, 'random' | 'packer' | 'guard'>;

/** Where the training lies on disk. */
export interface Kept {
  readonly store: CheckpointStore;
  readonly history: History;
  readonly evaluations: Evaluations;
}

export class Session {
  readonly #config: TrainerConfig;
  readonly #options: TrainerOptions;
  readonly #context: TrainerContext;
  readonly #documents: Documents;
  readonly #begun: Start;
  readonly #kept: Kept;
  readonly #learner: Learner;
  readonly #reader: BatchReader;
  readonly #random: Random;
  readonly #lastStep: number | undefined;
  #guard: Guard;
  #state: Counters;
  /** The latest measurement of held-out text, and the step whose weights it is of. */
  #evaluated: { readonly step: number; readonly perplexity: number } | undefined;
  #begin = 0;
  #waitedBefore = 0;

  constructor(config: TrainerConfig, context: TrainerContext, documents: Documents, start: Start, kept: Kept) {
    const { options } = config;
    const { checkpoint, tokenizer, first } = start;
    const { random, packer, guard, ...counters } = checkpoint.state;
    this.#config = config;
    this.#options = options;
    this.#context = context;
    this.#documents = documents;
    this.#begun = start;
    this.#kept = kept;
    this.#learner = new Learner(options, checkpoint.vocabulary, checkpoint);
    this.#reader = new BatchReader({
      options,
      documents,
      tokenizer,
      first,
      from: counters.documents,
      packer,
      onDocument: (document) => kept.history.note(document),
      onHeldOut: (document) => kept.evaluations.offer(document),
    });
    this.#random = new Random(random);
    this.#guard = new Guard(options.guard, checkpoint.vocabulary, guard);
    this.#state = counters;
    const { until } = options;
    const tokensAStep = options.batch * options.model.context;
    const ends = [until?.steps, until?.tokens === undefined ? undefined : Math.ceil(until.tokens / tokensAStep)].filter(
      (end) => end !== undefined,
    );
    this.#lastStep = options.optimizer.decaySteps ?? (ends.length > 0 ? Math.min(...ends) : undefined);
    const { architecture, layers, width, heads, context: length } = options.model;
    const parameters = parameterCount(options.model, checkpoint.vocabulary);
    const { step, rescue } = this.#state;
    const shape = { parameters, architecture, layers, width, heads, context: length };
    context.emit({ event: 'model', ...shape, step, rescues: rescue.records });
  }

  async run(): Promise<void> {
    if (this.#state.step === 0) {
      await this.#evaluate('first');
      // A rescue before the first checkpoint goes back to the start.
      if (this.#kept.store.stored.length === 0) await this.#saveFinite();
    }
    this.#begin = performance.now();
    this.#waitedBefore = this.#documents.waited;
    const reason = await this.#toTheEnd();
    const seconds = (performance.now() - this.#begin) / 1000;
    const waitedShare = seconds > 0 ? this.#waited / seconds : 0;
    if (reason !== 'stopped') await this.#writeSample();
    const { step: steps, tokens, documents, perplexity } = this.#state;
    this.#context.emit({ event: 'done', reason, steps, tokens, documents, perplexity: { ...perplexity }, waitedShare });
  }

  dispose(): void {
    this.#learner.dispose();
  }

  get #waited(): number {
    return this.#documents.waited - this.#waitedBefore;
  }

  /** Trains until something ends it, and saves. */
  async #toTheEnd(): Promise<EndReason> {
    for (;;) {
      const reason = await this.#steps();
      const alarm = (reason === 'stopped' ? undefined : await this.#evaluate('final')) ?? (await this.#save());
      if (alarm === undefined) return reason;
      // Stopped with weights that are no numbers: the checkpoint before stays, and the resumed training meets the same alarm.
      if (reason === 'stopped') return reason;
      await this.#rescue(alarm);
    }
  }

  /** Steps until something ends them. */
  async #steps(): Promise<EndReason> {
    const { until } = this.#options;
    const { commands } = this.#context;
    for (;;) {
      if (commands.stop) return 'stopped';
      if (until?.steps !== undefined && this.#state.step >= until.steps) return 'steps';
      if (until?.tokens !== undefined && this.#state.tokens >= until.tokens) return 'tokens';
      const asked = commands.takeCheckpoint() ? await this.#save() : undefined;
      if (asked !== undefined) {
        await this.#rescue(asked);
        continue;
      }
      const batch = this.#kept.history.takeWaiting()?.sequences ?? (await this.#reader.next());
      if (batch === 'asked') continue;
      if (batch.length === 0) {
        if (this.#state.step === 0 && this.#state.rescue.records.length === 0) throw this.#tooShort();
        return 'end';
      }
      const odd = this.#state.rescue.inARow > 0 ? await this.#look(batch) : 'usual';
      if (odd === 'left out') continue;
      const alarm = odd === 'usual' ? ((await this.#step(batch)) ?? (await this.#whatIsDue())) : odd;
      if (alarm !== undefined) await this.#rescue(alarm);
      // A step may be all computation: without a turn of the event loop no command and no document would ever come in.
      await setImmediate();
    }
  }

  /**
   * After a rescue, what would raise an alarm is left out before it is trained on, as long as the model is still good: it finds
   * the batch before as usual as ever. Otherwise it is the model that was harmed again.
   */
  async #look(batch: readonly Sequence[]): Promise<'usual' | 'left out' | (Alarm & Measured)> {
    const loss = await this.#learner.loss(batch);
    if (this.#guard.judgeLoss(loss) !== undefined) {
      const last = this.#kept.history.last;
      const known = last === undefined ? Number.NaN : await this.#learner.loss(last.sequences);
      const harmed = last === undefined ? undefined : this.#guard.judgeLoss(known);
      if (harmed !== undefined) {
        this.#kept.history.putBack({ step: this.#state.step + 1, sequences: batch });
        return { ...harmed, loss: known, gradientNorm: Number.NaN };
      }
    }
    const found = this.#guard.look(loss);
    if (found === 'usual') return found;
    this.#state = { ...this.#state, rescue: afterOdd(this.#state.rescue, found) };
    // As after a step.
    await setImmediate();
    return 'left out';
  }

  async #step(batch: readonly Sequence[]): Promise<(Alarm & Measured) | undefined> {
    const step = this.#state.step + 1;
    const rate = learningRate(this.#options.optimizer, step, this.#lastStep) * this.#state.rescue.rate;
    const { loss, gradientNorm } = await this.#learner.step(batch, step, rate);
    this.#kept.history.add({ step, sequences: batch });
    const tokens = this.#state.tokens + batch.length * this.#options.model.context;
    const documents = this.#reader.taken;
    this.#state = { ...this.#state, step, tokens, documents };
    const seconds = (performance.now() - this.#begin) / 1000;
    const { emit } = this.#context;
    emit({ event: 'step', step, loss, gradientNorm, rate, tokens, documents, waited: this.#waited, seconds });
    const norms = this.#state.rescue.inARow > 0 ? 'noted' : 'judged';
    const alarm = this.#guard.check(step, { loss, gradientNorm }, norms);
    if (alarm !== undefined) return { ...alarm, loss, gradientNorm };
    const before = this.#state.rescue;
    const rescue = afterStep(before, step, { loss, gradientNorm }, this.#options.guard);
    this.#state = { ...this.#state, rescue };
    const last = rescue.records.at(-1);
    if (last !== undefined && last !== before.records.at(-1)) emit({ event: 'rescue', rescue: last });
    return undefined;
  }

  /** Evaluation and checkpoint, when they are due. The best weights so far are always saved. */
  async #whatIsDue(): Promise<Alarm | undefined> {
    const { evaluate, checkpoint } = this.#options;
    const { step, rescue } = this.#state;
    let due = step % checkpoint.every === 0;
    if (step % evaluate.every === 0) {
      const alarm = await this.#evaluate('periodic');
      if (alarm !== undefined) return alarm;
      due ||= this.#state.rescue.best !== rescue.best;
    }
    return due ? this.#save() : undefined;
  }

  async #evaluate(when: 'first' | 'periodic' | 'final'): Promise<Alarm | undefined> {
    const { checkpoint } = this.#begun;
    const { loss, perplexity, tokens } = await evaluate(this.#learner.model, checkpoint.heldOut, this.#options.batch);
    const { step, rescue } = this.#state;
    const first = when === 'first' ? finiteOrNull(perplexity) : this.#state.perplexity.first;
    this.#state = { ...this.#state, perplexity: { first, last: finiteOrNull(perplexity) } };
    const [isFirst, final] = [when === 'first', when === 'final'];
    this.#context.emit({ event: 'evaluation', step, loss, perplexity, tokens, first: isFirst, final });
    if (tokens > 0 && !Number.isFinite(perplexity))
      return { kind: 'not-finite', message: `perplexity of held-out text ${perplexity}` };
    this.#context.emit(await this.#kept.evaluations.measure(this.#learner.model, this.#begun.tokenizer, step));
    if (tokens === 0) return undefined;
    this.#evaluated = { step, perplexity };
    if (rescue.best === null || perplexity < rescue.best.perplexity)
      this.#state = { ...this.#state, rescue: { ...rescue, best: { step, perplexity } } };
    return undefined;
  }

  /** Saves, unless there is nothing worth saving: then says what is wrong with it. */
  async #save(): Promise<Alarm | undefined> {
    const { checkpoint } = this.#begun;
    const { store, history, evaluations } = this.#kept;
    const { step } = this.#state;
    const documents = this.#reader.taken;
    const learned = await this.#learner.learned();
    const wrong = notFinite(learned);
    if (wrong !== undefined) return { kind: 'not-finite', message: `${wrong} holds what is no number` };
    this.#state = { ...this.#state, documents, rescue: { ...this.#state.rescue, waiting: history.waiting } };
    await evaluations.save();
    await history.save(store.next);
    const { model, vocabulary, tokenizer, heldOut } = checkpoint;
    const bytes = await store.save(
      {
        state: {
          ...this.#state,
          random: this.#random.state,
          packer: this.#reader.packer,
          guard: this.#guard.window,
        },
        ...{ model, vocabulary, tokenizer, heldOut, ...learned },
      },
      {
        perplexity: this.#evaluated?.step === step ? this.#evaluated.perplexity : undefined,
        due: step % this.#options.checkpoint.every === 0 ? 'by-step' : 'asked',
      },
    );
    await history.prune();
    this.#context.emit({ event: 'checkpoint', step, documents, bytes });
    await this.#context.feed.consumed(documents);
    return undefined;
  }

  /** Saves weights that were finite when they were loaded. */
  async #saveFinite(): Promise<void> {
    const alarm = await this.#save();
    if (alarm !== undefined) throw new Error(`weights of a checkpoint: ${alarm.message}`);
  }

  /**
   * Goes back to a good checkpoint, leaves out the batches that led to the alarm, and makes that durable at once: a crash
   * meanwhile goes on before the alarm and meets it again.
   * @throws DivergedError `trainer.diverged` after `guard.rescues` in a row that did not help.
   */
  async #rescue(alarm: Alarm & Partial<Measured>): Promise<void> {
    const { guard: options } = this.#options;
    const { store, history } = this.#kept;
    const { step, rescue } = this.#state;
    const plan = planRescue(
      rescue,
      step,
      store.good.map((each) => each.step),
      options,
    );
    const { attempt, backTo, skip, rate } = plan ?? {
      ...{ attempt: rescue.inARow + 1, skip: Number.POSITIVE_INFINITY, rate: 1 },
      backTo: store.good.findLast((each) => each.step <= step - options.skip)?.step ?? store.good[0]?.step,
    };
    const target = store.good.find((each) => each.step === backTo);
    if (target === undefined) throw new Error(`no checkpoint of step ${backTo}`);
    const trained = history.since(target.step);
    const again = trained.slice(0, Math.max(0, trained.length - skip));
    const skipped = trained.slice(again.length);
    const record = rescueRecordOf({
      ...{ number: (rescue.records.at(-1)?.number ?? 0) + 1, step, alarm, usual: this.#guard.usual },
      ...{ backTo: target.step, trained: trained.length, again: again.length, rate, attempt },
      skipped: skipped.map((each) => each.step),
      documents: history.documentsOf(skipped).map(({ id }) => id),
    });
    await history.keepIncident(record, trained);
    const saved = await store.read(target);
    this.#learner.restore(saved);
    history.rewind(target.step, again);
    const { tokens, perplexity, guard } = saved.state;
    const state = { ...this.#state, step: target.step, tokens, perplexity };
    const after = afterRescue(rescue, record, history.waiting);
    // Whoever runs it again after it was given up has changed something, and begins with a clean slate.
    this.#state = { ...state, rescue: plan === undefined ? { ...after, inARow: 0, alarmStep: 0 } : after };
    this.#guard = new Guard(options, saved.vocabulary, guard);
    this.#evaluated = undefined;
    await this.#saveFinite();
    this.#context.emit({ event: 'rescue', rescue: record });
    if (plan === undefined) throw this.#givenUp(record);
  }

  #tooShort(): TrainerError {
    const { context } = this.#options.model;
    return new TrainerError(
      `The corpus ended after ${this.#reader.taken} documents, before there was a single sequence of ${context + 1} tokens to train on.`,
      {
        code: 'feed.too_short',
        fix: 'Give more text, use a smaller trainer.model.context, or see with `seiryu report` what the filters dropped.',
      },
    );
  }

  #givenUp({ step, message, backTo }: RescueRecord): DivergedError {
    const { best } = this.#kept.store;
    const kept =
      best?.perplexity === undefined
        ? ''
        : ` The best checkpoint, of step ${best.step} with a held-out perplexity of ${best.perplexity.toFixed(2)}, is ${this.#kept.store.fileOf(best)}.`;
    return new DivergedError(
      `Training diverged at step ${step} (${message}) and ${this.#options.guard.rescues} rescues in a row did not help.${kept}`,
      {
        code: 'trainer.diverged',
        fix: `Lower trainer.optimizer.rate or lengthen warmup, and run again: it goes on from step ${backTo}. \`seiryu blame RUN --step ${step}\` ranks the documents that led there.`,
      },
    );
  }

  async #writeSample(): Promise<void> {
    const { generate } = this.#options;
    let text = '';
    for await (const piece of sample(
      this.#learner.model,
      this.#begun.tokenizer,
      generate,
      new Random(this.#config.seed),
    ))
      text += piece;
    this.#context.emit({ event: 'generated', prompt: generate.prompt, text });
  }
}
