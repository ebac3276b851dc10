// A shard's decoded bytes, from its first byte or a seek point on: what blocks are cut from.
import type { Shard, Transport } from '../pipeline/define.ts';
import { type DecodeOptions, decode } from './decode/index.ts';
import { parquetLines } from './parquet.ts';

export interface ReadOptions extends DecodeOptions {
  readonly signal: AbortSignal;
}

/**
 * The same bytes every time; with `from`, those after that point, and only what follows it is asked of the transport.
 * Damage gives what could be decoded before it, then a DecodeError; a failing transport gives its SourceError. Parquet
 * comes as JSON lines. A slice is valid until the next is asked for; its memory may be used again then.
 */
export function readShard(transport: Transport, shard: Shard, options: ReadOptions): AsyncIterable<Uint8Array> {
  if (shard.format === 'parquet') return parquetLines(transport, shard, options);
  const start = options.from?.compressed ?? 0;
  return decode(shard.codec, transport.open(shard.path, { start, signal: options.signal }), options);
}
