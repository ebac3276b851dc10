// What the engine and the trainer process say to each other: one configuration on stdin, events on stdout, requests on a Unix socket.
import { z } from 'zod';
import { diagnosticsEvent } from './evaluation/events.ts';
import { trainerOptions } from './options.ts';
import { rescueRecord } from './rescue.ts';

/** First line of the trainer's stdin. */
export const trainerConfig = z.strictObject({
  /** Unix socket of the feed. */
  socketPath: z.string(),
  /** Folder for everything that the trainer writes. */
  dir: z.string(),
  /** The `trainer:` section, as written or parsed. */
  options: trainerOptions,
  seed: z.int().min(0).max(0xffff_ffff),
  language: z.string(),
  /** Go on from the checkpoint in `dir`, where there is one. */
  resume: z.boolean(),
});
export type TrainerConfig = z.output<typeof trainerConfig>;

/**
 * A later line of stdin. `stop`: finish the step, save, report, leave; the end of stdin means the same. `checkpoint`: save
 * after the step in hand, so that what was trained on may be deleted.
 */
export const trainerCommand = z.union([
  z.strictObject({ stop: z.literal(true) }),
  z.strictObject({ checkpoint: z.literal(true) }),
]);
export type TrainerCommand = z.output<typeof trainerCommand>;

/** A line of `GET /documents?from=N`. */
export const feedDocument = z.object({
  id: z.string(),
  source: z.string(),
  url: z.string().optional(),
  text: z.string(),
});
export type FeedDocument = z.output<typeof feedDocument>;

/** Body of `POST /consumed`. */
export interface ConsumedRequest {
  /** Documents numbered below this are in a durable checkpoint and need never be sent again. */
  documents: number;
}

/** Body of `POST /reserve` and `POST /release`. */
export interface DiskRequest {
  bytes: number;
  part: 'checkpoint' | 'tokenizer' | 'held-out' | 'curves' | 'tokens';
}

// JSON has no NaN or Infinity: JSON.stringify writes them as null, and a diverging run is when the reader must see the event.
const measured = z.number().nullable();

export const trainerEvent = z.discriminatedUnion('event', [
  z.object({
    event: z.literal('backend'),
    name: z.string(),
    why: z.string(),
    refused: z.array(z.object({ name: z.string(), why: z.string() })),
  }),
  z.object({ event: z.literal('tokenizer'), vocabulary: z.number(), documents: z.number(), bytes: z.number() }),
  z.object({
    event: z.literal('model'),
    parameters: z.number(),
    architecture: z.string(),
    layers: z.number(),
    width: z.number(),
    heads: z.number(),
    context: z.number(),
    /** Step that training goes on from: 0 for a new model. */
    step: z.number(),
    /** Rescues of earlier sessions. */
    rescues: z.array(rescueRecord).default([]),
  }),
  z.object({
    event: z.literal('step'),
    step: z.number(),
    /** Mean cross-entropy of the step's tokens, in nats. */
    loss: measured,
    gradientNorm: measured,
    rate: z.number(),
    /** Trained on so far. */
    tokens: z.number(),
    /** Taken from the feed so far, held-out ones included. */
    documents: z.number(),
    /** Seconds waited for data since training began. */
    waited: z.number(),
    /** Seconds since training began. */
    seconds: z.number(),
  }),
  z.object({
    event: z.literal('evaluation'),
    step: z.number(),
    loss: measured,
    perplexity: measured,
    tokens: z.number(),
    first: z.boolean(),
    final: z.boolean(),
  }),
  diagnosticsEvent,
  /** A source stopped giving its share of the mixture; `shares` are those of the sources that go on, 0 to 1. */
  z.object({ event: z.literal('mixture'), source: z.string(), shares: z.record(z.string(), z.number()) }),
  z.object({ event: z.literal('checkpoint'), step: z.number(), documents: z.number(), bytes: z.number() }),
  /** Training diverged and was rescued; again, with `after`, once it is past the step of the alarm. */
  z.object({ event: z.literal('rescue'), rescue: rescueRecord }),
  z.object({ event: z.literal('generated'), prompt: z.string(), text: z.string() }),
  z.object({
    event: z.literal('done'),
    reason: z.enum(['steps', 'tokens', 'end', 'stopped']),
    steps: z.number(),
    tokens: z.number(),
    documents: z.number(),
    perplexity: z.object({ first: measured, last: measured }),
    /** Share of the training time that was spent waiting for data, 0 to 1. */
    waitedShare: z.number(),
  }),
  z.object({ event: z.literal('error'), code: z.string(), message: z.string(), fix: z.string().optional() }),
]);
export type TrainerEvent = z.output<typeof trainerEvent>;
