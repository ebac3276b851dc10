// Writes the text that wikitext shows, still with the marks of single lines; never recurses, however deep markup nests.
import type { Lexed } from './lex.ts';
import { GONE, INNER, withoutMarks } from './marks.ts';
import { embedded } from './names.ts';
import { kind, last, type Token } from './pairs.ts';
import type { Piece } from './patterns.ts';
import { namespaceOf, pipeTrick, showsNothing } from './targets.ts';
import { LONGEST_NAME, type Templates } from './templates.ts';
import { firstGiven, grouped, isSpace, type Parameters, type Part, partsOf, type Range, Values } from './values.ts';
import { shownRule } from './variants.ts';

/** What a page's words may come from besides its wikitext. */
export interface Surroundings {
  readonly title: string | undefined;
  readonly templates: Templates;
}

export interface Emitted {
  readonly text: string;
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

export function emit(text: string, lexed: Lexed, page: Surroundings): Emitted {
  return new Emitter(text, lexed, page).emit();
}

const COLON = 0x3a;

class Emitter {
  readonly #text: string;
  readonly #tokens: readonly Token[];
  readonly #stops: readonly number[];
  readonly #title: string | undefined;
  readonly #templates: Templates;
  readonly #values: Values;
  readonly #out: string[] = [];
  readonly #frames: Frame[] = [];
  /** Only ever grows, so that the work does not depend on the nesting. */
  #at = 0;
  #index = 0;
  #stop = 0;
  #isDisambiguation = false;
  #work = 0;

  constructor(text: string, { tokens, stops }: Lexed, { title, templates }: Surroundings) {
    this.#text = text;
    this.#tokens = tokens;
    this.#stops = stops;
    this.#title = title === undefined ? undefined : withoutMarks(title);
    this.#templates = templates;
    this.#values = new Values(text);
  }

