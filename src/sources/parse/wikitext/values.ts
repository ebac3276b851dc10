// The parameters of a template, and the parts of the page that its pattern shows.
import { GONE } from './marks.ts';
import type { Piece } from './patterns.ts';
import type { Tokens } from './tokens.ts';
import { unit } from './units.ts';

export interface Range {
  readonly from: number;
  readonly to: number;
}
/** A range of the page, or a fixed text. */
export type Part = Range | string;

export type Parameters = ReadonlyMap<string, Range>;

const numbers = Array.from({ length: 16 }, (_, position) => String(position));
const nameOf = (position: number): string => numbers[position] ?? String(position);

/** UTF-16 units of a parameter's name, and of a value that is worked with. */
const LONGEST_NAME = 40;
const LONGEST_VALUE = 60;

export class Values {
  readonly #text: string;
  readonly #codes: Uint16Array;
  /** Characters passed over, for tests. */
  work = 0;

  constructor(text: string, codes: Uint16Array) {
    this.#text = text;
    this.#codes = codes;
  }

  /** Those that are given: a parameter of spaces is none. By name, or by their number from 1. */
  parameters(tokens: Tokens, token: number): Parameters {
    const parameters = new Map<string, Range>();
    let position = 0;
    let chain = tokens.chain(token);
    for (let pipe = tokens.pipe(token); pipe >= 0; ) {
      const next = chain < 0 ? -1 : tokens.placeIn(chain);
      if (chain >= 0) chain = tokens.nextIn(chain);
      const to = next < 0 ? tokens.closing(token) : next;
      const equals = this.#nameEnd(pipe + 1, to);
      const name = equals < 0 ? nameOf(++position) : this.#text.slice(pipe + 1, equals).trim();
      const range = this.trim(equals < 0 ? pipe + 1 : equals + 1, to);
      if (range.from < range.to) parameters.set(name, range);
      pipe = next;
    }
    return parameters;
  }

  /** Where the `=` after a parameter's name stands, or -1: names hold no markup and are short. */
  #nameEnd(from: number, to: number): number {
    const end = Math.min(to, from + LONGEST_NAME);
    for (let at = from; at < end; at++) {
      this.work++;
      const code = this.#codes[at];
      if (code === unit.EQUALS) return at;
      if (code === unit.LESS || code === unit.BRACE || code === unit.BRACKET) return -1;
    }
    return -1;
  }

  /** A parameter's text when it is short and holds no markup. */
  given(range: Range | undefined): string | undefined {
    if (range === undefined || range.to - range.from > LONGEST_VALUE) return undefined;
    const text = this.#text.slice(range.from, range.to);
    return /[[\]{}<>|\n]/.test(text) ? undefined : text;
  }

  trim(from: number, to: number): Range {
    const range = trimmed(this.#codes, from, to);
    this.work += to - from - (range.to - range.from);
    return range;
  }

  /** Whether nothing but spaces stands there. */
  isBlank(from: number, to: number): boolean {
    let at = from;
    while (at < to && isSpace(this.#codes[at] ?? 0)) at++;
    this.work += at - from;
    return at === to;
  }
}

/** What a pattern shows. Recursion is over the pattern, which is no deeper than `readPattern` lets it be. */
export function partsOf(pieces: readonly Piece[], parameters: Parameters, parts: Part[] = []): Part[] {
  for (const piece of pieces) {
    if (typeof piece === 'string') parts.push(piece);
    else if ('parameter' in piece) parts.push(firstGiven(piece.parameter, parameters) ?? REMOVED);
    else if (piece.group.every((inner) => isGiven(inner, parameters))) partsOf(piece.group, parameters, parts);
  }
  return parts;
}

const isGiven = (piece: Piece, parameters: Parameters): boolean =>
  typeof piece === 'string' || 'group' in piece || firstGiven(piece.parameter, parameters) !== undefined;

export function firstGiven(names: readonly string[], parameters: Parameters): Range | undefined {
  for (const name of names) {
    const range = parameters.get(name);
    if (range !== undefined) return range;
  }
  return undefined;
}

export function trimmed(codes: Uint16Array, from: number, to: number): Range {
  let [start, end] = [from, to];
  while (start < end && isSpace(codes[start] ?? 0)) start++;
  while (end > start && isSpace(codes[end - 1] ?? 0)) end--;
  return { from: start, to: end };
}

const REMOVED = String.fromCharCode(GONE);

export const isSpace = (code: number): boolean => code === 0x20 || code === 0x0a || code === 0x09 || code === 0x0d;

/** `12,345` for `12345`; undefined when it is no plain number of four digits or more. */
export function grouped(digits: string | undefined, separator: string): string | undefined {
  if (digits === undefined || !/^\d{4,}(?:\.\d+)?$/.test(digits)) return undefined;
  const [whole = '', ...rest] = digits.split('.');
  const groups: string[] = [];
  for (let end = whole.length; end > 0; end -= 3) groups.unshift(whole.slice(Math.max(0, end - 3), end));
  return [groups.join(separator), ...rest].join('.');
}
