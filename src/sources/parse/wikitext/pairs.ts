// The tokens of a page, and the brackets among them that wait for their end.
import type { Ending } from './searches.ts';

/**
 * `gone`: removed from `start` to `after`. `tag`: removed, its contents stay. `newline`: a line break or a block's edge.
 * `literal`: what stands from `end` to `close` is no markup. `open`: a note or comment that never ends. The others are
 * brackets; one that is not closed has `close` -1.
 */
export type Kind = 'gone' | 'tag' | 'newline' | 'literal' | 'open' | Bracket;
export type Bracket = 'template' | 'link' | 'external' | 'table' | 'variant';

export interface Token<K extends Kind = Kind> {
  readonly kind: K;
  readonly start: number;
  /** End of the markup that opens. */
  readonly end: number;
  /** Start of the markup that closes, or -1. */
  close: number;
  /** End of the whole: of the markup that closes, or else `end`. */
  after: number;
  /** The `|` between its parts. */
  pipes: number[];
}

/** Most tokens have no parts: one empty list, never written to, serves them all. */
const NO_PIPES: number[] = [];

export class Pairs {
  /** By `start`; pairs are properly nested. */
  readonly tokens: Token[] = [];
  /** Brackets that wait for their end, innermost last, and how many there are of each. */
  readonly #stack: Token<Bracket>[] = [];
  readonly #waiting: Record<Bracket, number> = { template: 0, link: 0, external: 0, table: 0, variant: 0 };
  /** Brackets given up. */
  work = 0;

  get top(): Token<Bracket> | undefined {
    return this.#stack.at(-1);
  }

  isWaiting(kind: Bracket): boolean {
    return this.#waiting[kind] > 0;
  }

  /** Returns where reading goes on. */
  add(kind: Exclude<Kind, Bracket>, start: number, end: number, ending?: Ending): number {
    const after = ending === undefined ? end : ending.after;
    this.tokens.push({ kind, start, end, close: ending === undefined ? -1 : ending.close, after, pipes: NO_PIPES });
    return after;
  }

  /** Returns where reading goes on. */
  open(kind: Bracket, start: number, end: number): number {
    const token: Token<Bracket> = { kind, start, end, close: -1, after: end, pipes: NO_PIPES };
    this.tokens.push(token);
    this.#stack.push(token);
    this.#waiting[kind]++;
    return end;
  }

  /** Closes the innermost bracket of this kind; what was opened inside it and not closed never will be. */
  close(kind: Bracket, start: number, end: number): void {
    this.giveUp((top) => top !== kind);
    const token = this.#stack.pop();
    if (token === undefined) return;
    this.#waiting[kind]--;
    token.close = start;
    token.after = end;
  }

  /** A `|` parts the innermost bracket that has parts. */
  part(at: number): void {
    // MediaWiki splits templates before it reads external links.
    if (this.isWaiting('template')) this.giveUp((top) => top === 'external');
    const top = this.top;
    if (top === undefined || top.kind === 'table' || top.kind === 'external') return;
    if (top.pipes === NO_PIPES) top.pipes = [at];
    else top.pipes.push(at);
  }

  /** The innermost brackets, as far as they are of these kinds, will not be closed. */
  giveUp(isGivenUp: (top: Bracket) => boolean): void {
    for (let top = this.#stack.at(-1); top !== undefined && isGivenUp(top.kind); top = this.#stack.at(-1)) {
      this.#stack.pop();
      this.#waiting[top.kind]--;
      this.work++;
    }
  }
}
