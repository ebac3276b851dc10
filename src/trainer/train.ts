// A training session: from the first document, or the last checkpoint, to the end of the corpus or of what was asked for.
import { performance } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';
import { DivergedError } from '../errors.ts';
import { chooseBackend } from './backends.ts';
import type { Batches } from './batches/batches.ts';
import { type Checkpoint, loadCheckpoint, removePartial, saveCheckpoint, type TrainingState } from './checkpoint.ts';
import { Documents } from './documents.ts';
import { evaluate } from './evaluate.ts';
import { Model, parameterCount } from './model.ts';
import { openBatches } from './open-batches.ts';
import { AdamW, learningRate, valuesOf } from './optimizer.ts';
import type { TrainerOptions } from './options.ts';
import { type Sequence, shown } from './packing.ts';
import type { TrainerConfig, TrainerEvent } from './protocol.ts';
import { Random } from './random.ts';
import { sample } from './sample.ts';
import { begin, goOn, type Start, type TrainerContext } from './start.ts';
import { trainStep } from './step.ts';
import type { Tokenizer } from './tokenizer/tokenizer.ts';

type EndReason = Extract<TrainerEvent, { event: 'done' }>['reason'];

/** Trains as `config` says. Resolves when the corpus, `until` or a stop command ended it, all saved. */
export async function train(config: TrainerConfig, context: TrainerContext): Promise<void> {
  const { name, why, refused } = await chooseBackend(config.options.backend);
  context.emit({ event: 'backend', name, why, refused: refused.map((one) => ({ ...one })) });
  await removePartial(config.dir, context.feed);
  const checkpoint = config.resume ? await loadCheckpoint(config.dir) : undefined;
  const documents = new Documents(context.feed, checkpoint?.state.documents ?? 0, context.commands);
  try {
    await trainOn(config, context, documents, checkpoint);
  } finally {
    await documents.close();
  }
}

async function trainOn(
  config: TrainerConfig,
  context: TrainerContext,
  documents: Documents,
  checkpoint: Checkpoint | undefined,
): Promise<void> {
  const start =
    checkpoint === undefined ? await begin(config, context, documents) : await goOn(config, context, checkpoint);
  if (start === undefined) {
    const perplexity = { first: null, last: null };
    context.emit({ event: 'done', reason: 'stopped', steps: 0, tokens: 0, documents: 0, perplexity, waitedShare: 0 });
    return;
  }
  const batches = await openBatches(config, context, documents, start);
  const session = new Session(config, context, documents, start, batches);
  try {
    await session.run();
  } finally {
    session.dispose();
  }
}

class Session {
  readonly #config: TrainerConfig;
  readonly #options: TrainerOptions;
  readonly #context: TrainerContext;
  readonly #documents: Documents;
  readonly #tokenizer: Tokenizer;
  readonly #model: Model;
  readonly #optimizer: AdamW;
  readonly #batches: Batches;
  readonly #random: Random;
  readonly #heldOut: Int32Array;
  readonly #state: Pick<TrainingState, 'step' | 'tokens' | 'documents' | 'perplexity'>;
  readonly #lastStep: number | undefined;
  #begin = 0;
  #waitedBefore = 0;

  constructor(
    config: TrainerConfig,
    context: TrainerContext,
    documents: Documents,
    { tokenizer, checkpoint }: Start,
    batches: Batches,
  ) {
    const { options } = config;
    this.#config = config;
    this.#options = options;
    this.#context = context;
    this.#documents = documents;
    this.#tokenizer = tokenizer;
    this.#model = new Model(options.model, checkpoint.vocabulary, checkpoint.weights);
    this.#optimizer = new AdamW(options.optimizer, this.#model.weights, checkpoint.moments);
    this.#batches = batches;
    this.#random = new Random(checkpoint.state.random);
    this.#heldOut = checkpoint.heldOut;
    this.#state = { ...checkpoint.state, perplexity: { ...checkpoint.state.perplexity } };
    const { until } = options;
    const tokensAStep = options.batch * options.model.context;
    const ends = [until?.steps, until?.tokens === undefined ? undefined : Math.ceil(until.tokens / tokensAStep)].filter(
      (end) => end !== undefined,
    );
    this.#lastStep = options.optimizer.decaySteps ?? (ends.length > 0 ? Math.min(...ends) : undefined);
    const { architecture, layers, width, heads, context: length } = options.model;
    const parameters = parameterCount(options.model, checkpoint.vocabulary);
    context.emit({
      event: 'model',
      parameters,
      architecture,
      layers,
      width,
      heads,
      context: length,
      step: this.#state.step,
    });
  }

