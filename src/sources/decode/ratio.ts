// The bound on what a shard may unpack to, so that a bomb costs a moment and one quarantine entry.
import { DecodeError } from '../../errors.ts';
import { formatBytes } from '../../pipeline/units.ts';
import type { SeekPoint } from '../seek.ts';

/**
 * Decoded bytes that a shard may have for each compressed byte. Text shrinks to between a tenth and a third, server
 * logs and tables of repeated lines to a fiftieth at best; gzip cannot do better than 1 : 1032 (RFC 1951), the other
 * codecs reach millions.
 */
export const STANDARD_RATIO = 256;

/** Decoded bytes of a shard that are free of the bound: small files of a few repeated lines are no bombs. */
export const UNBOUNDED = 64 * 1024 * 1024;

export interface RatioOptions {
  /** Decoded bytes for each compressed byte. */
  readonly ratio: number;
  readonly from: SeekPoint | undefined;
  /** Compressed bytes consumed so far, those before `from` not included. */
  readonly consumed: () => number;
}

/** Passes slices on up to the bound, to the byte, then throws DecodeError (`decode.ratio`). A function of the shard's bytes alone. */
export async function* boundRatio(
  slices: AsyncIterable<Uint8Array>,
  { ratio, from, consumed }: RatioOptions,
): AsyncGenerator<Uint8Array> {
  const before = from?.compressed ?? 0;
  let decoded = from?.decoded ?? 0;
  for await (const slice of slices) {
    const allowed = Math.max(UNBOUNDED, ratio * (before + consumed())) - decoded;
    decoded += slice.length;
    if (slice.length <= allowed) {
      yield slice;
      continue;
    }
    yield slice.subarray(0, Math.max(0, allowed));
    throw new DecodeError(
      `The shard unpacks to more than ${ratio} times its size: the first ${formatBytes(before + consumed())} do so already.`,
      { code: 'decode.ratio', fix: 'If that is how the data is, raise `stream.ratio` in the pipeline file.' },
    );
  }
}
