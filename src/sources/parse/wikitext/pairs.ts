// The tokens of a page, and the brackets among them that wait for their end.
import type { Ending } from './searches.ts';

/** What a token is. The last five are brackets; one that is not closed has `close` -1. */
export const kind = {
  /** Removed from `start` to `after`. */
  GONE: 0,
  /** Removed; its contents stay. */
  TAG: 1,
  /** A line break or a block's edge. */
  NEWLINE: 2,
  /** What stands from `end` to `close` is no markup. */
  LITERAL: 3,
  /** A note or comment that never ends. */
  OPEN: 4,
  TEMPLATE: 5,
  LINK: 6,
  EXTERNAL: 7,
  TABLE: 8,
  VARIANT: 9,
} as const;
export type Kind = (typeof kind)[keyof typeof kind];
export type Bracket = 5 | 6 | 7 | 8 | 9;

/** A set of kinds of brackets. */
export const kinds = (...members: readonly Bracket[]): number =>
  members.reduce<number>((set, each) => set | (1 << each), 0);
const brackets = kinds(kind.TEMPLATE, kind.LINK, kind.EXTERNAL, kind.TABLE, kind.VARIANT);
export const allBut = (member: Bracket): number => brackets & ~(1 << member);
const EXTERNALS = kinds(kind.EXTERNAL);

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

/** `items.at(-1)`, which V8 does not inline: it is asked for at every mark. */
export const last = <T>(items: readonly T[]): T | undefined =>
  items.length === 0 ? undefined : items[items.length - 1];

export class Pairs {
  /** By `start`; pairs are properly nested. */
  readonly tokens: Token[] = [];
  /** Brackets that wait for their end, innermost last, and how many there are of each. */
  readonly #stack: Token<Bracket>[] = [];
  readonly #waiting = new Int32Array(kind.VARIANT + 1);
  /** Brackets given up. */
  work = 0;

  get top(): Token<Bracket> | undefined {
    return last(this.#stack);
  }

  isWaiting(bracket: Bracket): boolean {
    return (this.#waiting[bracket] ?? 0) > 0;
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
    this.#count(kind, 1);
    return end;
  }

  /** Closes the innermost bracket of this kind; what was opened inside it and not closed never will be. */
  close(kind: Bracket, start: number, end: number): void {
    this.giveUp(allBut(kind));
    const token = this.#stack.pop();
    if (token === undefined) return;
    this.#count(kind, -1);
    token.close = start;
    token.after = end;
  }

  /** A `|` parts the innermost bracket that has parts. */
  part(at: number): void {
    // MediaWiki splits templates before it reads external links.
    if (this.isWaiting(kind.TEMPLATE)) this.giveUp(EXTERNALS);
    const top = this.top;
    if (top === undefined || top.kind === kind.TABLE || top.kind === kind.EXTERNAL) return;
    if (top.pipes === NO_PIPES) top.pipes = [at];
    else top.pipes.push(at);
  }

  /** The innermost brackets, as far as they are of this set of kinds, will not be closed. */
  giveUp(set: number): void {
    for (let top = last(this.#stack); top !== undefined && (set >> top.kind) & 1; top = last(this.#stack)) {
      this.#stack.pop();
      this.#count(top.kind, -1);
      this.work++;
    }
  }

  #count(bracket: Bracket, change: 1 | -1): void {
    this.#waiting[bracket] = (this.#waiting[bracket] ?? 0) + change;
  }
}
