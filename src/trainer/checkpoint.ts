// One checkpoint file: all that training goes on from: weights, moments, counters, left-over tokens, held-out set, random state, what the guard knows.
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { fileSize, syncFolder } from '../durable-files.ts';
import { asDiskError, TrainerError } from '../errors.ts';
import { batchesState } from './batches/batches.ts';
import { newestCheckpoint } from './checkpoint-cursor.ts';
import { guardWindow } from './guard.ts';
import { type ModelOptions, weightShapes } from './model.ts';
import type { Moments } from './optimizer.ts';
import { trainerOptions } from './options.ts';
import type { DiskRequest } from './protocol.ts';
import { rescueState } from './rescue.ts';
import { type NamedArray, readMetadata, readSafetensors, safetensorsHeader, writeSafetensors } from './safetensors.ts';

const FORMAT = 'seiryu-checkpoint-3';

const trainingState = z.strictObject({
  step: z.int().nonnegative(),
  /** Tokens trained on. */
  tokens: z.int().nonnegative(),
  /** Number of the next document to ask the feed for. */
  documents: z.int().nonnegative(),
  batches: batchesState,
  random: z.array(z.int().nonnegative()).length(4),
  perplexity: z.strictObject({ first: z.number().nullable(), last: z.number().nullable() }),
  guard: guardWindow,
  rescue: rescueState,
});
export type TrainingState = z.output<typeof trainingState>;

export interface Checkpoint {
  readonly state: TrainingState;
  readonly model: ModelOptions;
  readonly vocabulary: number;
  /** SHA-256 of the tokenizer.json that its tokens are of, hexadecimal. */
  readonly tokenizer: string;
  readonly weights: ReadonlyMap<string, Float32Array>;
  readonly moments: Moments;
  /** Held-out sequences, context + 1 tokens each, one after another. */
  readonly heldOut: Int32Array;
  /** Tokens of the documents that wait, in the order of `state.batches`. */
  readonly waiting: Int32Array;
}

/** What can be known of a checkpoint without reading its arrays. */
export interface CheckpointSummary {
  readonly step: number;
  /** Held-out perplexity measured with exactly these weights; undefined when it was not. */
  readonly perplexity: number | undefined;
  /** Saved because its step was due, not because somebody asked: only such are gone back to. */
  readonly due: 'by-step' | 'asked';
  /** Numbers of the older checkpoints that go with it; others are of a training that was given up. */
  readonly older: readonly number[];
}

/** The disk as the trainer sees it: the engine's governor behind the feed. */
export interface TrainerDisk {
  reserve(bytes: number, part: DiskRequest['part']): Promise<void>;
  release(bytes: number, part: DiskRequest['part']): Promise<void>;
}

const summaryText = z
  .looseObject({
    format: z.literal(FORMAT),
    step: z.string(),
    perplexity: z.string(),
    due: z.enum(['by-step', 'asked']),
    older: z.string(),
  })
  .transform(
    ({ step, perplexity, due, older }): CheckpointSummary => ({
      step: Number(step),
      perplexity: perplexity === '' ? undefined : Number(perplexity),
      due,
      older: older === '' ? [] : older.split(' ').map(Number),
    }),
  );

/** Writes a new file at once: a crash or a full disk leaves it whole or not there. Returns its bytes, which are reserved first. */
export async function writeCheckpoint(
  path: string,
  checkpoint: Checkpoint,
  { perplexity, due, older }: Omit<CheckpointSummary, 'step'>,
  disk: TrainerDisk,
): Promise<number> {
  const arrays = arraysOf(checkpoint);
  const metadata = {
    format: FORMAT,
    documents: String(checkpoint.state.documents),
    step: String(checkpoint.state.step),
    perplexity: perplexity === undefined ? '' : String(perplexity),
    due,
    older: older.join(' '),
    vocabulary: String(checkpoint.vocabulary),
    tokenizer: checkpoint.tokenizer,
    model: JSON.stringify(checkpoint.model),
    state: JSON.stringify(checkpoint.state),
  };
  const head = safetensorsHeader(arrays, metadata);
  const bytes = head.length + arrays.reduce((sum, { values }) => sum + values.byteLength, 0);
  await writeReserved(path, bytes, disk, async (part) => {
    const file = await open(part, 'w');
    await writeSafetensors(file, head, arrays)
      .then(() => file.sync())
      .finally(() => file.close());
  });
  return bytes;
}

