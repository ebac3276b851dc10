// bzip2: the streams of a multistream file are decoded in parallel, in order; a file that is one stream, block by block.
import { Bz2Decoder } from './bz2-block.ts';
import { attempt } from './bz2-stream.ts';
import { corrupt, truncated } from './damage.ts';
import type { SeekOptions } from './index.ts';
import { Place } from './place.ts';

export type Bz2Task = { readonly kind: 'bz2'; readonly bytes: Uint8Array };
export type RunTask = (task: Bz2Task) => Promise<Uint8Array[]>;

/** Compressed bytes of a stream above which it is decoded here, block by block (Wikipedia's streams have about 0.3 MB). */
const MAX_STREAM = 4 * 1024 * 1024;
/** Streams in the workers at once. A constant, not the number of workers, so that a run does the same on any machine. */
const LOOK_AHEAD = 8;

export interface Bz2Options extends SeekOptions {
  readonly runTask?: RunTask | undefined;
  readonly onInput?: ((bytes: number) => void) | undefined;
}

/**
 * Decodes a run of bzip2 streams. A stream boundary is only guessed (see findStream); a guess that does not decode,
 * for whatever reason, makes the rest of the file go through the block decoder, which needs no guess: so the output
 * and the error are the same with and without workers. Holds at most LOOK_AHEAD streams, or one block. Every end of a
 * stream is a seek point.
 */
export async function* bunzip2(
  pieces: AsyncIterable<Buffer>,
  { runTask, onInput, onPoint, from }: Bz2Options,
): AsyncGenerator<Uint8Array> {
  const place = new Place({ from, onInput, onPoint });
  if (runTask === undefined) return yield* decodeBlocks(pieces, place);
  const splitter = new StreamSplitter(pieces);
  const ahead: { bytes: Buffer; decoded: Promise<Uint8Array[] | undefined> }[] = [];
  const fill = async (): Promise<void> => {
    while (ahead.length < LOOK_AHEAD) {
      const bytes = await splitter.next();
      if (bytes === undefined) return;
      // Why a worker failed does not matter: the block decoder finds the same and says it in this thread.
      // The worker gets bytes of its own: they are moved to it, and these may be needed again.
      const task = { kind: 'bz2', bytes: new Uint8Array(bytes) } as const;
      ahead.push({ bytes, decoded: runTask(task).catch(() => undefined) });
    }
  };
  for (;;) {
    await fill();
    const head = ahead[0];
    if (head === undefined) break;
    const output = await head.decoded;
    if (output === undefined) break;
    ahead.shift();
    place.took(head.bytes.length);
    yield* given(output, place);
    place.canStart();
  }
  yield* decodeBlocks(
    chain(
      ahead.map(({ bytes }) => bytes),
      splitter.rest(),
    ),
    place,
  );
}

function* given(output: readonly Uint8Array[], place: Place): Generator<Uint8Array> {
  for (const slice of output) {
    place.gave(slice.length);
    yield slice;
  }
}

async function* chain(first: readonly Buffer[], rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield* first;
  yield* rest;
}

/**
 * The true streaming decoder. Where streams were decoded before `place`, nothing more is an end and zeros are padding.
 */
async function* decodeBlocks(pieces: AsyncIterable<Buffer>, place: Place): AsyncGenerator<Uint8Array> {
  const decoder = new Bz2Decoder();
  const iterator = pieces[Symbol.asyncIterator]();
  const window = new Window();
  let ended = false;
  let any = !place.atStart;
  let padding = false;
  let wanted = decoder.wanted;
  for (;;) {
    while (!ended && window.length < wanted) {
      const { value, done } = await iterator.next();
      if (done === true) ended = true;
      else window.push(value);
    }
    if (ended && !decoder.insideStream && window.atByte && window.length === 0) {
      if (!any) throw truncated('bz2');
      return;
    }
    if (!decoder.insideStream && any && (padding || window.bytes[0] === 0)) {
      // Of the windows after it too: what follows padding must not depend on where a window ends.
      padding = true;
      checkPadding(window.bytes);
      place.took(window.length);
      window.clear();
      if (!ended) continue;
      return;
    }
    const step = attempt(decoder, window.bytes, window.bit);
    if (step.kind === 'needs-input') {
      if (ended) throw truncated('bz2');
      wanted = window.length + Math.max(decoder.wanted, window.length);
      continue;
    }
    any = true;
    place.took(step.bit >>> 3);
    window.advance(step.bit);
    if (step.kind === 'block') yield* given(step.output, place);
    else place.canStart();
    wanted = decoder.wanted;
  }
}

