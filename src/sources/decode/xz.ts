// xz: several streams in a row, decoded by liblzma off this thread, one native call at a time.
import { LZMAAction, LZMAStatus, Unxz } from 'node-liblzma';
import { corrupt, truncated } from './damage.ts';

const OUTPUT = 512 * 1024;
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

/** Decodes xz streams and their padding. Every byte that liblzma produced before a damage is yielded, then DecodeError. */
export async function* unxz(pieces: AsyncIterable<Buffer>): AsyncGenerator<Uint8Array> {
  const coder = new XzCoder();
  try {
    for await (const piece of pieces) {
      yield* run(coder, RUN, piece);
    }
    yield* run(coder, FINISH, Buffer.alloc(0));
  } finally {
    coder.close();
  }
}

async function* run(coder: XzCoder, action: number, input: Buffer): AsyncGenerator<Uint8Array> {
  let at = 0;
  for (;;) {
    const out = Buffer.allocUnsafeSlow(OUTPUT);
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