/** Reserves, lets `write` write `PATH.part`, and renames it. Whatever fails, no part and no reservation is left. */
export async function writeReserved(
  path: string,
  bytes: number,
  disk: TrainerDisk,
  write: (part: string) => Promise<void>,
): Promise<void> {
  const part = `${path}.part`;
  await disk.reserve(bytes, 'checkpoint');
  try {
    await write(part);
    await rename(part, path);
    await syncFolder(dirname(path));
  } catch (error) {
    await rm(part, { force: true });
    await disk.release(bytes, 'checkpoint');
    throw asDiskError(error, path);
  }
}

/** Deletes a file of the trainer's and gives its bytes back. */
export async function removeReserved(path: string, disk: TrainerDisk): Promise<void> {
  const bytes = await fileSize(path);
  if (bytes === undefined) return;
  await rm(path);
  await disk.release(bytes, 'checkpoint');
}

function arraysOf({ model, vocabulary, weights, moments, heldOut, waiting }: Checkpoint): NamedArray[] {
  const shapes = weightShapes(model, vocabulary);
  const named = (prefix: string, values: ReadonlyMap<string, Float32Array>) =>
    Array.from(shapes, ([name, shape]) => ({
      name: prefix + name,
      shape,
      values: values.get(name) ?? new Float32Array(0),
    }));
  return [
    ...named('', weights),
    ...named('adamw.first.', moments.first),
    ...named('adamw.second.', moments.second),
    { name: 'heldOut', shape: [heldOut.length], values: heldOut },
    { name: 'waiting', shape: [waiting.length], values: waiting },
  ];
}

const invalid = (path: string, why: string, cause?: unknown) =>
  new TrainerError(`${path} is no checkpoint that this version reads: ${why}`, {
    code: 'checkpoint.invalid',
    fix: 'Use the version of Seiryu that wrote it; or delete this file, so that the checkpoint before it counts; or start over with --fresh.',
    cause,
  });

/** @throws TrainerError `checkpoint.invalid` */
export async function readSummary(path: string): Promise<CheckpointSummary> {
  const metadata = await readMetadata(path);
  const parsed = summaryText.safeParse(metadata);
  if (!parsed.success) throw invalid(path, `its format is ${metadata.format ?? 'not named'}, not ${FORMAT}`);
  return parsed.data;
}

/**
 * The newest checkpoint in `dir`, or undefined when there is none.
 * @throws TrainerError `checkpoint.invalid` when it is damaged or of another format.
 */
export async function loadCheckpoint(dir: string): Promise<Checkpoint | undefined> {
  const path = await newestCheckpoint(dir);
  return path === undefined ? undefined : readCheckpoint(path);
}

/** @throws TrainerError `checkpoint.invalid` when the file is damaged or of another format. */
export async function readCheckpoint(path: string): Promise<Checkpoint> {
  const { metadata, arrays } = await readSafetensors(path);
  if (metadata.format !== FORMAT) throw invalid(path, `its format is ${metadata.format ?? 'not named'}, not ${FORMAT}`);
  let state: TrainingState;
  let model: ModelOptions;
  try {
    state = trainingState.parse(JSON.parse(metadata.state ?? ''));
    model = trainerOptions.shape.model.parse(JSON.parse(metadata.model ?? ''));
  } catch (error) {
    throw invalid(path, 'its state cannot be read', error);
  }
  const vocabulary = Number(metadata.vocabulary);
  const take = (prefix: string) => {
    const values = new Map<string, Float32Array>();
    for (const [name, shape] of weightShapes(model, vocabulary)) {
      const array = arrays.get(prefix + name);
      if (!(array?.values instanceof Float32Array) || array.shape.join() !== shape.join()) {
        throw invalid(path, `it lacks ${prefix}${name} of shape ${shape.join(' × ')}`);
      }
      values.set(name, array.values);
    }
    return values;
  };
  const heldOut = arrays.get('heldOut')?.values;
  if (!(heldOut instanceof Int32Array)) throw invalid(path, 'it lacks the held-out set');
  const waiting = arrays.get('waiting')?.values;
  if (!(waiting instanceof Int32Array)) throw invalid(path, 'it lacks the documents that wait');
  return {
    state,
    model,
    vocabulary,
    tokenizer: metadata.tokenizer ?? '',
    weights: take(''),
    moments: { first: take('adamw.first.'), second: take('adamw.second.') },
    heldOut,
    waiting,
  };
}
