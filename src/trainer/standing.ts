// Where a training stands: what was learned and counted, how it is measured and saved, and the way back from a divergence.
import { DivergedError } from '../errors.ts';
import type { Batches } from './batches/batches.ts';
import type { TrainingState } from './checkpoint.ts';
import type { CheckpointStore } from './checkpoint-store.ts';
import { evaluate } from './evaluate.ts';
import type { Evaluations } from './evaluation/evaluations.ts';
import { type Alarm, Guard, type Measured } from './guard.ts';
import type { History } from './history.ts';
import { Learner, notFinite } from './learner.ts';
import type { TrainerOptions } from './options.ts';
import { Random } from './random.ts';
import { afterRescue, finiteOrNull, planRescue, type RescueRecord, rescueRecordOf } from './rescue.ts';
import type { Start, TrainerContext } from './start.ts';

type Counters = Omit<TrainingState, 'random' | 'batches' | 'guard'>;

/** Where the training lies on disk. */
export interface Kept {
  readonly store: CheckpointStore;
  readonly history: History;
  readonly evaluations: Evaluations;
}

export class Standing {
  readonly learner: Learner;
  readonly kept: Kept;
  readonly #options: TrainerOptions;
  readonly #context: TrainerContext;
  readonly #checkpoint: Start['checkpoint'];
  readonly #tokenizer: Start['tokenizer'];
  readonly #batches: Batches;
  readonly #random: Random;
  /** Replaced when training goes back. */
  guard: Guard;
  state: Counters;
  /** The latest measurement of held-out text, and the step whose weights it is of. */
  #evaluated: { readonly step: number; readonly perplexity: number } | undefined;

  constructor(
    options: TrainerOptions,
    context: TrainerContext,
    { checkpoint, tokenizer }: Pick<Start, 'checkpoint' | 'tokenizer'>,
    batches: Batches,
    kept: Kept,
  ) {
    const { random, batches: _, guard, ...counters } = checkpoint.state;
    this.#options = options;
    this.#context = context;
    this.#checkpoint = checkpoint;
    this.#tokenizer = tokenizer;
    this.#batches = batches;
    this.kept = kept;
    this.learner = new Learner(options, checkpoint.vocabulary, checkpoint);
    this.#random = new Random(random);
    this.guard = new Guard(options.guard, checkpoint.vocabulary, guard);
    this.state = counters;
  }

  /** Measures held-out text; an alarm when that is no number. */
  async evaluate(when: 'first' | 'periodic' | 'final'): Promise<Alarm | undefined> {
    const checkpoint = this.#checkpoint;
    const { loss, perplexity, tokens } = await evaluate(this.learner.model, checkpoint.heldOut, this.#options.batch);
    const { step, rescue } = this.state;
    const first = when === 'first' ? finiteOrNull(perplexity) : this.state.perplexity.first;
    this.state = { ...this.state, perplexity: { first, last: finiteOrNull(perplexity) } };
    const [isFirst, final] = [when === 'first', when === 'final'];
    this.#context.emit({ event: 'evaluation', step, loss, perplexity, tokens, first: isFirst, final });
    if (tokens > 0 && !Number.isFinite(perplexity))
      return { kind: 'not-finite', message: `perplexity of held-out text ${perplexity}` };
    this.#context.emit(await this.kept.evaluations.measure(this.learner.model, this.#tokenizer, step));
    if (tokens === 0) return undefined;
    this.#evaluated = { step, perplexity };
    if (rescue.best === null || perplexity < rescue.best.perplexity)
      this.state = { ...this.state, rescue: { ...rescue, best: { step, perplexity } } };
    return undefined;
  }

  /** Saves, unless there is nothing worth saving: then says what is wrong with it. */
  async save(): Promise<Alarm | undefined> {
    const checkpoint = this.#checkpoint;
    const { store, history, evaluations } = this.kept;
    const { step } = this.state;
    const documents = this.#batches.documents;
    const learned = await this.learner.learned();
    const wrong = notFinite(learned);
    if (wrong !== undefined) return { kind: 'not-finite', message: `${wrong} holds what is no number` };
    this.state = { ...this.state, documents, rescue: { ...this.state.rescue, waiting: history.waiting } };
    await evaluations.save();
    await history.save(store.next);
    const { state: batches, tokens: waiting } = await this.#batches.save();
    const { model, vocabulary, tokenizer, heldOut } = checkpoint;
    const bytes = await store.save(
      {
        state: {
          ...this.state,
          random: this.#random.state,
          batches,
          guard: this.guard.window,
        },
        ...{ model, vocabulary, tokenizer, heldOut, waiting, ...learned },
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
  async saveFinite(): Promise<void> {
    const alarm = await this.save();
    if (alarm !== undefined) throw new Error(`weights of a checkpoint: ${alarm.message}`);
  }

  /**
   * Goes back to a good checkpoint, leaves out the batches that led to the alarm, and makes that durable at once: a crash
   * meanwhile goes on before the alarm and meets it again.
   * @throws DivergedError `trainer.diverged` after `guard.rescues` in a row that did not help.
   */
  async rescue(alarm: Alarm & Partial<Measured>): Promise<void> {
    const { guard: options } = this.#options;
    const { store, history } = this.kept;
    const { step, rescue } = this.state;
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
      ...{ number: (rescue.records.at(-1)?.number ?? 0) + 1, step, alarm, usual: this.guard.usual },
      ...{ backTo: target.step, trained: trained.length, again: again.length, rate, attempt },
      skipped: skipped.map((each) => each.step),
      documents: history.documentsOf(skipped).map(({ id }) => id),
    });
    await history.keepIncident(record, trained);
    const saved = await store.read(target);
    this.learner.restore(saved);
    history.rewind(target.step, again);
    const { tokens, perplexity, guard } = saved.state;
    const state = { ...this.state, step: target.step, tokens, perplexity };
    const after = afterRescue(rescue, record, history.waiting);
    // Whoever runs it again after it was given up has changed something, and begins with a clean slate.
    this.state = { ...state, rescue: plan === undefined ? { ...after, inARow: 0, alarmStep: 0 } : after };
    this.guard = new Guard(options, saved.vocabulary, guard);
    this.#evaluated = undefined;
    await this.saveFinite();
    this.#context.emit({ event: 'rescue', rescue: record });
    if (plan === undefined) throw this.#givenUp(record);
  }

  #givenUp({ step, message, backTo }: RescueRecord): DivergedError {
    const { best } = this.kept.store;
    const kept =
      best?.perplexity === undefined
        ? ''
        : ` The best checkpoint, of step ${best.step} with a held-out perplexity of ${best.perplexity.toFixed(2)}, is ${this.kept.store.fileOf(best)}.`;
    return new DivergedError(
      `Training diverged at step ${step} (${message}) and ${this.#options.guard.rescues} rescues in a row did not help.${kept}`,
      {
        code: 'trainer.diverged',
        fix: `Lower trainer.optimizer.rate or lengthen warmup, and run again: it goes on from step ${backTo}. \`seiryu blame RUN --step ${step}\` ranks the documents that led there.`,
      },
    );
  }
}