/** Zero bytes after the last stream are padding, as for gzip. */
function checkPadding(bytes: Buffer): void {
  if (bytes.some((byte) => byte !== 0))
    throw corrupt('bz2', new Error('bytes that are no bzip2 stream follow the last one'));
}

/** Bytes not yet decoded, and the bit at which decoding goes on. */
class Window {
  #buffer = Buffer.allocUnsafeSlow(2 * 1024 * 1024);
  #start = 0;
  #end = 0;
  /** Bit in the byte at `#start`. */
  #bit = 0;

  get length(): number {
    return this.#end - this.#start;
  }

  get bytes(): Buffer {
    return this.#buffer.subarray(this.#start, this.#end);
  }

  get bit(): number {
    return this.#bit;
  }

  get atByte(): boolean {
    return this.#bit === 0;
  }

  push(bytes: Buffer): void {
    if (this.#end + bytes.length > this.#buffer.length) {
      const pending = this.bytes;
      const size = Math.max(this.#buffer.length, 2 * (pending.length + bytes.length));
      const target = size > this.#buffer.length ? Buffer.allocUnsafeSlow(size) : this.#buffer;
      target.set(pending, 0);
      this.#buffer = target;
      this.#end = pending.length;
      this.#start = 0;
    }
    this.#buffer.set(bytes, this.#end);
    this.#end += bytes.length;
  }

  advance(bit: number): void {
    this.#start += bit >>> 3;
    this.#bit = bit & 7;
  }

  clear(): void {
    this.#start = 0;
    this.#end = 0;
  }
}

const BLOCK_MAGIC = Buffer.from('314159265359', 'hex');
const END_MAGIC = Buffer.from('177245385090', 'hex');
const HEADER = 4 + BLOCK_MAGIC.length;

/** First byte from `from` on at which a stream seems to start: `BZh`, a digit, then the magic of a block or of the end. */
function findStream(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf('BZh', from); at >= 0 && at + HEADER <= bytes.length; at = bytes.indexOf('BZh', at + 1)) {
    const level = bytes[at + 3] ?? 0;
    if (level < 0x31 || level > 0x39) continue;
    const magic = bytes.subarray(at + 4, at + HEADER);
    if (magic.equals(BLOCK_MAGIC) || magic.equals(END_MAGIC)) return at;
  }
  return -1;
}

/** Cuts the compressed bytes where a stream seems to start. */
class StreamSplitter {
  readonly #pieces: AsyncIterator<Buffer>;
  readonly #window = new Window();
  #searched = 1;
  #ended = false;
  #gaveUp = false;

  constructor(pieces: AsyncIterable<Buffer>) {
    this.#pieces = pieces[Symbol.asyncIterator]();
  }

  /** The next seeming stream; undefined at the end of the file, and for good once a stream is too long to hold. */
  async next(): Promise<Buffer | undefined> {
    while (!this.#gaveUp) {
      const bytes = this.#window.bytes;
      const found = findStream(bytes, this.#searched);
      if (found > 0) return this.#take(found);
      this.#searched = Math.max(1, bytes.length - HEADER + 1);
      if (this.#ended) return bytes.length === 0 ? undefined : this.#take(bytes.length);
      if (bytes.length > MAX_STREAM) this.#gaveUp = true;
      else await this.#pull();
    }
    return undefined;
  }

  /** What `next` has not handed out. */
  async *rest(): AsyncGenerator<Buffer> {
    this.#gaveUp = true;
    if (this.#window.length > 0) yield Buffer.from(this.#window.bytes);
    this.#window.clear();
    while (!this.#ended) {
      const { value, done } = await this.#pieces.next();
      if (done === true) this.#ended = true;
      else yield value;
    }
  }

  #take(length: number): Buffer {
    const stream = Buffer.allocUnsafeSlow(length);
    stream.set(this.#window.bytes.subarray(0, length));
    this.#window.advance(length * 8);
    this.#searched = 1;
    return stream;
  }

  async #pull(): Promise<void> {
    const { value, done } = await this.#pieces.next();
    if (done === true) this.#ended = true;
    else this.#window.push(value);
  }
}
