// The tokens of a page as numbers in one array: as objects they took a third of the lexer's time, most of it to make them.
import { Numbers } from './numbers.ts';

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

/** Cells of a token, of which there are 2 ** SHIFT. */
const cell = { KIND: 0, START: 1, END: 2, CLOSE: 3, AFTER: 4, PIPE: 5, FIRST: 6, LAST: 7 } as const;
const SHIFT = 3;
/** Past every place of a page. */
export const NOWHERE = 2 ** 31 - 1;

/** Tokens by `start`; pairs are properly nested. */
export class Tokens {
  count = 0;
  readonly #cells = new Numbers();
  /** The `|` of templates after their first, chained: where each stands, and which is the next of its template or -1. */
  readonly #pipes = new Numbers();

  clear(): void {
    this.count = 0;
    this.#cells.clear();
    this.#pipes.clear();
  }

  /** Returns the token's index. */
  add(kind: Kind, start: number, end: number, close: number, after: number, pipe: number): number {
    const cells = this.#cells;
    const at = cells.reserve(1 << SHIFT);
    cells.set(at, kind);
    cells.set(at + cell.START, start);
    cells.set(at + cell.END, end);
    cells.set(at + cell.CLOSE, close);
    cells.set(at + cell.AFTER, after);
    cells.set(at + cell.PIPE, pipe);
    cells.set(at + cell.FIRST, -1);
    return this.count++;
  }

  close(index: number, close: number, after: number): void {
    this.#cells.set((index << SHIFT) + cell.CLOSE, close);
    this.#cells.set((index << SHIFT) + cell.AFTER, after);
  }

  /** Notes a `|` between the parts of a bracket; of those after the first only a template's matter. */
  part(index: number, place: number): void {
    const at = index << SHIFT;
    if (this.pipe(index) < 0) {
      this.#cells.set(at + cell.PIPE, place);
      return;
    }
    if (this.kind(index) !== kind.TEMPLATE) return;
    const pipe = this.#pipes.reserve(2);
    this.#pipes.set(pipe, place);
    this.#pipes.set(pipe + 1, -1);
    if (this.chain(index) < 0) this.#cells.set(at + cell.FIRST, pipe);
    else this.#pipes.set(this.#cells.at(at + cell.LAST) + 1, pipe);
    this.#cells.set(at + cell.LAST, pipe);
  }

  kind(index: number): number {
    return this.#read(index, cell.KIND);
  }
  /** NOWHERE behind the last token. */
  start(index: number): number {
    return index < this.count ? this.#read(index, cell.START) : NOWHERE;
  }
  /** End of the markup that opens. */
  end(index: number): number {
    return this.#read(index, cell.END);
  }
  /** Start of the markup that closes, or -1. */
  closing(index: number): number {
    return this.#read(index, cell.CLOSE);
  }
  /** End of the whole: of the markup that closes, or else `end`. */
  after(index: number): number {
    return this.#read(index, cell.AFTER);
  }
  /** The first `|` between its parts, or -1. */
  pipe(index: number): number {
    return this.#read(index, cell.PIPE);
  }

  /** The chain of the `|` after the first, or -1: `placeIn` is where each stands, `nextIn` the rest of it. */
  chain(index: number): number {
    return this.#read(index, cell.FIRST);
  }
  placeIn(chain: number): number {
    return this.#pipes.at(chain);
  }
  nextIn(chain: number): number {
    return this.#pipes.at(chain + 1);
  }

  #read(index: number, of: number): number {
    return this.#cells.at((index << SHIFT) + of);
  }
}
