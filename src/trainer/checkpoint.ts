// Saves and loads all that training goes on from: weights, moments, counters, left-over tokens, held-out set, random state.
import { open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { fileSize, syncFolder } from '../durable-files.ts';
import { asDiskError, PipelineError, systemCode, TrainerError } from '../errors.ts';
import { batchesState } from './batches/batches.ts';
import { CHECKPOINT_FILE } from './checkpoint-cursor.ts';
import { type ModelOptions, weightShapes } from './model.ts';
import type { Moments } from './optimizer.ts';
import { trainerOptions } from './options.ts';
import type { DiskRequest } from './protocol.ts';
import { type NamedArray, readSafetensors, safetensorsHeader, writeSafetensors } from './safetensors.ts';

const FORMAT = 'seiryu-checkpoint-2';

const trainingState = z.strictObject({
  step: z.int().nonnegative(),
  /** Tokens trained on. */
  tokens: z.int().nonnegative(),
  /** Number of the next document to ask the feed for. */
  documents: z.int().nonnegative(),
  batches: batchesState,
  random: z.array(z.int().nonnegative()).length(4),
  perplexity: z.strictObject({ first: z.number().nullable(), last: z.number().nullable() }),
});
export type TrainingState = z.output<typeof trainingState>;

export interface Checkpoint {
  readonly state: TrainingState;
  readonly model: ModelOptions;
  readonly vocabulary: number;
  readonly weights: ReadonlyMap<string, Float32Array>;
  readonly moments: Moments;
  /** Held-out sequences, context + 1 tokens each, one after another. */
  readonly heldOut: Int32Array;
  /** Tokens of the documents that wait, in the order of `state.batches`. */
  readonly waiting: Int32Array;
}

/** The disk as the trainer sees it: the engine's governor behind the feed. */
export interface TrainerDisk {
  reserve(bytes: number, part: DiskRequest['part']): Promise<void>;
  release(bytes: number, part: DiskRequest['part']): Promise<void>;
}

/**
 * Replaces the checkpoint in `dir` at once: a crash leaves the old one or the new one. For a moment both are on disk, and
 * both are reserved. Returns the new one's bytes.
 */
export async function saveCheckpoint(dir: string, checkpoint: Checkpoint, disk: TrainerDisk): Promise<number> {
  const path = join(dir, CHECKPOINT_FILE);
  const part = `${path}.part`;
  const arrays = arraysOf(checkpoint);
  const metadata = {
    format: FORMAT,
    documents: String(checkpoint.state.documents),
    vocabulary: String(checkpoint.vocabulary),
    model: JSON.stringify(checkpoint.model),
    state: JSON.stringify(checkpoint.state),
  };
  const head = safetensorsHeader(arrays, metadata);
  const bytes = head.length + arrays.reduce((sum, { values }) => sum + values.byteLength, 0);
  await disk.reserve(bytes, 'checkpoint');
  const before = (await fileSize(path)) ?? 0;
  try {
    const file = await open(part, 'w');
    await writeSafetensors(file, head, arrays)
      .then(() => file.sync())
      .finally(() => file.close());
    await rename(part, path);
    await syncFolder(dirname(path));
  } catch (error) {
    await rm(part, { force: true });
    await disk.release(bytes, 'checkpoint');
    throw asDiskError(error, path);
  }
  if (before > 0) await disk.release(before, 'checkpoint');
  return bytes;
}

/** Deletes what a crash left half written. */
export async function removePartial(dir: string, disk: TrainerDisk): Promise<void> {
  const part = join(dir, `${CHECKPOINT_FILE}.part`);
  const bytes = await fileSize(part);
  if (bytes === undefined) return;
  await rm(part);
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

/**
 * The checkpoint in `dir`, or undefined when there is none.
 * @throws TrainerError `checkpoint.invalid` when it is damaged or of another format.
 */
export async function loadCheckpoint(dir: string): Promise<Checkpoint | undefined> {
  const path = join(dir, CHECKPOINT_FILE);
  let read: Awaited<ReturnType<typeof readSafetensors>>;
  try {
    read = await readSafetensors(path);
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return undefined;
    throw error;
  }
  const { metadata, arrays } = read;
  const broken = (why: string, cause?: unknown) =>
    new TrainerError(`${path} is no checkpoint that this version reads: ${why}`, {
      code: 'checkpoint.invalid',
      fix: 'Use the version of Seiryu that wrote it, or start over with --fresh.',
      cause,
    });
  if (metadata.format !== FORMAT) throw broken(`its format is ${metadata.format ?? 'not named'}, not ${FORMAT}`);
  let state: TrainingState;
  let model: ModelOptions;
  try {
    state = trainingState.parse(JSON.parse(metadata.state ?? ''));
    model = trainerOptions.shape.model.parse(JSON.parse(metadata.model ?? ''));
  } catch (error) {
    throw broken('its state cannot be read', error);
  }
  const vocabulary = Number(metadata.vocabulary);
  const take = (prefix: string) => {
    const values = new Map<string, Float32Array>();
    for (const [name, shape] of weightShapes(model, vocabulary)) {
      const array = arrays.get(prefix + name);
      if (!(array?.values instanceof Float32Array) || array.shape.join() !== shape.join()) {
        throw broken(`it lacks ${prefix}${name} of shape ${shape.join(' × ')}`);
      }
      values.set(name, array.values);
    }
    return values;
  };
  const heldOut = arrays.get('heldOut')?.values;
  if (!(heldOut instanceof Int32Array)) throw broken('it lacks the held-out set');
  const waiting = arrays.get('waiting')?.values;
  if (!(waiting instanceof Int32Array)) throw broken('it lacks the documents that wait');
  return {
    state,
    model,
    vocabulary,
    weights: take(''),
    moments: { first: take('adamw.first.'), second: take('adamw.second.') },
    heldOut,
    waiting,
  };
}

/** @throws PipelineError `checkpoint.mismatch` when a run would go on with another model than it began with. */
export function checkSameModel(checkpoint: Checkpoint, wanted: ModelOptions, vocabulary: number): void {
  const differences = Object.entries(wanted)
    .filter(([key, value]) => Object.entries(checkpoint.model).some(([other, was]) => other === key && was !== value))
    .map(([key]) => key);
  if (checkpoint.vocabulary !== vocabulary) differences.push('vocabulary');
  if (differences.length === 0) return;
  throw new PipelineError(`The checkpoint is of another model: ${differences.join(', ')} differ.`, {
    code: 'checkpoint.mismatch',
    fix: 'Set trainer.model and trainer.tokenizer back to what the run began with, or start over with --fresh.',
  });
}
