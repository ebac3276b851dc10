// Pieces of fixed size counted from the shard's start, so that what a decoder does never depends on the network's chunking.

/** Compressed bytes that a decoder is given at once. */
export const PIECE = 128 * 1024;

/**
 * Yields `chunks` again as pieces that end at multiples of PIECE bytes from the shard's start, of which `start` come
 * before `chunks`; only the last ends elsewhere. `onInput` hears the size of each piece when it is taken. Linear; holds
 * one piece.
 */
export async function* fixedPieces(
  chunks: AsyncIterable<Uint8Array>,
  onInput?: (bytes: number) => void,
  start = 0,
): AsyncGenerator<Buffer> {
  let partial = Buffer.allocUnsafeSlow(PIECE);
  // The place in the piece at which `chunks` begin; bytes before it are none of ours.
  let first = start % PIECE;
  let filled = first;
  for await (const chunk of chunks) {
    let at = 0;
    while (at < chunk.length) {
      if (filled === 0 && chunk.length - at >= PIECE) {
        onInput?.(PIECE);
        yield asBuffer(chunk.subarray(at, at + PIECE));
        at += PIECE;
        continue;
      }
      const count = Math.min(PIECE - filled, chunk.length - at);
      partial.set(chunk.subarray(at, at + count), filled);
      filled += count;
      at += count;
      if (filled === PIECE) {
        onInput?.(PIECE - first);
        yield partial.subarray(first);
        partial = Buffer.allocUnsafeSlow(PIECE);
        filled = 0;
        first = 0;
      }
    }
  }
  if (filled > first) {
    onInput?.(filled - first);
    yield partial.subarray(first, filled);
  }
}

const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
