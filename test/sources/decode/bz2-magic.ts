// A valid bzip2 stream with `BZh91AY&SY`, where a stream seems to start, in the middle of its only block.

const MAGIC = 'BZh91AY&SY';

const bitsOf = (value: number, width: number): string => value.toString(2).padStart(width, '0');

function packed(bits: string): Buffer {
  const bytes = bits.padEnd(Math.ceil(bits.length / 8) * 8, '0').match(/.{8}/g) ?? [];
  return Buffer.from(bytes.map((byte) => Number.parseInt(byte, 2)));
}

/**
 * Decodes to `a`; `compressedA` is what bzip2 makes of that, for its checksums. The block has more selectors than it
 * uses, which the format allows; written in unary, they can spell anything without six ones in a row.
 */
export function streamWithMagicInside(compressedA: Buffer): Buffer {
  const checksum = bitsOf(compressedA.readUInt32BE(10), 32);
  const magic = [...Buffer.from(MAGIC)].map((byte) => bitsOf(byte, 8)).join('');
  // Five selectors bring the spelling to a byte boundary; the zero after it ends its last selector.
  const selectors = `00000${magic}0`;
  const used = `${bitsOf(0x8000 >> 6, 16)}${bitsOf(0x8000 >> 1, 16)}`;
  // Three symbols (run, longer run, end of block) with codes of two bits, in six equal tables.
  const tables = `${bitsOf(2, 5)}000`.repeat(6);
  const count = selectors.replaceAll('1', '').length;
  const block = [bitsOf(0, 1), bitsOf(0, 24), used, bitsOf(6, 3), bitsOf(count, 15), selectors, tables, '0010'].join(
    '',
  );
  const head = [...compressedA.subarray(0, 10)].map((byte) => bitsOf(byte, 8)).join('');
  const end = `${bitsOf(0x177245, 24)}${bitsOf(0x385090, 24)}${checksum}`;
  return packed(`${head}${checksum}${block}${end}`);
}
