// The trainer as the engine sees it: a child process that reads the feed, so that neither its crash nor its event loop can hurt the stream.
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { compiledFile } from '../compiled.ts';
import { DiskError, DivergedError, PipelineError, type SeiryuError, TrainerError } from '../errors.ts';
import { type TrainerEvent, trainerEvent } from '../trainer/protocol.ts';
import type { RescueRecord } from '../trainer/rescue.ts';
import type { Logger } from './log.ts';

export interface TrainerStart {
  readonly socketPath: string;
  readonly dir: string;
  readonly options: unknown;
  readonly seed: number;
  readonly language: string;
  readonly resume: boolean;
}

export type DoneEvent = Extract<TrainerEvent, { event: 'done' }>;
type ErrorEvent = Extract<TrainerEvent, { event: 'error' }>;

/** Seconds a trainer may take to finish its step and save after it was asked to stop. */
const STOP_SECONDS = 60;

export class TrainerProcess {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #log: Logger;
  #error: ErrorEvent | undefined;
  #stderr = '';
  /** What the trainer said last, by event, for the record and the screen. */
  readonly latest: { [Name in TrainerEvent['event']]?: Extract<TrainerEvent, { event: Name }> } = {};
  /** Divergences that it was rescued from, earlier sessions' included, by number. */
  readonly rescues = new Map<number, RescueRecord>();
  /** The first and the last held-out perplexity, and so on, stand in `done`; undefined when it left for another reason. */
  readonly finished: Promise<DoneEvent>;
  /** True once the process has ended. */
  ended = false;

  constructor(start: TrainerStart, log: Logger, onEvent: (event: TrainerEvent) => void) {
    this.#log = log;
    this.#child = spawn(process.execPath, [compiledFile('trainer/main.js')], {
      stdio: ['pipe', 'pipe', 'pipe'],
      // A terminal sends Ctrl-C to the whole process group; the engine tells the trainer itself when to stop.
      detached: process.platform !== 'win32',
    });
    this.#child.stdin.on('error', (error) => log.debug({ error: error.message }, 'trainer.stdin'));
    this.#child.stdin.write(`${JSON.stringify(start)}\n`);
    createInterface({ input: this.#child.stdout }).on('line', (line) => this.#read(line, onEvent));
    this.#child.stderr.on('data', (chunk: Buffer) => {
      this.#stderr = `${this.#stderr}${chunk.toString('utf8')}`.slice(-4000);
    });
    this.finished = new Promise((resolve, reject) => {
      this.#child.on('error', (cause) => {
        this.ended = true;
        reject(
          new TrainerError(`The trainer could not be started: ${cause.message}`, { code: 'trainer.start', cause }),
        );
      });
      this.#child.on('close', (code, signal) => {
        this.ended = true;
        const { done } = this.latest;
        if (code === 0 && done !== undefined) resolve(done);
        else reject(this.#failure(code, signal));
      });
    });
    this.finished.catch(() => undefined);
  }

  /** Asks for a checkpoint and an end; kills what does not obey. */
  stop(): void {
    if (this.ended) return;
    this.#child.stdin.write('{"stop":true}\n');
    const timer = setTimeout(() => this.kill(), STOP_SECONDS * 1000);
    this.#child.once('close', () => clearTimeout(timer));
  }

  /** Asks for a checkpoint now, so that what it has read may be deleted. */
  requestCheckpoint(): void {
    if (!this.ended) this.#child.stdin.write('{"checkpoint":true}\n');
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  #read(line: string, onEvent: (event: TrainerEvent) => void): void {
    let event: TrainerEvent;
    try {
      event = trainerEvent.parse(JSON.parse(line));
    } catch {
      this.#log.warn({ line: line.slice(0, 500) }, 'trainer.unreadable');
      return;
    }
    Object.assign(this.latest, { [event.event]: event });
    if (event.event === 'error') this.#error = event;
    const rescues = event.event === 'model' ? event.rescues : event.event === 'rescue' ? [event.rescue] : [];
    for (const rescue of rescues) this.rescues.set(rescue.number, rescue);
    onEvent(event);
  }

  #failure(code: number | null, signal: NodeJS.Signals | null): SeiryuError {
    const {
      code: reason,
      message,
      fix,
    } = this.#error ?? {
      code: 'trainer.died',
      message: `The trainer ended with ${signal ?? `exit code ${code}`}.${this.#stderr === '' ? '' : ` Its last words: ${this.#stderr.trim().slice(-1000)}`}`,
      fix: 'Run the same command again: it goes on from the last checkpoint. If it was killed for memory, use a smaller model or batch.',
    };
    const details = { code: reason, ...(fix === undefined ? {} : { fix }) };
    if (code === 2) return new PipelineError(message, details);
    if (code === 4) return new DiskError(message, details);
    if (code === 5) return new DivergedError(message, details);
    return new TrainerError(message, details);
  }
}
