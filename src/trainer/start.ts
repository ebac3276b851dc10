// How a training starts: from the first documents (tokenizer, held-out set, new weights), or from its last checkpoint.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { replaceFile } from '../durable-files.ts';
import { errorMessage, PipelineError } from '../errors.ts';
import { noBatches } from './batches/batches.ts';
import type { Checkpoint, TrainingState } from './checkpoint.ts';
import { TOKENIZER_FILE } from './checkpoint-cursor.ts';
import type { Commands } from './commands.ts';
import type { Documents, NumberedDocument } from './documents.ts';
import type { Feed } from './feed.ts';
import { isHeldOut } from './held-out.ts';
import { weightsFrom } from './import/origin.ts';
import { checkMemory, memoryLimits } from './memory-limits.ts';
import { initialWeights } from './model.ts';
import type { TrainerOptions } from './options.ts';
import { Packer, type Sequence } from './packing.ts';
import type { TrainerConfig, TrainerEvent } from './protocol.ts';
import { Random } from './random.ts';
import { noRescue } from './rescue.ts';
import { checkSameModel } from './same-model.ts';
import { parseTokenizer } from './tokenizer/file.ts';
import { learnTokenizer } from './tokenizer/learn.ts';
import type { Tokenizer } from './tokenizer/tokenizer.ts';

/** Longest first reading when the tokenizer is given and only the held-out set is looked for. */
const FIRST_BYTES = 8_000_000;
/** Bytes of text that a token holds at most, on average: to know when the held-out set must be full. */
const BYTES_PER_TOKEN = 8;

export interface TrainerContext {
  readonly feed: Feed;
  readonly commands: Commands;
  emit(event: TrainerEvent): void;
}

export interface Start {
  readonly tokenizer: Tokenizer;
  /** The tokenizer's file. */
  readonly json: string;
  readonly checkpoint: Omit<Checkpoint, 'moments'> & Partial<Pick<Checkpoint, 'moments'>>;
  /** Read already, not yet trained on. */
  readonly first: NumberedDocument[];
}

/** A new training: the first documents make the tokenizer and the held-out set. Undefined when stopped meanwhile. */
export async function begin(
  { options, dir, seed }: TrainerConfig,
  { feed, commands, emit }: TrainerContext,
  documents: Documents,
): Promise<Start | undefined> {
  // A learned vocabulary is known before anything is read.
  if ('train' in options.tokenizer) checkMemory(options, options.tokenizer.train.vocab, memoryLimits(tf.getBackend()));
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
    if (isHeldOut(next.document, options.heldOut)) {
      heldOut.push(next.document);
      heldOutBytes += size;
    }
  }
  const seen = first.filter((document) => !heldOut.includes(document)).map(({ text }) => text);
  const json =
    'train' in options.tokenizer
      ? learnTokenizer(seen, options.tokenizer.train)
      : await tokenizerText(options.tokenizer.file);
  const tokenizer = parseTokenizer(json, 'file' in options.tokenizer ? options.tokenizer.file : TOKENIZER_FILE);
  checkMemory(options, tokenizer.vocabulary, memoryLimits(tf.getBackend()));
  await feed.reserve(Buffer.byteLength(json), 'tokenizer');
  await replaceFile(join(dir, TOKENIZER_FILE), Buffer.from(json, 'utf8'));
  const learnedFrom = 'train' in options.tokenizer ? seen : [];
  emit({
    event: 'tokenizer',
    vocabulary: tokenizer.vocabulary,
    documents: learnedFrom.length,
    bytes: learnedFrom.reduce((sum, text) => sum + Buffer.byteLength(text), 0),
  });

  const heldOutTokens = packHeldOut(heldOut, tokenizer, options);
  const random = new Random(seed);
  const weights =
    options.from === undefined
      ? initialWeights(options.model, tokenizer.vocabulary, random)
      : await weightsFrom(options.from, options.model, tokenizer.vocabulary);
  const batches = noBatches();
  const state: TrainingState = {
    step: 0,
    tokens: 0,
    documents: 0,
    random: random.state,
    batches: batches.state,
    perplexity: { first: null, last: null },
    guard: { losses: [], norms: [], odd: [] },
    rescue: noRescue(),
  };
  const { vocabulary } = tokenizer;
  return {
    tokenizer,
    json,
    first,
    checkpoint: {
      state,
      model: options.model,
      vocabulary,
      tokenizer: sha256(json),
      weights,
      heldOut: heldOutTokens,
      waiting: batches.tokens,
    },
  };
}

/** A training that goes on from its checkpoint. */
export async function goOn(
  { options, dir }: TrainerConfig,
  { emit }: TrainerContext,
  checkpoint: Checkpoint,
): Promise<Start> {
  const path = join(dir, TOKENIZER_FILE);
  const json = await tokenizerText(path);
  const tokenizer = parseTokenizer(json, path);
  checkSameModel(checkpoint, options.model, { vocabulary: tokenizer.vocabulary, sha256: sha256(json) });
  emit({ event: 'tokenizer', vocabulary: tokenizer.vocabulary, documents: 0, bytes: 0 });
  return { tokenizer, json, checkpoint, first: [] };
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

async function tokenizerText(path: string): Promise<string> {
  try {
    return await readFile(resolve(path), 'utf8');
  } catch (error) {
    throw new PipelineError(`The tokenizer ${path} cannot be read: ${errorMessage(error)}`, {
      code: 'tokenizer.not_found',
      fix: 'Check trainer.tokenizer.file; a relative path starts at the pipeline file.',
      cause: error,
    });
  }
}

/** Tokens of a document and its end. */
function withEnd(text: string, tokenizer: Tokenizer): Int32Array {
  return Int32Array.from([...tokenizer.encode(text), tokenizer.endOfDocument]);
}

function packHeldOut(
  documents: readonly NumberedDocument[],
  tokenizer: Tokenizer,
  options: TrainerOptions,
): Int32Array {
  const { context } = options.model;
  const packer = new Packer(context);
  const sequences: Sequence[] = [];
  for (const { number, id, source, text } of documents) {
    packer.add({ number, id, source, tokens: withEnd(text, tokenizer) });
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
