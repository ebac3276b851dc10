// xz: blocks are found here and decoded by liblzma in libuv's threads: several at once where they are small enough to hold.
import { LZMAAction, LZMAStatus, Unxz } from 'node-liblzma';
import { corrupt, truncated } from './damage.ts';
import type { SeekOptions } from './index.ts';
import { Place } from './place.ts';
import { SpareBuffers } from './spare-buffers.ts';
import { BadXz, streamEnd, streamHeader } from './xz-container.ts';
import { Truncated, type XzBlock, type XzUnit, XzWalker } from './xz-walk.ts';

const OUTPUT = 512 * 1024;
/** Bytes of blocks held ahead of the reader, packed and unpacked: with it, two blocks of `xz -6 -T0` are decoded at once. */
const HELD = 72 * 1024 * 1024;
/** Blocks ahead of the reader. Constants, not the number of threads, so that a run does the same on any machine. */
const LOOK_AHEAD = 4;
const RUN: number = LZMAAction.RUN;
const FINISH: number = LZMAAction.FINISH;
const OK: number = LZMAStatus.OK;
const STREAM_END: number = LZMAStatus.STREAM_END;
const BUF_ERROR: number = LZMAStatus.BUF_ERROR;

/** What liblzma's statuses mean, for messages. */
const STATUS: Readonly<Record<number, string>> = {
  [Number(LZMAStatus.DATA_ERROR)]: 'its contents do not match their checksum or are no valid LZMA data',
  [Number(LZMAStatus.FORMAT_ERROR)]: 'it is no xz file',
  [Number(LZMAStatus.OPTIONS_ERROR)]: 'it asks for options that liblzma does not know',
  [Number(LZMAStatus.MEM_ERROR)]: 'its dictionary does not fit into memory',
};

interface Step {
  readonly status: number;
  readonly availIn: number;
  readonly availOut: number;
}

interface NativeCoder {
  code(
    action: number,
    input: Buffer,
    inputAt: number,
    inputLength: number,
    output: Buffer,
    outputAt: number,
    done: (status: number, availIn: number, availOut: number) => boolean,
  ): void;
}

/** The library's Transform pushes without end on a high compression ratio; its native call, one at a time, does not. */
class XzCoder extends Unxz {
  // The library's own field, protected in lib/lzma.d.ts; the declarations it exports leave it out.
  declare protected readonly lzma: NativeCoder;

  code(action: number, input: Buffer, at: number, out: Buffer): Promise<Step> {
    return new Promise((resolve) => {
      this.lzma.code(action, input, at, input.length - at, out, 0, (status, availIn, availOut) => {
        resolve({ status, availIn, availOut });
        return false;
      });
    });
  }
}

export interface XzOptions extends SeekOptions {
  readonly onInput?: ((bytes: number) => void) | undefined;
}

interface Ahead {
  readonly unit: XzUnit;
  /** Of a whole block: its contents; undefined when it does not decode as it should. */
  readonly contents?: Promise<Buffer | undefined>;
  readonly held: number;
}

/**
 * Decodes xz streams and their padding. A block of at most WHOLE_PACKED and WHOLE_UNPACKED bytes is decoded in one call,
 * while the blocks after it are too; a bigger one, and a damaged one, in slices, so that every byte that liblzma gives
 * before a damage is yielded, then DecodeError. Every start of a block or stream is a seek point. Holds at most HELD
 * bytes, or one block, as much again that waits for the next blocks, and liblzma's dictionaries. Slices come in memory
 * that is used again.
 */
export async function* unxz(pieces: AsyncIterable<Buffer>, options: XzOptions = {}): AsyncGenerator<Uint8Array> {
  const walker = new XzWalker(pieces, options.from);
  const place = new Place(options);
  const queue = new Queue(walker);
  try {
    for (;;) {
      const ahead = await queue.next();
      if (ahead === undefined) return;
      const { unit, contents } = ahead;
      if (unit.kind === 'frame') {
        place.took(unit.packed);
        if (unit.startable) place.canStart();
        continue;
      }
      place.canStart({ check: unit.check, ...unit.before });
      place.took(unit.packed);
      const whole = await contents;
      if (whole === undefined) {
        yield* counted(inSlices(unit, walker, place), place);
        continue;
      }
      yield* counted(slicesOf(whole), place);
      queue.giveBack(whole);
    }
  } finally {
    queue.close();
  }
}

async function* counted(slices: Iterable<Uint8Array> | AsyncIterable<Uint8Array>, place: Place) {
  for await (const slice of slices) {
    place.gave(slice.length);
    yield slice;
  }
}

function* slicesOf(whole: Buffer): Generator<Uint8Array> {
  for (let at = 0; at < whole.length; at += OUTPUT) yield whole.subarray(at, at + OUTPUT);
}

/** Units in order, whole blocks being decoded ahead. */
class Queue {
  readonly #walker: XzWalker;
  readonly #ahead: Ahead[] = [];
  readonly #spare: Spare = { buffers: new SpareBuffers(), coders: new SpareCoders() };
  #held = 0;
  #failure: unknown;
  /** Nothing can be looked at behind the last unit: the file ended, broke, or has an open block there. */
  #stopped = false;

  constructor(walker: XzWalker) {
    this.#walker = walker;
  }