  async run(): Promise<void> {
    if (this.#state.step === 0) await this.#evaluate('first');
    this.#begin = performance.now();
    this.#waitedBefore = this.#documents.waited;
    const reason = await this.#steps();
    const seconds = (performance.now() - this.#begin) / 1000;
    const waitedShare = seconds > 0 ? this.#waited / seconds : 0;
    if (reason !== 'stopped') await this.#evaluate('final');
    await this.#save();
    if (reason !== 'stopped') await this.#writeSample();
    const { step: steps, tokens, documents, perplexity } = this.#state;
    this.#context.emit({ event: 'done', reason, steps, tokens, documents, perplexity: { ...perplexity }, waitedShare });
  }

  dispose(): void {
    this.#model.dispose();
    this.#optimizer.dispose();
  }

  get #waited(): number {
    return this.#documents.waited - this.#waitedBefore;
  }

  /** Steps until something ends them. */
  async #steps(): Promise<EndReason> {
    const { until, evaluate, checkpoint } = this.#options;
    for (;;) {
      if (this.#context.commands.stop) return 'stopped';
      if (until?.steps !== undefined && this.#state.step >= until.steps) return 'steps';
      if (until?.tokens !== undefined && this.#state.tokens >= until.tokens) return 'tokens';
      if (this.#context.commands.takeCheckpoint()) await this.#save();
      const batch = await this.#batch();
      if (batch === 'stopped') return 'stopped';
      if (batch.length === 0) return 'end';
      await this.#step(batch);
      // A step may be all computation: without a turn of the event loop no command and no document would ever come in.
      await setImmediate();
      if (this.#state.step % evaluate.every === 0) await this.#evaluate('periodic');
      if (this.#state.step % checkpoint.every === 0) await this.#save();
    }
  }

  /** The next sequences, fewer than a batch only at the end of the corpus. */
  async #batch(): Promise<Sequence[] | 'stopped'> {
    for (;;) {
      const batch = await this.#batches.next(this.#options.batch);
      this.#state.documents = this.#batches.documents;
      if (batch !== 'asked') return batch;
      if (this.#context.commands.stop) return 'stopped';
      if (this.#context.commands.takeCheckpoint()) await this.#save();
    }
  }

  async #step(batch: readonly Sequence[]): Promise<void> {
    const step = this.#state.step + 1;
    const rate = learningRate(this.#options.optimizer, step, this.#lastStep);
    const examples = batch.map((sequence) => shown(sequence, this.#options.packing.attention));
    const { loss, gradientNorm } = await trainStep(this.#model, this.#optimizer, examples, step, rate);
    this.#state.step = step;
    this.#state.tokens += batch.length * this.#options.model.context;
    const { tokens, documents } = this.#state;
    const seconds = (performance.now() - this.#begin) / 1000;
    this.#context.emit({
      event: 'step',
      step,
      loss,
      gradientNorm,
      rate,
      tokens,
      documents,
      waited: this.#waited,
      seconds,
    });
    if (!Number.isFinite(loss) || !Number.isFinite(gradientNorm)) {
      throw new DivergedError(`Training diverged at step ${step}: loss ${loss}, gradient norm ${gradientNorm}.`, {
        code: 'trainer.diverged',
        fix: 'Lower trainer.optimizer.rate or lengthen warmup, and run again: it goes on from the last checkpoint.',
      });
    }
  }

  async #evaluate(when: 'first' | 'periodic' | 'final'): Promise<void> {
    const { loss, perplexity, tokens } = await evaluate(this.#model, this.#heldOut, this.#options.batch);
    const finite = Number.isFinite(perplexity) ? perplexity : null;
    if (when === 'first') this.#state.perplexity.first = finite;
    this.#state.perplexity.last = finite;
    const { step } = this.#state;
    this.#context.emit({
      event: 'evaluation',
      step,
      loss,
      perplexity,
      tokens,
      first: when === 'first',
      final: when === 'final',
    });
  }

  async #save(): Promise<void> {
    const { feed, emit } = this.#context;
    const { step, documents } = this.#state;
    const { state: batches, tokens: waiting } = await this.#batches.save();
    const bytes = await saveCheckpoint(
      this.#config.dir,
      {
        state: { ...this.#state, random: this.#random.state, batches },
        model: this.#options.model,
        vocabulary: this.#model.vocabulary,
        weights: await valuesOf(this.#model.weights),
        moments: await this.#optimizer.moments(),
        heldOut: this.#heldOut,
        waiting,
      },
      feed,
    );
    emit({ event: 'checkpoint', step, documents, bytes });
    await feed.consumed(documents);
  }

  async #writeSample(): Promise<void> {
    const { generate } = this.#options;
    let text = '';
    for await (const piece of sample(this.#model, this.#tokenizer, generate, new Random(this.#config.seed)))
      text += piece;
    this.#context.emit({ event: 'generated', prompt: generate.prompt, text });
  }
}
