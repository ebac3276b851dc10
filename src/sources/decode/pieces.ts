// Pieces of fixed size counted from the shard's start, so that what a decoder does never depends on the network's chunking.

/** Compressed bytes that a decoder is given at once. */
export const PIECE = 128 * 1024;

/**
 * Yields `chunks` again as pieces of exactly PIECE bytes; only the last is shorter. `onInput` hears the size of each
 * piece when it is taken. Linear; holds one piece.
 */
export async function* fixedPieces(
  chunks: AsyncIterable<Uint8Array>,
  onInput?: (bytes: number) => void,
): AsyncGenerator<Buffer> {
  let partial = Buffer.allocUnsafeSlow(PIECE);
  let filled = 0;
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
        onInput?.(PIECE);
        yield partial;
        partial = Buffer.allocUnsafeSlow(PIECE);
        filled = 0;
      }
    }
  }
  if (filled > 0) {
    onInput?.(filled);
    yield partial.subarray(0, filled);
  }
}

const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
