// Takes documents from several sources in the wanted proportion of tokens, with bounded queues.
import type { TokenDocument } from './token-document.ts';

/** Where one source stands. */
export interface SourceState {
  /** Its share is weight / sum of the weights of all that go on. */
  readonly weight: number;
  /** Tokens taken of it, over its weight: the next document comes from the source with the least. */
  readonly progress: number;
  /** Nothing comes of it at present: the others share its part. */
  readonly silent: boolean;
  readonly queue: readonly TokenDocument[];
}

interface Source {
  weight: number;
  progress: number;
  silent: boolean;
  queue: TokenDocument[];
}

/** Said once for a source that stops giving its share. */
export type OnSilent = (source: string, others: Readonly<Record<string, number>>) => void;

/**
 * Stride scheduling (Waldspurger and Weihl 1995): tokens of each source come as its weight says, off by no more than a
 * document, and as a function of the order of documents alone. A source that is behind is waited for while the others' queues
 * hold less than `limit` tokens together; then it is silent, the others share its part (which is said), and it joins again,
 * without making up for the past, when a document of it comes. Nothing is dropped. A step costs O(sources).
 */
export class Mixture {
  readonly #limit: number;
  readonly #sources = new Map<string, Source>();
  readonly #onSilent: OnSilent;
  #queued = 0;

  constructor(weights: Readonly<Record<string, number>>, limit: number, onSilent: OnSilent) {
    this.#limit = limit;
    this.#onSilent = onSilent;
    for (const [name, weight] of Object.entries(weights))
      this.#sources.set(name, { weight, progress: 0, silent: false, queue: [] });
  }

  /** Goes on where `state` was. */
  restore(state: ReadonlyMap<string, SourceState>): void {
    for (const [name, source] of state) {
      this.#sources.set(name, { ...source, queue: [...source.queue] });
      for (const { tokens } of source.queue) this.#queued += tokens.length;
    }
  }

  /** Queues a document. A source that no weight names weighs 1. */
  add(document: TokenDocument): void {
    const { source: name } = document;
    const source = this.#sources.get(name) ?? { weight: 1, progress: this.#least(), silent: false, queue: [] };
    this.#sources.set(name, source);
    if (source.silent) {
      source.silent = false;
      source.progress = Math.max(source.progress, this.#least());
    }
    source.queue.push(document);
    this.#queued += document.tokens.length;
  }

  /** The next document, or undefined until more come. */
  take(): TokenDocument | undefined {
    for (;;) {
      const [name, source] = this.#behind() ?? [];
      if (name === undefined || source === undefined) return undefined;
      const document = source.queue.shift();
      if (document !== undefined) {
        source.progress += document.tokens.length / source.weight;
        this.#queued -= document.tokens.length;
        return document;
      }
      if (this.#queued < this.#limit) return undefined;
      this.#silence(name, source);
    }
  }

  /** The next document when no more will come; undefined when all are taken. */
  rest(): TokenDocument | undefined {
    if (this.#queued === 0) return undefined;
    for (const source of this.#sources.values()) if (source.queue.length === 0) source.silent = true;
    return this.take();
  }

  get state(): ReadonlyMap<string, SourceState> {
    return new Map(Array.from(this.#sources, ([name, source]) => [name, { ...source, queue: [...source.queue] }]));
  }

  #silence(name: string, source: Source): void {
    source.silent = true;
    const going = [...this.#sources].filter(([, { silent }]) => !silent);
    const total = going.reduce((sum, [, { weight }]) => sum + weight, 0);
    this.#onSilent(name, Object.fromEntries(going.map(([other, { weight }]) => [other, weight / total])));
  }

  /** The source whose turn it is: the least progress, the first named among equals. */
  #behind(): [string, Source] | undefined {
    let found: [string, Source] | undefined;
    for (const entry of this.#sources) {
      if (!entry[1].silent && (found === undefined || entry[1].progress < found[1].progress)) found = entry;
    }
    return found;
  }

  #least(): number {
    return this.#behind()?.[1].progress ?? 0;
  }
}
