// Builds .xz streams of several blocks, which the compressor of the tests cannot write.
import { crc32 } from 'node:zlib';

const VARIABLE = 0x80;

/** One stream that holds the blocks of `streams`, each a stream of one block with the same check. */
export function joinedBlocks(streams: readonly Buffer[]): Buffer {
  const parts = streams.map(blockOf);
  const records = parts.flatMap(({ unpadded, uncompressed }) => [...sizeOf(unpadded), ...sizeOf(uncompressed)]);
  const body = Buffer.from([0, ...sizeOf(parts.length), ...records]);
  const index = Buffer.alloc(Math.ceil(body.length / 4) * 4 + 4);
  index.set(body);
  index.writeUInt32LE(crc32(index.subarray(0, -4)), index.length - 4);
  const header = streams[0]?.subarray(0, 12) ?? Buffer.alloc(0);
  const footer = Buffer.alloc(12);
  footer.writeUInt32LE(index.length / 4 - 1, 4);
  footer.set(header.subarray(6, 8), 8);
  footer.write('YZ', 10);
  footer.writeUInt32LE(crc32(footer.subarray(4, 10)), 0);
  return Buffer.concat([header, ...parts.map(({ bytes }) => bytes), index, footer]);
}

/** The block of a stream with one block: from after its header to where the footer says that the index begins. */
function blockOf(stream: Buffer): { bytes: Buffer; unpadded: number; uncompressed: number } {
  const index = stream.length - 12 - (stream.readUInt32LE(stream.length - 8) + 1) * 4;
  let at = index + 2;
  const next = (): number => {
    let value = 0;
    for (let weight = 1; ; weight *= VARIABLE) {
      const byte = stream[at++] ?? 0;
      value += (byte % VARIABLE) * weight;
      if (byte < VARIABLE) return value;
    }
  };
  const unpadded = next();
  return { bytes: stream.subarray(12, index), unpadded, uncompressed: next() };
}

function sizeOf(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= VARIABLE; rest = Math.floor(rest / VARIABLE)) bytes.push((rest % VARIABLE) + VARIABLE);
  return [...bytes, rest];
}