  /** Throws the damage between blocks when all units before it were given. */
  async next(): Promise<Ahead | undefined> {
    while (!this.#stopped && this.#held < HELD && this.#ahead.length < LOOK_AHEAD) await this.#look();
    const first = this.#ahead.shift();
    if (first === undefined) {
      if (this.#failure !== undefined) throw this.#failure;
      return undefined;
    }
    this.#held -= first.held;
    if (this.#ahead.length === 0 && first.unit.kind === 'open') this.#stopped = false;
    return first;
  }

  async #look(): Promise<void> {
    try {
      const unit = await this.#walker.next();
      if (unit === undefined) this.#stopped = true;
      else this.#push(unit);
    } catch (error) {
      this.#stopped = true;
      this.#failure = damageOf(error);
    }
  }

  #push(unit: XzUnit): void {
    this.#stopped = unit.kind === 'open' || unit.kind === 'broken';
    if (unit.kind !== 'whole') {
      this.#ahead.push({ unit, held: 0 });
      return;
    }
    const held = 2 * unit.packed + unit.uncompressed;
    this.#held += held;
    this.#ahead.push({ unit, held, contents: decodeWhole(unit, this.#spare).catch(() => undefined) });
  }

  /** The contents of a block that have been read. */
  giveBack(contents: Buffer): void {
    this.#spare.buffers.give(contents);
  }

  close(): void {
    this.#spare.coders.close();
  }
}

/** Decodes a block in one native call, as a stream of its own; undefined when anything at all is wrong with it. */
async function decodeWhole(
  { check, parts, uncompressed }: Extract<XzUnit, { kind: 'whole' }>,
  { buffers, coders }: Spare,
): Promise<Buffer | undefined> {
  const used = coders.take(check);
  const coder = used ?? new XzCoder();
  // One byte more than is needed, or liblzma would stop before it has seen the end.
  const out = buffers.take(uncompressed + 1);
  const input = Buffer.concat(used === undefined ? [streamHeader(check), ...parts] : parts);
  const { status, availIn, availOut } = await coder.code(RUN, input, 0, out);
  if (status === OK && availIn === 0 && availOut === 1) {
    coders.give(check, coder);
    return out.subarray(0, uncompressed);
  }
  coder.close();
  buffers.give(out);
  return undefined;
}

interface Spare {
  readonly buffers: SpareBuffers;
  readonly coders: SpareCoders;
}

/** Decoders between two blocks of what they take for one stream; with each comes a dictionary, as big as a block or so. */
class SpareCoders {
  readonly #spare: { readonly check: number; readonly coder: XzCoder }[] = [];
  #closed = false;

  take(check: number): XzCoder | undefined {
    const found = this.#spare.findIndex((each) => each.check === check);
    return found < 0 ? undefined : this.#spare.splice(found, 1)[0]?.coder;
  }

  give(check: number, coder: XzCoder): void {
    if (this.#closed || this.#spare.length >= LOOK_AHEAD) coder.close();
    else this.#spare.push({ check, coder });
  }

  close(): void {
    this.#closed = true;
    for (const { coder } of this.#spare.splice(0)) coder.close();
  }
}

/** A decoder that is fed in pieces, and the buffer in which all its slices come. */
interface Slices {
  readonly coder: XzCoder;
  readonly out: Buffer;
}

/** Decodes a block as its bytes come. Throws DecodeError after the last byte that can be decoded. */
async function* inSlices(
  unit: Exclude<XzUnit, { kind: 'frame' }>,
  walker: XzWalker,
  place: Place,
): AsyncGenerator<Uint8Array> {
  const coder = new XzCoder();
  const out = Buffer.allocUnsafeSlow(OUTPUT);
  try {
    yield* run({ coder, out }, RUN, streamHeader(unit.check));
    for (const part of unit.parts) yield* run({ coder, out }, RUN, part);
    const end = unit.kind === 'open' ? yield* restOf(unit, walker, { coder, out }, place) : unit;
    if (end.kind === 'broken') throw damageOf(end.why === 'truncated' ? new Truncated() : end.why);
    yield* run({ coder, out }, FINISH, streamEnd(unit.check, end.unpadded, end.uncompressed));
  } finally {
    coder.close();
  }
}

async function* restOf(
  { check }: XzBlock,
  walker: XzWalker,
  into: Slices,
  place: Place,
): AsyncGenerator<Uint8Array, { kind: 'whole'; unpadded: number; uncompressed: number }> {
  const rest = walker.restOfBlock(check);
  for (;;) {
    const { value, done } = await rest.next().catch((error: unknown) => {
      throw damageOf(error);
    });
    if (done === true) return { kind: 'whole', ...value };
    place.took(value.length);
    yield* run(into, RUN, value);
  }
}

function damageOf(error: unknown): unknown {
  if (error instanceof Truncated) return truncated('xz');
  return error instanceof BadXz ? corrupt('xz', error) : error;
}

async function* run({ coder, out }: Slices, action: number, input: Buffer): AsyncGenerator<Uint8Array> {
  let at = 0;
  for (;;) {
    const { status, availIn, availOut } = await coder.code(action, input, at, out);
    at = input.length - availIn;
    if (availOut < OUTPUT) yield out.subarray(0, OUTPUT - availOut);
    if (status === STREAM_END) return;
    if (status === BUF_ERROR) {
      if (action === FINISH) throw truncated('xz');
      return;
    }
    if (status !== OK) throw corrupt('xz', new Error(STATUS[status] ?? `liblzma status ${status}`));
    if (action === RUN && availIn === 0 && availOut > 0) return;
  }
}
