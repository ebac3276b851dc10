// For tests of decompression: what a decoder gave, in how big slices, and how it ended.
import { SeiryuError } from '../../../src/errors.ts';
import type { CodecName } from '../../../src/pipeline/define.ts';
import { type DecodeOptions, decode } from '../../../src/sources/decode/index.ts';

export interface Outcome {
  readonly bytes: Buffer;
  /** `end`, or the code of the DecodeError. */
  readonly end: string;
  /** Sum of what `onInput` heard. */
  readonly input: number;
}

/** `bytes` in chunks of the given sizes, over and over. */
export async function* chunked(bytes: Uint8Array, sizes: readonly number[] = [65_536]): AsyncGenerator<Uint8Array> {
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = Math.max(0, sizes[turn % sizes.length] ?? 1);
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

/** Decodes to the end or to a DecodeError; fails when the error is another, or says nothing about what to do. */
export async function outcomeOf(
  codec: CodecName,
  compressed: Uint8Array,
  { sizes, runTask }: { readonly sizes?: readonly number[] } & Pick<DecodeOptions, 'runTask'> = {},
): Promise<Outcome> {
  const parts: Uint8Array[] = [];
  let input = 0;
  const onInput = (bytes: number): void => {
    input += bytes;
  };
  let end = 'end';
  try {
    const options = runTask === undefined ? { onInput } : { onInput, runTask };
    for await (const slice of decode(codec, chunked(compressed, sizes), options)) parts.push(Buffer.from(slice));
  } catch (error) {
    if (!(error instanceof SeiryuError) || error.name !== 'DecodeError' || error.fix === undefined) throw error;
    end = error.code;
  }
  return { bytes: Buffer.concat(parts), end, input };
}

/** Sizes of the slices; fails when a byte is not zero. Holds nothing, as a consumer of a bomb should. */
export async function slicesOfZeros(
  codec: CodecName,
  compressed: Uint8Array,
  options: Pick<DecodeOptions, 'runTask'> = {},
): Promise<{ total: number; largest: number }> {
  const zeros = Buffer.alloc(1024 * 1024);
  let total = 0;
  let largest = 0;
  for await (const slice of decode(codec, chunked(compressed), options)) {
    total += slice.length;
    largest = Math.max(largest, slice.length);
    if (!zeros.subarray(0, slice.length).equals(slice)) throw new Error(`not zeros before byte ${total}`);
  }
  return { total, largest };
}

/** `count` places spread evenly over 0 to `length`, 0 included. */
export const places = (length: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => Math.floor((i * length) / count));

export function flipped(bytes: Uint8Array, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 0xff;
  return copy;
}

export const isPrefix = (part: Buffer, whole: Buffer): boolean => part.equals(whole.subarray(0, part.length));
