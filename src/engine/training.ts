// The feed and the trainer process together: what a run with a `trainer:` section talks to.
import { resolve } from 'node:path';
import { Feed } from '../feed/server.ts';
import type { Disk } from '../pipeline/define.ts';
import type { Plan } from '../pipeline/plan.ts';
import type { TrainerEvent } from '../trainer/protocol.ts';
import type { RescueRecord } from '../trainer/rescue.ts';
import type { Logger } from './log.ts';
import { type DoneEvent, TrainerProcess } from './trainer-process.ts';
import type { EncodedView } from './views.ts';

/** Bytes of documents that wait for the trainer: enough for seconds of training, nothing beside the corpus. */
const FEED_BYTES = 512 * 1024;

export interface TrainingOptions {
  readonly plan: Plan;
  readonly trainer: NonNullable<Plan['trainer']>;
  /** The trainer's folder. */
  readonly dir: string;
  /** Number of the first document that will be pushed. */
  readonly firstNumber: number;
  readonly disk: Disk;
  readonly log: Logger;
  onConsumed(documents: number): Promise<void>;
  onEvent(event: TrainerEvent): void;
}

/** Paths in a pipeline file are relative to it; the trainer process does not know where it is. */
function withFullPaths(trainer: NonNullable<Plan['trainer']>, baseDir: string): NonNullable<Plan['trainer']> {
  const { tokenizer, from } = trainer;
  return {
    ...trainer,
    ...(from === undefined ? {} : { from: { ...from, path: resolve(baseDir, from.path) } }),
    ...('file' in tokenizer ? { tokenizer: { file: resolve(baseDir, tokenizer.file) } } : {}),
  };
}

export class Training {
  readonly #feed: Feed;
  readonly #process: TrainerProcess;
  #onConsumed: (() => void)[] = [];

  private constructor(feed: Feed, process: TrainerProcess) {
    this.#feed = feed;
    this.#process = process;
  }

  static async start({
    plan,
    trainer,
    dir,
    firstNumber,
    disk,
    log,
    onConsumed,
    onEvent,
  }: TrainingOptions): Promise<Training> {
    const feed = new Feed(firstNumber, {
      limit: FEED_BYTES,
      disk,
      onConsumed: async (documents) => {
        await onConsumed(documents);
        training.#wake();
      },
    });
    const socketPath = await feed.listen();
    const start = {
      socketPath,
      dir,
      options: withFullPaths(trainer, plan.baseDir),
      seed: trainer.seed,
      language: plan.language,
      resume: true,
    };
    const process = new TrainerProcess(start, log, onEvent);
    const training = new Training(feed, process);
    // However the trainer ends, whoever waits for it must wake up.
    const wake = (): void => {
      feed.discard();
      training.#wake();
    };
    process.finished.then(wake, wake);
    return training;
  }

  get finished(): Promise<DoneEvent> {
    return this.#process.finished;
  }

  get latest(): TrainerProcess['latest'] {
    return this.#process.latest;
  }

  /** Divergences that the trainer was rescued from, oldest first. */
  get rescues(): RescueRecord[] {
    return [...this.#process.rescues.values()];
  }

  /** Waits while the trainer has enough to read. */
  push(view: EncodedView, kept: readonly number[]): Promise<void> {
    return this.#feed.push(view.bytes, view.offsets, kept);
  }

  /** Asks the trainer to save and waits until it did (or ended), so that what it read may be deleted. */
  async saved(): Promise<void> {
    if (this.#process.ended) return;
    const consumed = new Promise<void>((resolve) => this.#onConsumed.push(resolve));
    this.#process.requestCheckpoint();
    await consumed;
  }

  /** The corpus has ended: the trainer reads on to its end. */
  endOfCorpus(): Promise<DoneEvent> {
    this.#feed.end();
    return this.#process.finished;
  }

  /** Stops the trainer after its step; documents pushed from now on are not sent. */
  stop(): void {
    this.#feed.discard();
    this.#process.stop();
  }

  async close(): Promise<void> {
    if (!this.#process.ended) this.#process.kill();
    await this.#process.finished.catch(() => undefined);
    await this.#feed.close();
  }

  #wake(): void {
    const wakers = this.#onConsumed;
    this.#onConsumed = [];
    for (const wake of wakers) wake();
  }
}
