// A training session: from the first document, or the last checkpoint, to the end of the corpus or of what was asked for.
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';
import { replaceFile } from '../durable-files.ts';
import { DivergedError, errorMessage, PipelineError } from '../errors.ts';
import { chooseBackend } from './backends.ts';
import {
  type Checkpoint,
  checkSameModel,
  loadCheckpoint,
  removePartial,
  saveCheckpoint,
  type TrainingState,
} from './checkpoint.ts';
import { TOKENIZER_FILE } from './checkpoint-cursor.ts';
import type { Commands } from './commands.ts';
import { Documents, type NumberedDocument } from './documents.ts';
import { evaluate } from './evaluate.ts';
import type { Feed } from './feed.ts';
import { isHeldOut } from './held-out.ts';
import { initialWeights, Model, parameterCount } from './model.ts';
import { AdamW, learningRate, valuesOf } from './optimizer.ts';
import type { TrainerOptions } from './options.ts';
import { Packer, type Sequence } from './packing.ts';
import type { TrainerConfig, TrainerEvent } from './protocol.ts';
import { Random } from './random.ts';
import { sample } from './sample.ts';
import { trainStep } from './step.ts';
import type { BpeTokenizer } from './tokenizer/bpe.ts';
import { learnedTokenizer, parseTokenizer, tokenizerJson } from './tokenizer/file.ts';
import { trainBpe } from './tokenizer/train-bpe.ts';

type EndReason = Extract<TrainerEvent, { event: 'done' }>['reason'];

/** Longest first reading when the tokenizer is given and only the held-out set is looked for. */
const FIRST_BYTES = 8_000_000;
/** Bytes of text that a token holds at most, on average: to know when the held-out set must be full. */
const BYTES_PER_TOKEN = 8;

export interface TrainerContext {
  readonly feed: Feed;
  readonly commands: Commands;
  emit(event: TrainerEvent): void;
}

/** Trains as `config` says. Resolves when the corpus, `until` or a stop command ended it, all saved. */
export async function train(config: TrainerConfig, context: TrainerContext): Promise<void> {
  const { name, why, refused } = await chooseBackend(config.options.backend);
  context.emit({ event: 'backend', name, why, refused: refused.map((one) => ({ ...one })) });
  await removePartial(config.dir, context.feed);
  const checkpoint = config.resume ? await loadCheckpoint(config.dir) : undefined;
  const documents = new Documents(context.feed, checkpoint?.state.documents ?? 0, context.commands);
  const start =
    checkpoint === undefined ? await begin(config, context, documents) : await goOn(config, context, checkpoint);
  if (start === undefined) {
    const perplexity = { first: null, last: null };
    context.emit({ event: 'done', reason: 'stopped', steps: 0, tokens: 0, documents: 0, perplexity, waitedShare: 0 });
    return;
  }
  const session = new Session(config, context, documents, start);
  try {
    await session.run();
  } finally {
    session.dispose();
  }
}

interface Start {
  readonly tokenizer: BpeTokenizer;
  readonly checkpoint: Omit<Checkpoint, 'moments'> & Partial<Pick<Checkpoint, 'moments'>>;
  /** Read already, not yet trained on. */
  readonly first: NumberedDocument[];
}

/** A new training: the first documents make the tokenizer and the held-out set. Undefined when stopped meanwhile. */
async function begin(
  { options, dir, seed }: TrainerConfig,
  { feed, commands, emit }: TrainerContext,
  documents: Documents,
): Promise<Start | undefined> {
  const limits =
    'train' in options.tokenizer
      ? options.tokenizer.train
      : { documents: Number.POSITIVE_INFINITY, bytes: FIRST_BYTES };
  const wantedBytes =
    'train' in options.tokenizer ? Number.POSITIVE_INFINITY : options.evaluate.tokens * BYTES_PER_TOKEN;
  const first: NumberedDocument[] = [];
  const heldOut: NumberedDocument[] = [];
  for (
    let bytes = 0, heldOutBytes = 0;
    first.length < limits.documents && bytes < limits.bytes && heldOutBytes < wantedBytes;
  ) {
    const next = await documents.next();
    if (next === 'end') break;
    if (next === 'asked') {
      if (commands.stop) return undefined;
      // Nothing is trained on yet, so that there is nothing to save.
      commands.takeCheckpoint();
      continue;
    }
    const size = Buffer.byteLength(next.document.text);
    bytes += size;
    first.push(next.document);
    if (isHeldOut(next.document.id, options.heldOut)) {
      heldOut.push(next.document);
      heldOutBytes += size;
    }
  }
  const seen = first.filter((document) => !heldOut.includes(document)).map(({ text }) => text);
  const tokenizer =
    'train' in options.tokenizer
      ? learnedTokenizer(trainBpe(seen, options.tokenizer.train.vocab))
      : await givenTokenizer(options.tokenizer.file);
  const json =
    'train' in options.tokenizer ? tokenizerJson(tokenizer) : await readFile(resolve(options.tokenizer.file), 'utf8');
  await feed.reserve(Buffer.byteLength(json), 'tokenizer');
  await replaceFile(join(dir, TOKENIZER_FILE), Buffer.from(json, 'utf8'));
  const learnedFrom = 'train' in options.tokenizer ? seen : [];
  emit({
    event: 'tokenizer',
    vocabulary: tokenizer.vocabulary,
    documents: learnedFrom.length,
    bytes: learnedFrom.reduce((sum, text) => sum + Buffer.byteLength(text), 0),
  });

  const random = new Random(seed);
  const weights = initialWeights(options.model, tokenizer.vocabulary, random);
  const state: TrainingState = {
    step: 0,
    tokens: 0,
    documents: 0,
    random: random.state,
    packer: { tokens: [], documents: [] },
    perplexity: { first: null, last: null },
  };
  const heldOutTokens = packHeldOut(heldOut, tokenizer, options);
  return {
    tokenizer,
    first,
    checkpoint: { state, model: options.model, vocabulary: tokenizer.vocabulary, weights, heldOut: heldOutTokens },
  };
}

