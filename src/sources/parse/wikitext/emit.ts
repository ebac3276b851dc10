// Writes the text that wikitext shows, still with the marks of single lines; never recurses, however deep markup nests.
import type { Lexed } from './lex.ts';
import { GONE, INNER, withoutMarks } from './marks.ts';
import type { Numbers } from './numbers.ts';
import { Output } from './output.ts';
import type { Piece } from './patterns.ts';
import { namespaceOf, pipeTrick } from './targets.ts';
import { LONGEST_NAME, type Templates } from './templates.ts';
import { kind, type Tokens } from './tokens.ts';
import { unit } from './units.ts';
import { firstGiven, grouped, isSpace, type Parameters, type Part, partsOf, type Range, Values } from './values.ts';
import { shownRule } from './variants.ts';

/** What a page's words may come from besides its wikitext. */
export interface Surroundings {
  readonly title: string | undefined;
  readonly templates: Templates;
}

export interface Emitted {
  /** Good until the next page is read. */
  readonly output: Output;
  /** A template says that the page only lists what its title may mean. */
  readonly isDisambiguation: boolean;
  /** Characters and brackets looked at. */
  readonly work: number;
}

/** A construct being written: its parts in order, and where the text goes on after it. */
interface Frame {
  readonly parts: readonly Part[];
  readonly after: number;
  next: number;
  /** End of the part being written. */
  until: number;
}

class Emitter {
  readonly #text: string;
  readonly #codes: Uint16Array;
  readonly #tokens: Tokens;
  readonly #stops: Numbers;
  readonly #page: Surroundings;
  readonly #values: Values;
  readonly #out: Output;
  readonly #frames: Frame[] = [];
  /** Only ever grows, so that the work does not depend on the nesting. */
  #at = 0;
  #index = 0;
  #stop = 0;
  #isDisambiguation = false;
  #work = 0;

  constructor(text: string, { codes, tokens, stops }: Lexed, page: Surroundings, out: Output) {
    this.#text = text;
    this.#codes = codes;
    this.#tokens = tokens;
    this.#stops = stops;
    this.#page = page;
    this.#values = new Values(text, codes);
    this.#out = out;
  }

  emit(): Emitted {
    this.#out.clear();
    this.#write();
    return { output: this.#out, isDisambiguation: this.#isDisambiguation, work: this.#work + this.#values.work };
  }

  /** `last` of the frames, whose part ends at `limit`, is being written. */
  #write(): void {
    const tokens = this.#tokens;
    let frame: Frame | undefined;
    for (let limit = this.#text.length; ; ) {
      this.#work++;
      const start = tokens.start(this.#index);
      if (start < this.#at) this.#index++;
      else if (start < limit) {
        this.#copy(start);
        this.#at = Math.min(this.#apply(this.#index++, limit), limit);
      } else {
        this.#copy(limit);
        if (frame === undefined) return;
        this.#advance(frame);
      }
      frame = this.#frames.length === 0 ? undefined : this.#frames[this.#frames.length - 1];
      limit = frame === undefined ? this.#text.length : frame.until;
    }
  }

  #copy(to: number): void {
    if (this.#at < to) this.#out.copy(this.#codes, this.#at, to);
    this.#at = to;
  }

  /** Writes a construct's fixed texts up to its next part of the page. */
  #advance(frame: Frame): void {
    while (frame.next < frame.parts.length) {
      this.#work++;
      const part = frame.parts[frame.next++];
      if (typeof part === 'string') this.#out.add(part);
      // A parameter given before the one just written: going back would cost more than the text is worth.
      else if (part === undefined || part.from < this.#at) this.#out.put(GONE);
      else {
        this.#at = part.from;
        frame.until = part.to;
        return;
      }
    }
    this.#at = frame.after;
    this.#frames.pop();
  }

  #show(parts: readonly Part[], after: number): number {
    const frame: Frame = { parts, after, next: 0, until: this.#at };
    this.#frames.push(frame);
    return this.#at;
  }

  /** As `#show` of one range, without a frame where it holds no markup, as most do. */
  #showRange(range: Range, after: number): number {
    if (this.#tokens.start(this.#index) < range.to) return this.#show([range], after);
    this.#out.copy(this.#codes, range.from, range.to);
    return after;
  }

  #remove(after: number): number {
    this.#out.put(GONE);
    return after;
  }

  /** Writes what a token shows; returns where the text goes on. */
  #apply(token: number, limit: number): number {
    const tokens = this.#tokens;
    const isOpen = tokens.closing(token) < 0;
    switch (tokens.kind(token)) {
      case kind.GONE:
        return this.#remove(tokens.after(token));
      case kind.LINK:
        return isOpen ? this.#openLink(tokens.end(token), limit) : this.#link(token);
      case kind.TEMPLATE:
        return isOpen ? this.#skip(tokens.end(token), limit) : this.#template(token);
      case kind.NEWLINE:
        this.#out.put(unit.NEWLINE);
        this.#out.put(INNER);
        return tokens.end(token);
      case kind.LITERAL:
        this.#out.put(GONE);
        this.#out.add(literal(this.#text.slice(tokens.end(token), tokens.closing(token))));
        return tokens.after(token);
      case kind.OPEN:
        return this.#skip(tokens.end(token), limit);
      case kind.TABLE:
        return isOpen ? this.#skip(tokens.end(token), limit) : this.#remove(tokens.after(token));
      case kind.VARIANT:
        return isOpen ? tokens.start(token) : this.#variant(token);
      case kind.EXTERNAL:
        return isOpen ? tokens.end(token) : this.#external(token);
      default:
        return tokens.end(token);
    }
  }

