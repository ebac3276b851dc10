// Decompression: the same bytes out for the same bytes in, however they arrive and whatever is wrong with them.
import type { CodecName } from '../../pipeline/define.ts';
import { bunzip2, type RunTask } from './bz2.ts';
import { gunzip } from './gzip.ts';
import { fixedPieces } from './pieces.ts';
import { unxz } from './xz.ts';
import { unzstd } from './zstd.ts';

export type { Bz2Task, RunTask } from './bz2.ts';

export interface DecodeOptions {
  /** Hears how many more compressed bytes have been consumed. The calls depend on the bytes alone, not on their chunking. */
  readonly onInput?: (bytes: number) => void;
  /** Decodes one bz2 stream elsewhere (decodeBz2Stream in a worker). Without it all is decoded in this thread. */
  readonly runTask?: RunTask;
}

/**
 * Decodes a shard's bytes, which must start at its first byte. Yields slices of at most 1 MiB, whatever the ratio, and
 * works only when the next one is asked for. On damage everything decodable before it comes first, then DecodeError
 * (`decode.truncated`, `decode.corrupt`): the same bytes each time. Errors of `chunks` pass through. Linear.
 */
export async function* decode(
  codec: CodecName,
  chunks: AsyncIterable<Uint8Array>,
  { onInput, runTask }: DecodeOptions = {},
): AsyncGenerator<Uint8Array> {
  if (codec === 'bz2') return yield* bunzip2(fixedPieces(chunks), { runTask, onInput });
  const pieces = fixedPieces(chunks, onInput);
  if (codec === 'gzip') yield* gunzip(pieces);
  else if (codec === 'xz') yield* unxz(pieces);
  else if (codec === 'zstd') yield* unzstd(pieces);
  else yield* pieces;
}
