// Zstandard: several frames in a row, decoded by libzstd on this thread (about 1 GB/s), one call for each block of output.
import zstd from 'zstd-napi/binding.js';
import type { SeekPoint } from '../seek.ts';
import { corrupt, truncated } from './damage.ts';
import type { SeekOptions } from './index.ts';

/** The format's largest block: one native call never gives more (RFC 8878, 3.1.1.2.3). */
const BLOCK = 128 * 1024;
const OUTPUT = 4 * BLOCK;

/**
 * Decodes Zstandard frames, skippable ones included; content checksums are verified. Windows above 128 MiB are refused
 * (the library's limit), so memory is bounded whatever the file says. On corrupt data at most the last 128 KiB before
 * the damage are lost, always the same bytes. Every end of a frame is a seek point.
 *
 * All slices lie in one buffer, so that each is overwritten when the next is asked for. With a new buffer for each the
 * same decoding takes two to three times the CPU time: the kernel clears fresh pages, and V8 counts them against its heap.
 */
export async function* unzstd(
  pieces: AsyncIterable<Buffer>,
  { from, onPoint }: SeekOptions = {},
): AsyncGenerator<Uint8Array> {
  const context = new zstd.DCtx();
  let { compressed, decoded }: SeekPoint = from ?? { compressed: 0, decoded: 0 };
  let open = compressed === 0;
  const out = Buffer.allocUnsafeSlow(OUTPUT);
  let filled = 0;
  for await (const piece of pieces) {
    let rest: Buffer = piece;
    for (;;) {
      let failure: unknown;
      let room = BLOCK;
      try {
        const [left, produced, consumed] = context.decompressStream(out.subarray(filled, filled + BLOCK), rest);
        open = left !== 0;
        filled += produced;
        room = BLOCK - produced;
        rest = rest.subarray(consumed);
        compressed += consumed;
        decoded += produced;
        if (!open) onPoint?.({ compressed, decoded });
      } catch (error) {
        failure = error;
      }
      const dry = rest.length === 0 && (room > 0 || !open);
      if (filled > 0 && (failure !== undefined || dry || OUTPUT - filled < BLOCK)) {
        yield out.subarray(0, filled);
        filled = 0;
      }
      if (failure !== undefined) throw corrupt('zstd', failure);
      if (dry) break;
    }
  }
  if (open) throw truncated('zstd');
}
