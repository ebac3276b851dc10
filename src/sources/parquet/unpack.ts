// Unpacks the bytes of a page. None of these gives more than was claimed, whatever the packed bytes say.
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import type { CompressionCodec } from 'hyparquet/src/types.js';
import { compressors } from 'hyparquet-compressors';
import zstd from 'zstd-napi/binding.js';
import { BadParquet } from './thrift.ts';

let context: InstanceType<typeof zstd.DCtx> | undefined;

/** Throws BadParquet, or the decoder's own error. */
export function unpack(bytes: Uint8Array, size: number, codec: CompressionCodec): Uint8Array {
  if (codec === 'UNCOMPRESSED') return bytes;
  if (size === 0) return new Uint8Array(0);
  const page = unpackAs(bytes, size, codec);
  if (page.length !== size) throw new BadParquet(`a page unpacks to ${page.length} bytes instead of ${size}`);
  return page;
}

function unpackAs(bytes: Uint8Array, size: number, codec: CompressionCodec): Uint8Array {
  if (codec === 'GZIP') return gunzipSync(bytes, { maxOutputLength: size });
  if (codec === 'BROTLI') return brotliDecompressSync(bytes, { maxOutputLength: size });
  if (codec === 'ZSTD') {
    context ??= new zstd.DCtx();
    const page = Buffer.allocUnsafeSlow(size);
    return page.subarray(0, context.decompress(page, bytes));
  }
  const decompress = compressors[codec];
  if (decompress === undefined) throw new BadParquet(`its pages are compressed with ${codec}`);
  return decompress(bytes, size);
}
