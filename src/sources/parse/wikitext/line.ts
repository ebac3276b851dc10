// A line of the text that is being written, edited where it stands: no edit makes it longer.
import { GONE } from './marks.ts';

export class Line {
  readonly codes: Uint16Array;
  from: number;
  to: number;

  constructor(codes: Uint16Array, from: number, to: number) {
    this.codes = codes;
    this.from = from;
    this.to = to;
  }

  get text(): string {
    return textOf(this.codes, this.from, this.to);
  }

  /** Drops spaces at either end. An ideographic space stays: it indents a paragraph as its author wrote it. */
  trim(): void {
    const codes = this.codes;
    let { from, to } = this;
    while (from < to && isEdge(codes[from] ?? 0)) from++;
    while (to > from && isEdge(codes[to - 1] ?? 0)) to--;
    this.from = from;
    this.to = to;
  }

  /** Puts `text`, which is no longer than the line, in its place. */
  replace(text: string): void {
    for (let at = 0; at < text.length; at++) this.codes[this.from + at] = text.charCodeAt(at);
    this.to = this.from + text.length;
  }
}

/** From so many units on, V8's own copying is faster than a loop. */
const LONG = 24;

/** Moves what stands from `from` to `to` to a place before it, and returns where it ends there. */
export function move(codes: Uint16Array, place: number, from: number, to: number): number {
  if (place === from) return to;
  if (to - from >= LONG) codes.copyWithin(place, from, to);
  else for (let at = from; at < to; at++) codes[place + at - from] = codes[at] ?? 0;
  return place + to - from;
}

/** Space, tab, carriage return, no-break space, or the mark of something removed. */
const isEdge = (code: number): boolean =>
  code === 0x20 || code === 0x09 || code === 0x0d || code === 0xa0 || code === GONE;

/** A string with memory of its own: V8's slices keep a whole page alive as long as they live themselves. */
export const textOf = (codes: Uint16Array, from: number, to: number): string =>
  Buffer.from(codes.buffer, codes.byteOffset + from * 2, (to - from) * 2).toString('utf16le');