  /** What was never closed goes up to the next blank line or heading; brackets that are closed go whole. */
  #skip(from: number, limit: number): number {
    this.#out.put(GONE);
    const tokens = this.#tokens;
    const stops = this.#stops;
    let at = from;
    for (let index = this.#index; ; ) {
      while (this.#stop < stops.length && stops.at(this.#stop) < at) this.#stop++;
      const stop = this.#stop < stops.length ? Math.min(stops.at(this.#stop), limit) : limit;
      while (tokens.start(index) < stop && Math.max(at, tokens.after(index)) <= stop) {
        this.#work++;
        at = Math.max(at, tokens.after(index++));
      }
      if (tokens.start(index) >= stop) return stop;
      at = Math.max(at, tokens.after(index));
    }
  }

  // -------------------------------------------------------------- templates

  #template(token: number): number {
    const tokens = this.#tokens;
    const from = tokens.end(token);
    const after = tokens.after(token);
    const nameEnd = tokens.pipe(token) < 0 ? tokens.closing(token) : tokens.pipe(token);
    // No name is longer; `{{{1|…}}}` is a parameter, which has none.
    const isNamed = from - tokens.start(token) === 2 && nameEnd - from <= LONGEST_NAME;
    const shown = isNamed ? this.#page.templates.of(this.#codes, from, nameEnd) : undefined;
    switch (shown?.kind) {
      case undefined:
        return this.#remove(after);
      case 'title':
        if (this.#page.title === undefined) return this.#remove(after);
        this.#out.add(withoutMarks(this.#page.title));
        return after;
      case 'argument':
        return this.#show([this.#values.trim(from + shown.from, nameEnd)], after);
      case 'number': {
        const range = this.#values.trim(from + shown.from, nameEnd);
        const number = grouped(this.#values.given(range), shown.separator);
        if (number === undefined) return this.#showRange(range, after);
        this.#out.add(number);
        return after;
      }
      case 'disambiguation':
        this.#isDisambiguation = true;
        return this.#remove(after);
      case 'pieces': {
        const parameters = this.#values.parameters(tokens, token);
        const pieces = shown.pieces((parameter) => this.#values.given(parameters.get(parameter)));
        return pieces === undefined ? this.#remove(after) : this.#showPieces(pieces, parameters, after);
      }
    }
  }

  #showPieces(pieces: readonly Piece[], parameters: Parameters, after: number): number {
    const [only] = pieces;
    // Most patterns are one parameter.
    if (pieces.length > 1 || only === undefined || typeof only === 'string' || 'group' in only)
      return this.#show(partsOf(pieces, parameters), after);
    const range = firstGiven(only.parameter, parameters);
    return range === undefined ? this.#remove(after) : this.#showRange(range, after);
  }

  // -------------------------------------------------------------- variants

  #variant(token: number): number {
    const tokens = this.#tokens;
    const range = shownRule(this.#text, tokens, token);
    const end = tokens.end(token);
    this.#work += Math.max(0, tokens.pipe(token) - end) + (range === undefined ? 0 : range.to - end);
    // `-{}-` only keeps a conversion from reaching over it: nothing is missing there.
    if (range === undefined) return tokens.after(token);
    return this.#showRange(range, tokens.after(token));
  }

  // -------------------------------------------------------------- links

  #link(token: number): number {
    const tokens = this.#tokens;
    const [pipe, close, after] = [tokens.pipe(token), tokens.closing(token), tokens.after(token)];
    const target = this.#values.trim(tokens.end(token), pipe < 0 ? close : pipe);
    // Pictures, categories and links to the page in another language show no words where they stand.
    if (namespaceOf(this.#codes, target.from, target.to) !== 'other') return this.#remove(after);
    const isPlain = this.#codes[target.from] === unit.COLON;
    // Spaces inside a label are text: only an empty one is trimmed.
    if (pipe >= 0 && !this.#values.isBlank(pipe + 1, close))
      return this.#showRange({ from: pipe + 1, to: close }, after);
    const from = isPlain ? target.from + 1 : target.from;
    const range = pipe < 0 ? { from, to: target.to } : pipeTrick(this.#text, this.#codes, from, target.to);
    return this.#showRange(range, after);
  }

  /** The words of a link that is not closed are text; the caption and options of a picture are not. */
  #openLink(from: number, limit: number): number {
    return namespaceOf(this.#codes, from, limit) === 'embedded' ? this.#skip(from, limit) : from;
  }

  #external(token: number): number {
    const tokens = this.#tokens;
    const close = tokens.closing(token);
    let at = tokens.end(token);
    let index = this.#index;
    while (at < close && !isSpace(this.#codes[at] ?? 0)) {
      this.#work++;
      at++;
      // An address may hold templates; a space inside them does not end it.
      while (tokens.start(index) < at) at = Math.max(at, tokens.after(index++));
    }
    const label = this.#values.trim(Math.min(at, close), close);
    return label.from < label.to ? this.#showRange(label, tokens.after(token)) : this.#remove(tokens.after(token));
  }
}

/** Pages are read one after the other: the memory of one serves the next. */
const output = new Output();

export const emit = (text: string, lexed: Lexed, page: Surroundings): Emitted =>
  new Emitter(text, lexed, page, output).emit();

/** Text that the reading of lines leaves alone: what it would take for markup becomes references, decoded at the end. */
const literal = (text: string): string => text.replace(/['_=|[\]{}-]|^[*#:;]/gm, (char) => `&#${char.charCodeAt(0)};`);
