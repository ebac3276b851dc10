// The documents of the feed by number, with the time that training waited for them.
import { performance } from 'node:perf_hooks';
import type { Commands } from './commands.ts';
import type { Feed } from './feed.ts';
import type { FeedDocument } from './protocol.ts';

export interface NumberedDocument extends FeedDocument {
  readonly number: number;
}

/** `asked`: a command came while waiting; the document is not lost, the next call gives it. */
export type Next = { readonly document: NumberedDocument } | 'end' | 'asked';

export class Documents {
  readonly #iterator: AsyncGenerator<FeedDocument>;
  readonly #commands: Commands;
  #pending: Promise<IteratorResult<FeedDocument>> | undefined;
  #number: number;
  /** Seconds spent in `next`. */
  waited = 0;

  constructor(feed: Feed, from: number, commands: Commands) {
    this.#iterator = feed.documents(from);
    this.#number = from;
    this.#commands = commands;
  }

  async next(): Promise<Next> {
    const begin = performance.now();
    this.#pending ??= this.#iterator.next();
    const pending = this.#pending;
    // Not Promise.race: it would leave a reaction on a long-lived promise for every document.
    const result = await new Promise<IteratorResult<FeedDocument> | undefined>((resolve, reject) => {
      this.#commands.listen(() => resolve(undefined));
      pending.then(resolve, reject);
    });
    this.#commands.listen(undefined);
    this.waited += (performance.now() - begin) / 1000;
    if (result === undefined) return 'asked';
    this.#pending = undefined;
    if (result.done === true) return 'end';
    return { document: { ...result.value, number: this.#number++ } };
  }
}
