// The documents of the feed by number, read and encoded by a thread of their own, with the time that training waited for them.
import { performance } from 'node:perf_hooks';
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { compiledFile } from '../compiled.ts';
import { TrainerError } from '../errors.ts';
import type { EncodedDocument, EncodedDocuments } from './batches/batches.ts';
import type { Commands } from './commands.ts';
import type { Answer, NumberedDocument, ReaderData, Request } from './reading/messages.ts';

export type { NumberedDocument } from './reading/messages.ts';

/** `asked`: a command came while waiting; the document is not lost, the next call gives it. */
export type Next = { readonly document: NumberedDocument } | 'end' | 'asked';

export class Documents implements EncodedDocuments {
  readonly #thread: Worker;
  readonly #port: MessagePort;
  readonly #commands: Commands;
  #raw: NumberedDocument[] = [];
  /** Answers of encoded documents, the oldest used up to `#at`. */
  readonly #encoded: (readonly EncodedDocument[])[] = [];
  #at = 0;
  #asked = false;
  #ended = false;
  #failure: Error | undefined;
  #wake: (() => void) | undefined;
  /** Seconds spent in `next` and `nextEncoded`. */
  waited = 0;

  /** `from`: number of the first document. The thread connects at once. */
  constructor(feed: { readonly socketPath: string }, from: number, commands: Commands) {
    this.#commands = commands;
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    const workerData: ReaderData = { socketPath: feed.socketPath, from, port: port2 };
    this.#thread = new Worker(compiledFile('trainer/reading/thread.js'), { workerData, transferList: [port2] });
    this.#thread.on('error', (error) => this.#fail(error));
    this.#thread.unref();
    this.#port.on('message', (answer: Answer) => this.#take(answer));
  }

  /** The next document as text; only before `encodeWith`. */
  async next(): Promise<Next> {
    if (this.#raw.length === 0 && !this.#ended && !this.#asked) {
      this.#ask({ kind: 'texts' });
      this.#asked = true;
    }
    const got = await this.#when(() => this.#raw.length > 0);
    if (got === 'asked') return got;
    const document = this.#raw.shift();
    return document === undefined ? 'end' : { document };
  }

  /**
   * From now on documents come encoded: first `again`, texts that `next` gave, then what is left. Up to `ahead` bytes of
   * text are read and encoded before they are asked for.
   */
  encodeWith(options: { tokenizer: string; heldOut: number; ahead: number }, again: readonly NumberedDocument[]): void {
    this.#ask({ kind: 'encode', ...options, first: [...again, ...this.#raw] });
    this.#raw = [];
    this.#ended = false;
  }

  async nextEncoded(): Promise<EncodedDocument | 'end' | 'asked'> {
    const got = await this.#when(() => this.#encoded.length > 0);
    if (got === 'asked') return got;
    const document = this.#encoded[0]?.[this.#at++];
    if (document === undefined) return 'end';
    if (this.#at === this.#encoded[0]?.length) {
      this.#encoded.shift();
      this.#at = 0;
      this.#ask({ kind: 'taken' });
    }
    return document;
  }

  async close(): Promise<void> {
    this.#port.close();
    await this.#thread.terminate();
  }

  /** Waits until `ready`, the end or a command. */
  async #when(ready: () => boolean): Promise<'asked' | undefined> {
    const begin = performance.now();
    // What has come while a step computed is taken at once, without a turn of the event loop.
    while (!ready() && !this.#ended && this.#failure === undefined) {
      const came = receiveMessageOnPort(this.#port);
      if (came === undefined) break;
      this.#take(came.message);
    }
    let asked = false;
    while (!ready() && !this.#ended && this.#failure === undefined && !asked) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        this.#commands.listen(() => {
          asked = true;
          resolve();
        });
      });
      this.#wake = undefined;
    }
    this.#commands.listen(undefined);
    this.waited += (performance.now() - begin) / 1000;
    if (ready()) return undefined;
    if (this.#failure !== undefined) throw this.#failure;
    return this.#ended ? undefined : 'asked';
  }

  #ask(request: Request): void {
    this.#port.postMessage(request);
  }

  #take(answer: Answer): void {
    if (answer.kind === 'texts') {
      this.#raw.push(...answer.documents);
      this.#asked = false;
    } else if (answer.kind === 'encoded') this.#encoded.push(answer.documents);
    else if (answer.kind === 'end') this.#ended = true;
    else {
      const { message, code, fix } = answer;
      this.#failure =
        code === undefined
          ? new Error(message)
          : new TrainerError(message, { code, ...(fix === undefined ? {} : { fix }) });
    }
    this.#wake?.();
  }

  #fail(error: unknown): void {
    this.#failure = error instanceof Error ? error : new Error(String(error));
    this.#wake?.();
  }
}
