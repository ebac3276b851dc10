// A shard's decoded bytes, from its first byte on: what blocks are cut from.
import type { Shard, Transport } from '../pipeline/define.ts';
import { decode, type RunTask } from './decode/index.ts';
import { parquetLines } from './parquet.ts';

export interface ReadOptions {
  readonly signal: AbortSignal;
  /** Decodes a bz2 stream in a worker. */
  readonly runTask?: RunTask;
  /** Hears how many more published (compressed) bytes were read. */
  readonly onInput?: (bytes: number) => void;
}

/**
 * The same bytes every time. Damage gives what could be decoded before it, then a DecodeError; a failing transport gives
 * its SourceError. Parquet comes as JSON lines.
 */
export function readShard(transport: Transport, shard: Shard, options: ReadOptions): AsyncIterable<Uint8Array> {
  if (shard.format === 'parquet') return parquetLines(transport, shard, options);
  return decode(shard.codec, transport.open(shard.path, { signal: options.signal }), options);
}
