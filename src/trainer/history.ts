// The recent batches of a training, in memory and beside its checkpoints: what a resumed training can still train again.

import { type BatchFile, batchFile, batchFileNumbers, readBatchFile, writeBatchFile } from './batch-files.ts';
import { removeReserved, type TrainerDisk } from './checkpoint.ts';
import type { NumberedDocument } from './documents.ts';
import { RecentBatches, type StepBatch } from './recent-batches.ts';
import type { RescueRecord } from './rescue.ts';

/** Files of alarms that are kept, the newest ones; and batches in one. */
const INCIDENTS = 8;
const INCIDENT_BATCHES = 64;

interface Segment {
  readonly number: number;
  /** The highest step trained in it; -1 when a later file took its place. */
  readonly lastStep: number;
  /** Whether it held batches to train again. */
  readonly waits: boolean;
}

export class History {
  readonly #dir: string;
  readonly #disk: TrainerDisk;
  readonly #recent: RecentBatches;
  #waiting: StepBatch[] = [];
  #segments: Segment[] = [];
  /** Since the last save. */
  #documents: NumberedDocument[] = [];
  #batches: StepBatch[] = [];
  #begins: BatchFile['begins'] = 'after';

  private constructor(dir: string, disk: TrainerDisk, limit: number) {
    this.#dir = dir;
    this.#disk = disk;
    this.#recent = new RecentBatches(limit);
  }

  /**
   * The history up to the checkpoint `number`, of which `waiting` batches are to be trained again. Files after it are of a
   * save that never came to its end, and are deleted.
   */
  static async open(
    dir: string,
    disk: TrainerDisk,
    { limit, number, waiting }: { readonly limit: number; readonly number: number; readonly waiting: number },
  ): Promise<History> {
    const history = new History(dir, disk, limit);
    for (const each of await batchFileNumbers(dir, 'batches')) {
      if (each > number) await removeReserved(batchFile(dir, 'batches', each), disk);
      else history.#take(each, await readBatchFile(batchFile(dir, 'batches', each)));
    }
    history.#waiting = waiting === 0 ? [] : history.#waiting.slice(-waiting);
    return history;
  }

  #take(number: number, { begins, documents, batches, waiting }: BatchFile): void {
    if (begins === 'alone') this.#recent.rewind(-1);
    for (const document of documents) this.#recent.note(document);
    for (const batch of batches) this.#recent.add(batch);
    if (begins === 'alone') this.#waiting = [...waiting];
    this.#addSegment(number, { begins, batches, waiting });
  }

  #addSegment(number: number, { begins, batches, waiting }: Pick<BatchFile, 'begins' | 'batches' | 'waiting'>): void {
    if (begins === 'alone') this.#segments = this.#segments.map((each) => ({ ...each, lastStep: -1, waits: false }));
    this.#segments.push({ number, lastStep: batches.at(-1)?.step ?? -1, waits: waiting.length > 0 });
  }

  note(document: NumberedDocument): void {
    this.#documents.push(document);
    this.#recent.note(document);
  }

  /** The batch was trained on. */
  add(batch: StepBatch): void {
    this.#batches.push(batch);
    this.#recent.add(batch);
  }

  /** Batches that wait to be trained again. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** The next batch to train again. */
  takeWaiting(): StepBatch | undefined {
    return this.#waiting.shift();
  }

  /** The batch was taken and not trained on: it is the next again. */
  putBack(batch: StepBatch): void {
    this.#waiting.unshift(batch);
  }

  /** Batches after `step` that are still held, in order. */
  since(step: number): StepBatch[] {
    return this.#recent.batches.filter((batch) => batch.step > step);
  }

  /** The batch trained on last. */
  get last(): StepBatch | undefined {
    return this.#recent.batches.at(-1);
  }

  documentsOf(batches: readonly StepBatch[]): NumberedDocument[] {
    return this.#recent.documentsOf({ sequences: batches.flatMap(({ sequences }) => sequences) });
  }

  /** Goes back to `step`: `again` are to be trained before whatever waits already. */
  rewind(step: number, again: readonly StepBatch[]): void {
    this.#recent.rewind(step);
    this.#waiting = [...again, ...this.#waiting];
    this.#begins = 'alone';
  }

  /** Makes durable what came since the last save; the checkpoint `number` is to be written after it. */
  async save(number: number): Promise<void> {
    const alone = this.#begins === 'alone';
    const file: BatchFile = alone
      ? { begins: 'alone', documents: this.#recent.documents, batches: this.#recent.batches, waiting: this.#waiting }
      : { begins: 'after', documents: this.#documents, batches: this.#batches, waiting: [] };
    if (!alone && file.documents.length === 0 && file.batches.length === 0) return;
    await writeBatchFile(batchFile(this.#dir, 'batches', number), file, this.#disk);
    this.#addSegment(number, file);
    this.#documents = [];
    this.#batches = [];
    this.#begins = 'after';
  }

  /** Deletes files that hold nothing of the recent batches; to be called once the checkpoint is durable. */
  async prune(): Promise<void> {
    const oldest = this.#recent.batches[0]?.step ?? 0;
    const needed = ({ lastStep, waits }: Segment): boolean => lastStep >= oldest || (waits && this.#waiting.length > 0);
    for (const segment of this.#segments.filter((each) => !needed(each)))
      await removeReserved(batchFile(this.#dir, 'batches', segment.number), this.#disk);
    this.#segments = this.#segments.filter(needed);
  }

  /** Keeps the batches that led to an alarm, for `seiryu blame`. */
  async keepIncident(rescue: RescueRecord, batches: readonly StepBatch[]): Promise<void> {
    const kept = batches.slice(-INCIDENT_BATCHES);
    const file: BatchFile = { begins: 'alone', documents: this.documentsOf(kept), batches: kept, waiting: [], rescue };
    const path = batchFile(this.#dir, 'incident', rescue.number);
    await removeReserved(path, this.#disk);
    await writeBatchFile(path, file, this.#disk);
    const old = (await batchFileNumbers(this.#dir, 'incident')).slice(0, -INCIDENTS);
    for (const number of old) await removeReserved(batchFile(this.#dir, 'incident', number), this.#disk);
  }
}