/** A training that goes on from its checkpoint. */
async function goOn({ options, dir }: TrainerConfig, { emit }: TrainerContext, checkpoint: Checkpoint): Promise<Start> {
  const tokenizer = await givenTokenizer(join(dir, TOKENIZER_FILE));
  checkSameModel(checkpoint, options.model, tokenizer.vocabulary);
  emit({ event: 'tokenizer', vocabulary: tokenizer.vocabulary, documents: 0, bytes: 0 });
  return { tokenizer, checkpoint, first: [] };
}

async function givenTokenizer(path: string): Promise<BpeTokenizer> {
  let json: string;
  try {
    json = await readFile(resolve(path), 'utf8');
  } catch (error) {
    throw new PipelineError(`The tokenizer ${path} cannot be read: ${errorMessage(error)}`, {
      code: 'tokenizer.not_found',
      fix: 'Check trainer.tokenizer.file; a relative path starts at the pipeline file.',
      cause: error,
    });
  }
  return parseTokenizer(json, path);
}

function packHeldOut(
  documents: readonly NumberedDocument[],
  tokenizer: BpeTokenizer,
  options: TrainerOptions,
): Int32Array {
  const { context } = options.model;
  const packer = new Packer(context, tokenizer.endOfDocument);
  const sequences: Sequence[] = [];
  for (const { number, text } of documents) {
    packer.add(number, tokenizer.encode(text));
    for (let sequence = packer.take(); sequence !== undefined; sequence = packer.take()) {
      if ((sequences.length + 1) * context <= Math.max(options.evaluate.tokens, context)) sequences.push(sequence);
    }
  }
  const tokens = new Int32Array(sequences.length * (context + 1));
  sequences.forEach(({ inputs, targets }, index) => {
    tokens.set(inputs, index * (context + 1));
    tokens.set(targets.subarray(-1), index * (context + 1) + context);
  });
  return tokens;
}

class Session {
  readonly #config: TrainerConfig;
  readonly #options: TrainerOptions;
  readonly #context: TrainerContext;
  readonly #documents: Documents;
  readonly #tokenizer: BpeTokenizer;
  readonly #first: NumberedDocument[];
  readonly #model: Model;
  readonly #optimizer: AdamW;
  readonly #packer: Packer;
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
    { tokenizer, checkpoint, first }: Start,
  ) {
    const { options } = config;
    this.#config = config;
    this.#options = options;
    this.#context = context;
    this.#documents = documents;
    this.#tokenizer = tokenizer;
    this.#first = first;
    this.#model = new Model(options.model, checkpoint.vocabulary, checkpoint.weights);
    this.#optimizer = new AdamW(options.optimizer, this.#model.weights, checkpoint.moments);
    this.#packer = new Packer(options.model.context, tokenizer.endOfDocument, checkpoint.state.packer);
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
    while (this.#packer.ready < this.#options.batch) {
      const next = await this.#nextDocument();
      if (next === 'end') break;
      if (next === 'asked') {
        if (this.#context.commands.stop) return 'stopped';
        if (this.#context.commands.takeCheckpoint()) await this.#save();
        continue;
      }
      const { document } = next;
      this.#state.documents = document.number + 1;
      if (!isHeldOut(document.id, this.#options.heldOut))
        this.#packer.add(document.number, this.#tokenizer.encode(document.text));
    }
    const batch: Sequence[] = [];
    for (let sequence = this.#packer.take(); sequence !== undefined; sequence = this.#packer.take()) {
      batch.push(sequence);
      if (batch.length === this.#options.batch) break;
    }
    return batch;
  }

  async #nextDocument() {
    const document = this.#first.shift();
    return document === undefined ? this.#documents.next() : { document };
  }

  async #step(batch: readonly Sequence[]): Promise<void> {
    const step = this.#state.step + 1;
    const rate = learningRate(this.#options.optimizer, step, this.#lastStep);
    const { loss, gradientNorm } = await trainStep(this.#model, this.#optimizer, batch, step, rate);
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
    const bytes = await saveCheckpoint(
      this.#config.dir,
      {
        state: { ...this.#state, random: this.#random.state, packer: this.#packer.state },
        model: this.#options.model,
        vocabulary: this.#model.vocabulary,
        weights: await valuesOf(this.#model.weights),
        moments: await this.#optimizer.moments(),
        heldOut: this.#heldOut,
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
