// One whole bzip2 stream at once: what a worker does for its share of a multistream file.
import { Bz2Decoder } from './bz2-block.ts';
import { BadBz2 } from './bz2-huffman.ts';
import { corrupt, truncated } from './damage.ts';

/** A stream that unpacks to more is left to the streaming decoder, which holds one block at a time. */
export const MAX_STREAM_OUTPUT = 64 * 1024 * 1024;

// Its work space is 4 MB and worth keeping; a failed decode leaves it inside a stream, so then it goes.
let idle: Bz2Decoder | undefined;

/**
 * Decodes `bytes`, which must be exactly one bzip2 stream. Checksums are verified. Pure.
 * Throws DecodeError when it is not, or when it unpacks to more than MAX_STREAM_OUTPUT.
 */
export function decodeBz2Stream(bytes: Uint8Array): Uint8Array[] {
  const decoder = idle ?? new Bz2Decoder();
  idle = undefined;
  const output: Uint8Array[] = [];
  let total = 0;
  let bit = 0;
  for (;;) {
    const step = attempt(decoder, bytes, bit);
    if (step.kind === 'needs-input') throw truncated('bz2');
    bit = step.bit;
    if (step.kind === 'stream-end') break;
    for (const piece of step.output) {
      output.push(piece);
      total += piece.length;
    }
    if (total > MAX_STREAM_OUTPUT)
      throw corrupt('bz2', new Error(`one stream unpacks to more than ${MAX_STREAM_OUTPUT} bytes`));
  }
  if (bit !== bytes.length * 8) throw corrupt('bz2', new Error('bytes follow the end of the stream'));
  idle = decoder;
  return output;
}

export function attempt(decoder: Bz2Decoder, bytes: Uint8Array, bit: number): ReturnType<Bz2Decoder['step']> {
  try {
    return decoder.step(bytes, bit);
  } catch (error) {
    throw error instanceof BadBz2 ? corrupt('bz2', error) : error;
  }
}
