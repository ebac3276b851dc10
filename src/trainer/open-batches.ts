// The batches of a training: its documents encoded in the reading thread, its options, its kept tokens.
import { join } from 'node:path';
import { Batches, type BatchParts } from './batches/batches.ts';
import { TokenStore } from './batches/token-store.ts';
import type { Documents } from './documents.ts';
import type { TrainerOptions } from './options.ts';
import type { TrainerConfig } from './protocol.ts';
import type { Start, TrainerContext } from './start.ts';

/** The corpus' tokens, kept where there is more than one epoch. */
export const TOKENS_FILE = 'tokens.bin';
/** Least bytes of text that the reading thread encodes in advance. */
const LEAST_AHEAD = 64 * 1024;
/** Batches that it encodes in advance: one while the other is computed, whatever a step takes. */
const BATCHES_AHEAD = 2;
/** Bytes of text that a token stands for, at most, on average. */
const BYTES_PER_TOKEN = 8;

/** Bytes of text that are read and encoded before they are asked for. */
export function aheadOf({ batch, model }: Pick<TrainerOptions, 'batch' | 'model'>): number {
  return Math.max(LEAST_AHEAD, BATCHES_AHEAD * batch * model.context * BYTES_PER_TOKEN);
}

/** Batches from where `start` stands; `documents` gives encoded ones from now on. */
export async function openBatches(
  { options, dir, seed }: TrainerConfig,
  { feed, emit }: TrainerContext,
  documents: Documents,
  { json, first, checkpoint }: Start,
  hooks: Pick<BatchParts, 'onDocument' | 'onHeldOut'>,
): Promise<Batches> {
  const { state, waiting, vocabulary } = checkpoint;
  documents.encodeWith({ tokenizer: json, heldOut: options.heldOut, ahead: aheadOf(options) }, first);
  const store =
    options.epochs === 1
      ? undefined
      : await TokenStore.open(join(dir, TOKENS_FILE), feed, vocabulary, state.batches.store.bytes);
  return new Batches(
    documents,
    {
      context: options.model.context,
      epochs: options.epochs,
      shuffle: options.shuffle?.tokens ?? 0,
      mixture: options.mixture,
      seed,
    },
    { state: state.batches, tokens: waiting },
    { store, onSilent: (source, shares) => emit({ event: 'mixture', source, shares }), ...hooks },
  );
}
