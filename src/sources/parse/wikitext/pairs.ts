// Pairs the brackets of a page: its tokens, and those among them that wait for their end.
import type { Ending } from './searches.ts';
import { allBut, type Bracket, type Kind, kind, kinds, Tokens } from './tokens.ts';

const EXTERNALS = kinds(kind.EXTERNAL);
const FEWEST = 1 << 8;
/** As in the tokens' own memory. */
const MOST_KEPT = 1 << 16;

export class Pairs {
  readonly tokens = new Tokens();
  /** Indexes and kinds of the brackets that wait for their end, innermost last, and how many there are of each kind. */
  #stack = new Int32Array(FEWEST);
  #kinds = new Uint8Array(FEWEST);
  #depth = 0;
  readonly #waiting = new Int32Array(kind.VARIANT + 1);
  /** Kind of the innermost bracket, or -1. */
  top = -1;
  /** Brackets given up. */
  work = 0;

  clear(): void {
    this.tokens.clear();
    if (this.#stack.length > MOST_KEPT) this.#resize(FEWEST);
    this.#depth = 0;
    this.#waiting.fill(0);
    this.top = -1;
    this.work = 0;
  }

  isWaiting(bracket: Bracket): boolean {
    return (this.#waiting[bracket] ?? 0) > 0;
  }

  /** UTF-16 units of the opening of the innermost bracket. */
  get openingLength(): number {
    const index = this.#stack[this.#depth - 1] ?? 0;
    return this.tokens.end(index) - this.tokens.start(index);
  }

  /** Returns where reading goes on. */
  add(kind: Exclude<Kind, Bracket>, start: number, end: number): number {
    this.tokens.add(kind, start, end, -1, end, -1);
    return end;
  }

  /** The same of one whose contents are known to end. */
  addPair(kind: Kind, start: number, end: number, { close, after }: Ending): number {
    this.tokens.add(kind, start, end, close, after, -1);
    return after;
  }

  /** Returns where reading goes on. */
  open(kind: Bracket, start: number, end: number): number {
    const depth = this.#depth++;
    if (depth === this.#stack.length) this.#resize(depth * 2);
    this.#stack[depth] = this.tokens.add(kind, start, end, -1, end, -1);
    this.#kinds[depth] = kind;
    this.#waiting[kind] = (this.#waiting[kind] ?? 0) + 1;
    this.top = kind;
    return end;
  }

  /** Closes the innermost bracket of this kind; what was opened inside it and not closed never will be. */
  close(kind: Bracket, start: number, end: number): void {
    this.giveUp(allBut(kind));
    if (this.#depth === 0) return;
    this.#pop();
    this.tokens.close(this.#stack[this.#depth] ?? 0, start, end);
  }

  /** A `|` parts the innermost bracket that has parts. */
  part(at: number): void {
    // MediaWiki splits templates before it reads external links.
    if (this.isWaiting(kind.TEMPLATE)) this.giveUp(EXTERNALS);
    if (this.top < 0 || this.top === kind.TABLE || this.top === kind.EXTERNAL) return;
    this.tokens.part(this.#stack[this.#depth - 1] ?? 0, at);
  }

  /** The innermost brackets, as far as they are of this set of kinds, will not be closed. */
  giveUp(set: number): void {
    while (this.top >= 0 && (set >> this.top) & 1) {
      this.#pop();
      this.work++;
    }
  }

  #pop(): void {
    const top = this.top;
    this.#waiting[top] = (this.#waiting[top] ?? 0) - 1;
    const depth = --this.#depth;
    this.top = depth === 0 ? -1 : (this.#kinds[depth - 1] ?? 0);
  }

  #resize(length: number): void {
    const [stack, kinds] = [new Int32Array(length), new Uint8Array(length)];
    stack.set(this.#stack.subarray(0, length));
    kinds.set(this.#kinds.subarray(0, length));
    this.#stack = stack;
    this.#kinds = kinds;
  }
}
