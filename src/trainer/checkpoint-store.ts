// The checkpoints of one training: the newest ones, the best one, and none of a training that was given up.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Checkpoint,
  type CheckpointSummary,
  readCheckpoint,
  readSummary,
  removeReserved,
  type TrainerDisk,
  writeCheckpoint,
} from './checkpoint.ts';
import { checkpointFile, checkpointNumbers } from './checkpoint-cursor.ts';

export interface StoredCheckpoint extends Omit<CheckpointSummary, 'older'> {
  readonly number: number;
}

export class CheckpointStore {
  readonly #dir: string;
  readonly #disk: TrainerDisk;
  readonly #keep: number;
  #stored: StoredCheckpoint[] = [];
  #next = 1;

  private constructor(dir: string, disk: TrainerDisk, keep: number) {
    this.#dir = dir;
    this.#disk = disk;
    this.#keep = keep;
  }

  /** Opens a folder after whatever happened: half-written files and checkpoints that the newest does not go with are deleted. */
  static async open(dir: string, disk: TrainerDisk, keep: number): Promise<CheckpointStore> {
    const store = new CheckpointStore(dir, disk, keep);
    for (const name of await readdir(dir))
      if (/^(?:checkpoint|batches|incident)-.*\.part$/.test(name)) await removeReserved(join(dir, name), disk);
    const numbers = await checkpointNumbers(dir);
    const newest = numbers.at(-1);
    if (newest === undefined) return store;
    const wanted = new Set([newest, ...(await readSummary(store.#path(newest))).older]);
    for (const number of numbers) {
      if (!wanted.has(number)) await removeReserved(store.#path(number), disk);
      else {
        const { older: _, ...summary } = await readSummary(store.#path(number));
        store.#stored.push({ number, ...summary });
      }
    }
    store.#next = newest + 1;
    return store;
  }

  /** Deletes all: the training begins anew. */
  async clear(): Promise<void> {
    for (const { number } of this.#stored) await removeReserved(this.#path(number), this.#disk);
    this.#stored = [];
    this.#next = 1;
  }

  /** Ascending in number. */
  get stored(): readonly StoredCheckpoint[] {
    return this.#stored;
  }

  /** Checkpoints that may be gone back to: a function of the steps trained, never of who asked for a checkpoint when. */
  get good(): readonly StoredCheckpoint[] {
    return goodOf(this.#stored).slice(-this.#keep);
  }

  /** The one with the lowest held-out perplexity, the earliest of equals. */
  get best(): StoredCheckpoint | undefined {
    return bestOf(this.#stored);
  }

  /** Number of the next checkpoint. */
  get next(): number {
    return this.#next;
  }

  fileOf({ number }: StoredCheckpoint): string {
    return checkpointFile(number);
  }

  read({ number }: StoredCheckpoint): Promise<Checkpoint> {
    return readCheckpoint(this.#path(number));
  }

  /**
   * Adds a checkpoint and then deletes what is no longer kept: for a moment one more than is kept is on disk, and reserved.
   * Those of its step or a later one belong to a training that was given up; of them, only the best one stays. Returns the
   * new one's bytes.
   */
  async save(
    checkpoint: Checkpoint,
    { perplexity, due }: Pick<CheckpointSummary, 'perplexity' | 'due'>,
  ): Promise<number> {
    const number = this.#next;
    const { step } = checkpoint.state;
    const known = perplexity ?? this.#stored.find((each) => each.step === step)?.perplexity;
    const added: StoredCheckpoint = { number, step, perplexity: known, due };
    const best = bestOf([...this.#stored.filter((each) => each.step !== step), added]);
    const candidates = [...this.#stored.filter((each) => each.step < step || each === best), added];
    const good = goodOf(candidates).slice(-this.#keep);
    const kept = candidates.filter((each) => each === added || each === best || good.includes(each));
    const older = kept.filter((each) => each !== added).map((each) => each.number);
    const bytes = await writeCheckpoint(this.#path(number), checkpoint, { perplexity: known, due, older }, this.#disk);
    this.#next++;
    for (const each of this.#stored)
      if (!kept.includes(each)) await removeReserved(this.#path(each.number), this.#disk);
    this.#stored = kept;
    return bytes;
  }

  #path(number: number): string {
    return join(this.#dir, checkpointFile(number));
  }
}

function bestOf(stored: readonly StoredCheckpoint[]): StoredCheckpoint | undefined {
  let best: StoredCheckpoint | undefined;
  for (const each of stored) {
    if (each.perplexity === undefined) continue;
    if (best?.perplexity === undefined || each.perplexity < best.perplexity) best = each;
  }
  return best;
}

/** Those whose step was due, without any that a later one went back behind. */
const goodOf = (stored: readonly StoredCheckpoint[]): StoredCheckpoint[] =>
  stored.filter(
    ({ due, number, step }) =>
      due === 'by-step' && !stored.some((later) => later.number > number && later.step <= step),
  );
