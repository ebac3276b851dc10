// Decompression: the same bytes out for the same bytes in, however they arrive and whatever is wrong with them.
import type { CodecName } from '../../pipeline/define.ts';
import type { SeekPoint } from '../seek.ts';
import { bunzip2, type RunTask } from './bz2.ts';
import { gunzip } from './gzip.ts';
import { fixedPieces } from './pieces.ts';
import { boundRatio, STANDARD_RATIO } from './ratio.ts';
import { unxz } from './xz.ts';
import { unzstd } from './zstd.ts';

export type { Bz2Task, RunTask } from './bz2.ts';

export interface SeekOptions {
  /** Where the chunks start: a point that `onPoint` heard of when the same shard was read before. Default: the first byte. */
  readonly from?: SeekPoint | undefined;
  /** Hears of places at which decoding could start afresh, before the bytes after them are yielded. */
  readonly onPoint?: ((point: SeekPoint) => void) | undefined;
}

export interface DecodeOptions extends SeekOptions {
  /** Decoded bytes allowed for each compressed byte, after the first UNBOUNDED. Default: STANDARD_RATIO. */
  readonly ratio?: number | undefined;
  /** Hears how many more compressed bytes have been consumed. The calls depend on the bytes alone, not on their chunking. */
  readonly onInput?: (bytes: number) => void;
  /** Decodes one bz2 stream elsewhere (decodeBz2Stream in a worker). Without it all is decoded in this thread. */
  readonly runTask?: RunTask;
}

/**
 * Decodes a shard's bytes, which must start at its first byte, or at `from`. Yields slices of at most 1 MiB, whatever
 * the ratio, and works only when the next one is asked for: then the memory of the slice before may be written again, so
 * copy what you keep (`Buffer.from(slice)`; `slice.slice()` of a Buffer is no copy). On damage everything decodable before it comes first, then
 * DecodeError (`decode.truncated`, `decode.corrupt`, `decode.ratio`): the same bytes each time, also when reading starts at a seek
 * point. Errors of `chunks` pass through. Linear.
 */
export function decode(
  codec: CodecName,
  chunks: AsyncIterable<Uint8Array>,
  options: DecodeOptions = {},
): AsyncGenerator<Uint8Array> {
  if (codec === 'none') return plain(chunks, options);
  let taken = 0;
  const onInput = (bytes: number): void => {
    taken += bytes;
    options.onInput?.(bytes);
  };
  const slices = slicesOf(codec, chunks, { ...options, onInput });
  return boundRatio(slices, { ratio: options.ratio ?? STANDARD_RATIO, from: options.from, consumed: () => taken });
}

function slicesOf(
  codec: Exclude<CodecName, 'none'>,
  chunks: AsyncIterable<Uint8Array>,
  options: DecodeOptions,
): AsyncGenerator<Uint8Array> {
  const { onInput, from } = options;
  // These two count what they have consumed; the others consume a piece when they take it.
  if (codec === 'bz2') return bunzip2(fixedPieces(chunks, undefined, from?.compressed), options);
  if (codec === 'xz') return unxz(fixedPieces(chunks, undefined, from?.compressed), options);
  const pieces = fixedPieces(chunks, onInput, from?.compressed);
  return codec === 'gzip' ? gunzip(pieces) : unzstd(pieces, options);
}

/** Nothing to decode: reading can start anywhere. */
async function* plain(
  chunks: AsyncIterable<Uint8Array>,
  { onInput, onPoint, from }: DecodeOptions,
): AsyncGenerator<Uint8Array> {
  let at = from?.compressed ?? 0;
  for await (const piece of fixedPieces(chunks, onInput, at)) {
    at += piece.length;
    onPoint?.({ compressed: at, decoded: at });
    yield piece;
  }
}
