// WARC records are told by their Content-Length and may hold any bytes: puts a delimiter at the end of each.

/**
 * U+001E, the information separator that ASCII has for this. It stands in the place of the last byte of the four
 * (CR LF CR LF) that end a record; inside records, where it is a control character without meaning for text, a space
 * stands in its place. So no byte moves, and a cut at the delimiter never falls inside a record.
 */
export const RECORD_SEPARATOR = '\x1e';

const SEPARATOR = 0x1e;
const SPACE = 0x20;
const CR = 0x0d;
const LF = 0x0a;
/** Common Crawl's headers have some 500 bytes; a longer one than this is taken for damage. */
const LONGEST_HEADER = 64 * 1024;
const HEADER_END = Buffer.from('\r\n\r\n');
const NEXT_RECORD = Buffer.from('\r\n\r\nWARC/');

/**
 * The same number of bytes in the same order, RECORD_SEPARATOR after each record (WARC 1.1, section 4:
 * https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/). Where a header or a length is
 * wrong, all up to what looks like the next record is one record, for the parser to reject. Linear; holds one chunk and
 * a header of at most 64 KiB.
 */
export async function* frameWarc(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const framer = new Framer();
  let failure: { error: unknown } | undefined;
  try {
    for await (const chunk of chunks) {
      const ready = framer.push(chunk);
      if (ready.length > 0) yield ready;
    }
  } catch (error) {
    failure = { error };
  }
  const rest = framer.end();
  if (rest.length > 0) yield rest;
  if (failure !== undefined) throw failure.error;
}

/** `header`, `content` and `end` follow each other in a sound file; `lost` looks for the next record. */
type State = 'header' | 'content' | 'end' | 'lost';

class Framer {
  #state: State = 'header';
  /** Bytes of the open record's content that are still to come. */
  #left = 0;
  /** What cannot be judged before more comes. */
  #held: Buffer = Buffer.alloc(0);

  push(chunk: Uint8Array): Buffer {
    const bytes = Buffer.concat([this.#held, chunk]);
    clear(bytes, this.#held.length);
    let at = 0;
    for (;;) {
      const state = this.#state;
      const next = this.#step(bytes, at);
      if (next === at && state === this.#state) break;
      at = next;
    }
    this.#held = bytes.subarray(at);
    return bytes.subarray(0, at);
  }

  end(): Buffer {
    return this.#held;
  }

  /** Goes on from `at` as far as the state allows; returns where it came to. */
  #step(bytes: Buffer, at: number): number {
    if (this.#state === 'header') return this.#header(bytes, at);
    if (this.#state === 'content') {
      const taken = Math.min(this.#left, bytes.length - at);
      this.#left -= taken;
      if (this.#left === 0) this.#state = 'end';
      return at + taken;
    }
    if (this.#state === 'end') {
      const end = at + HEADER_END.length;
      if (bytes.length < end) return at;
      if (!bytes.subarray(at, end).equals(HEADER_END)) {
        this.#state = 'lost';
        return at;
      }
      bytes[end - 1] = SEPARATOR;
      this.#state = 'header';
      return end;
    }
    const found = bytes.indexOf(NEXT_RECORD, at);
    if (found < 0) return Math.max(at, bytes.length - NEXT_RECORD.length + 1);
    const end = found + HEADER_END.length;
    bytes[end - 1] = SEPARATOR;
    this.#state = 'header';
    return end;
  }

  #header(bytes: Buffer, start: number): number {
    let at = start;
    // More empty lines than the two that are due.
    while (bytes[at] === CR || bytes[at] === LF) at++;
    const window = bytes.subarray(at, at + LONGEST_HEADER);
    const end = window.indexOf(HEADER_END);
    if (end < 0) {
      if (window.length === LONGEST_HEADER) this.#state = 'lost';
      return at;
    }
    const length = contentLengthOf(window.toString('latin1', 0, end));
    if (length === undefined) {
      this.#state = 'lost';
      return at;
    }
    this.#left = length;
    this.#state = 'content';
    return at + end + HEADER_END.length;
  }
}

function clear(bytes: Buffer, from: number): void {
  for (let at = bytes.indexOf(SEPARATOR, from); at >= 0; at = bytes.indexOf(SEPARATOR, at + 1)) bytes[at] = SPACE;
}

/** Undefined when these lines are no header of a WARC record. */
export function contentLengthOf(header: string): number | undefined {
  if (!header.startsWith('WARC/')) return undefined;
  const [, digits] = /^content-length:[ \t]*(\d{1,15})[ \t]*$/im.exec(header) ?? [];
  return digits === undefined ? undefined : Number(digits);
}