  emit(): Emitted {
    for (;;) {
      this.#work++;
      const frame = last(this.#frames);
      const limit = frame?.until ?? this.#text.length;
      const token = this.#tokens[this.#index];
      if (token !== undefined && token.start < this.#at) this.#index++;
      else if (token !== undefined && token.start < limit) {
        this.#copy(token.start);
        this.#index++;
        this.#at = Math.min(this.#apply(token, limit), limit);
      } else {
        this.#copy(limit);
        if (frame === undefined) break;
        this.#advance(frame);
      }
    }
    return { text: this.#out.join(''), isDisambiguation: this.#isDisambiguation, work: this.#work + this.#values.work };
  }

  #copy(to: number): void {
    if (this.#at < to) this.#out.push(this.#text.slice(this.#at, to));
    this.#at = to;
  }

  /** Writes a construct's fixed texts up to its next part of the page. */
  #advance(frame: Frame): void {
    while (frame.next < frame.parts.length) {
      this.#work++;
      const part = frame.parts[frame.next++];
      if (typeof part === 'string') this.#out.push(part);
      // A parameter given before the one just written: going back would cost more than the text is worth.
      else if (part === undefined || part.from < this.#at) this.#out.push(GONE);
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
    const next = this.#tokens[this.#index];
    if (next !== undefined && next.start < range.to) return this.#show([range], after);
    this.#out.push(this.#text.slice(range.from, range.to));
    return after;
  }

  #remove(after: number): number {
    this.#out.push(GONE);
    return after;
  }

  /** Writes what a token shows; returns where the text goes on. */
  #apply(token: Token, limit: number): number {
    switch (token.kind) {
      case kind.GONE:
        return this.#remove(token.after);
      case kind.TAG:
        return token.end;
      case kind.NEWLINE:
        this.#out.push(`\n${INNER}`);
        return token.end;
      case kind.LITERAL:
        this.#out.push(GONE, literal(this.#text.slice(token.end, token.close)));
        return token.after;
      case kind.OPEN:
        return this.#skip(token.end, limit);
      case kind.TABLE:
        return token.close < 0 ? this.#skip(token.end, limit) : this.#remove(token.after);
      case kind.VARIANT:
        return token.close < 0 ? token.start : this.#variant(token);
      case kind.TEMPLATE:
        return token.close < 0 ? this.#skip(token.end, limit) : this.#template(token);
      case kind.LINK:
        return token.close < 0 ? this.#openLink(token, limit) : this.#link(token);
      case kind.EXTERNAL:
        return token.close < 0 ? token.end : this.#external(token);
    }
  }

  /** What was never closed goes up to the next blank line or heading; brackets that are closed go whole. */
  #skip(from: number, limit: number): number {
    this.#out.push(GONE);
    let at = from;
    let index = this.#index;
    for (;;) {
      while ((this.#stops[this.#stop] ?? Number.POSITIVE_INFINITY) < at) this.#stop++;
      const stop = Math.min(this.#stops[this.#stop] ?? limit, limit);
      let token = this.#tokens[index];
      while (token !== undefined && token.start < stop && Math.max(at, token.after) <= stop) {
        this.#work++;
        at = Math.max(at, token.after);
        token = this.#tokens[++index];
      }
      if (token === undefined || token.start >= stop) return stop;
      at = Math.max(at, token.after);
    }
  }

  // -------------------------------------------------------------- templates

  #template(token: Token): number {
    const nameEnd = token.pipes[0] ?? token.close;
    // No name is longer; `{{{1|…}}}` is a parameter, which has none.
    const isNamed = token.end - token.start === 2 && nameEnd - token.end <= LONGEST_NAME;
    const shown = isNamed ? this.#templates(this.#text.slice(token.end, nameEnd)) : undefined;
    switch (shown?.kind) {
      case undefined:
        return this.#remove(token.after);
      case 'title':
        this.#out.push(this.#title ?? GONE);
        return token.after;
      case 'argument':
        return this.#show([this.#values.trim(token.end + shown.from, nameEnd)], token.after);
      case 'number': {
        const range = this.#values.trim(token.end + shown.from, nameEnd);
        const number = grouped(this.#values.given(range), shown.separator);
        if (number === undefined) return this.#showRange(range, token.after);
        this.#out.push(number);
        return token.after;
      }
      case 'disambiguation':
        this.#isDisambiguation = true;
        return this.#remove(token.after);
      case 'pieces': {
        const parameters = this.#values.parameters(token);
        const pieces = shown.pieces((parameter) => this.#values.given(parameters.get(parameter)));
        return pieces === undefined ? this.#remove(token.after) : this.#showPieces(pieces, parameters, token.after);
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

  #variant(token: Token): number {
    const range = shownRule(this.#text, token);
    this.#work += (token.pipes[0] ?? token.end) - token.end + (range === undefined ? 0 : range.to - token.end);
    // `-{}-` only keeps a conversion from reaching over it: nothing is missing there.
    if (range === undefined) return token.after;
    return this.#showRange(range, token.after);
  }

  // -------------------------------------------------------------- links

  #link(token: Token): number {
    const targetEnd = token.pipes[0] ?? token.close;
    const target = this.#values.trim(token.end, targetEnd);
    const namespace = namespaceOf(this.#text, target.from, target.to);
    if (showsNothing(namespace)) return this.#remove(token.after);
    const isPlain = this.#text.charCodeAt(target.from) === COLON;
    const pipe = token.pipes[0];
    const label = pipe === undefined ? undefined : this.#values.trim(pipe + 1, token.close);
    // Spaces inside a label are text: only an empty one is trimmed.
    if (pipe !== undefined && label !== undefined && label.from < label.to)
      return this.#showRange({ from: pipe + 1, to: token.close }, token.after);
    const from = isPlain ? target.from + 1 : target.from;
    const range = pipe === undefined ? { from, to: target.to } : pipeTrick(this.#text, from, target.to);
    return this.#showRange(range, token.after);
  }

  /** The words of a link that is not closed are text; the caption and options of a picture are not. */
  #openLink(token: Token, limit: number): number {
    const isEmbedded = embedded.has(namespaceOf(this.#text, token.end, limit));
    return isEmbedded ? this.#skip(token.end, limit) : token.end;
  }

  #external(token: Token): number {
    let at = token.end;
    let index = this.#index;
    while (at < token.close && !isSpace(this.#text.charCodeAt(at))) {
      this.#work++;
      at++;
      // An address may hold templates; a space inside them does not end it.
      while ((this.#tokens[index]?.start ?? at) < at) at = Math.max(at, this.#tokens[index++]?.after ?? at);
    }
    const label = this.#values.trim(Math.min(at, token.close), token.close);
    return label.from < label.to ? this.#showRange(label, token.after) : this.#remove(token.after);
  }
}

/** Text that the reading of lines leaves alone: what it would take for markup becomes references, decoded at the end. */
const literal = (text: string): string => text.replace(/['_=|[\]{}-]|^[*#:;]/gm, (char) => `&#${char.charCodeAt(0)};`);
